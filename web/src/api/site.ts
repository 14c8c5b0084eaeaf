import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, ok } from "./client";
import type { Site } from "./schema";

export type { Site };

/** What anybody may know of this Bedside before signing in. */
export const siteQuery = queryOptions({
  queryKey: ["site"],
  queryFn: (): Promise<Site> => ok(api.GET("/api/site")),
  staleTime: 5 * 60_000,
});

export function useSite(): Site | null {
  return useQuery(siteQuery).data ?? null;
}
