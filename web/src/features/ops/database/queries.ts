import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, ok } from "../../../api/client";
import { EVERY_MS } from "../queries";

/** The server as it is now, asked for again and again while the page is looked at. */
export function useDatabase() {
  return useQuery({
    queryKey: ["database", "status"],
    queryFn: () => ok(api.GET("/api/database/status")),
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** What every check advises. It makes some fifty checks, so it is asked for once, and again at a press. */
export function useAdvice() {
  return useQuery({
    queryKey: ["database", "advice"],
    queryFn: () => ok(api.GET("/api/database/advice")),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}
