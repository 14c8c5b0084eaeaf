import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { api, ok } from "./client";
import { ApiProblem } from "./problem";
import type { Me, Role } from "./schema";

export type { Me, Role };

/** A cookie beside the ones that scripts can't read: it says that asking who is signed in may make sense. */
const HINT = "bedside_signed_in";

function mayBeSignedIn(): boolean {
  return document.cookie.split("; ").some((cookie) => cookie.startsWith(`${HINT}=`));
}

function forgetHint(): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not there without TLS
  document.cookie = `${HINT}=; path=/; max-age=0; samesite=strict`;
}

/** Who is signed in; null is nobody. A stranger's browser asks nothing, so that no refusal stands on its console. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<Me | null> => {
    if (!mayBeSignedIn()) return null;
    try {
      return await ok(api.GET("/api/auth/me"));
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status === 401)) throw error;
      forgetHint();
      return null;
    }
  },
  staleTime: 60_000,
});

export function useMe(): Me | null {
  return useQuery(meQuery).data ?? null;
}

/** What else is kept in memory for whoever is signed in, like words that are not sent yet. */
const forgetful = new Set<() => void>();
let lastAccount: string | null = null;

/** Calls `forgetNow` when somebody signs out, or somebody else signs in. */
export function onForget(forgetNow: () => void): void {
  forgetful.add(forgetNow);
}

/** Other tabs are told when this one signs in or out, so that none shows what nobody is signed in for. */
const tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("bedside");

export async function signIn(
  queries: QueryClient,
  login: string,
  password: string,
  code?: string,
): Promise<Me | null> {
  await ok(api.POST("/api/auth/session", { body: { username: login, password, totp: code || null } }));
  // Not clear(): what is shown, like the header, would go on watching a query that is no longer there.
  await queries.cancelQueries();
  removeOthers(queries);
  tabs?.postMessage("session-changed");
  const me = await queries.fetchQuery({ ...meQuery, staleTime: 0 });
  // The same person goes on with what was not sent when the sign-in ended; for anybody else it is gone.
  if (lastAccount !== null && me?.id !== lastAccount) forgetAll();
  lastAccount = me?.id ?? null;
  return me;
}

/** Ends the sign-in. Where the server can't be reached, the pages forget everything all the same. */
export async function signOut(queries: QueryClient): Promise<void> {
  try {
    await ok(api.DELETE("/api/auth/session"));
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
  }
  forget(queries);
  tabs?.postMessage("session-changed");
}

/** Forgets all that was loaded or written for whoever was signed in. */
export function forget(queries: QueryClient): void {
  forgetAll();
  void queries.cancelQueries();
  removeOthers(queries);
  queries.setQueryData(meQuery.queryKey, null);
}

/** Removes all that was loaded but who is signed in and what anybody may know: every page watches those two. */
function removeOthers(queries: QueryClient): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "site" && queryKey[0] !== "me" });
}

function forgetAll(): void {
  for (const forgetNow of forgetful) forgetNow();
}

/** Calls `changed` when another tab signed in or out; returns how to stop. */
export function onOtherTab(changed: () => void): () => void {
  const heard = () => changed();
  tabs?.addEventListener("message", heard);
  return () => tabs?.removeEventListener("message", heard);
}
