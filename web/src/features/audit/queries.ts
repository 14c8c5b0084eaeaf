import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import { asQuery, type Filters } from "./filters";

const PAGE = 50;

/** Events that fit, the newest first. Asking is itself an event, so nothing is asked for by itself. */
export function useEvents(filters: Filters) {
  return useInfiniteQuery({
    queryKey: ["audit", filters],
    queryFn: ({ pageParam }) =>
      ok(
        api.GET("/api/audit/events", {
          params: { query: { ...asQuery(filters), limit: PAGE, after: pageParam } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
