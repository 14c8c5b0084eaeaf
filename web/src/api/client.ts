import createClient from "openapi-fetch";
import { problemOf } from "./problem";
import type { paths } from "./schema";
import { PAGE_HEADERS, send } from "./send";

/** The typed client: `await ok(api.GET("/api/conversations"))`. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: send,
  headers: PAGE_HEADERS,
});

/** Returns what the server answered, or throws ApiProblem. */
export async function ok<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response.status, error);
  return data as T;
}

/** A key by which the server knows a request that is sent again. */
export function idempotencyKey(): string {
  return crypto.randomUUID();
}
