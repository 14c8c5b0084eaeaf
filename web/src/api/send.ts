import { offline } from "./problem";

/** The header which only our pages can send; the server demands it with the sign-in cookie. */
export const PAGE_HEADERS = { "x-requested-with": "bedside" };

const WITHOUT_REFRESH = /^\/api\/auth\/(session|token|refresh|register|reset)/;

let refreshing: Promise<boolean> | null = null;

/**
 * Sends a request with the sign-in cookie. An expired sign-in is refreshed once, by one request however many ask.
 * Throws ApiProblem (`isOffline`) where no answer came.
 */
export async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await fetched(request);
  if (answer.status !== 401 || WITHOUT_REFRESH.test(new URL(request.url).pathname)) return answer;
  return (await refreshed()) ? fetched(again) : answer;
}

function refreshed(): Promise<boolean> {
  refreshing ??= refresh().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function refresh(): Promise<boolean> {
  const answer = await fetched(new Request("/api/auth/refresh", { method: "POST", headers: PAGE_HEADERS }));
  // 409: another tab was faster, and its cookies are ours too.
  return answer.ok || answer.status === 409;
}

async function fetched(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw offline();
  }
}
