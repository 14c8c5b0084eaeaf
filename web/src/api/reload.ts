import type { QueryClient, QueryKey } from "@tanstack/react-query";

/**
 * Loads again what has changed on the server. TanStack Query lets a first answer that is still under way count as the
 * newer one, though it was asked for before the change: a question would never be seen. So that one is given up first.
 */
export async function reload(queries: QueryClient, queryKey: QueryKey): Promise<void> {
  await queries.cancelQueries({ queryKey });
  await queries.invalidateQueries({ queryKey });
}
