import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
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

/** The last so many hours. */
export const PERIODS = [24, 168, 720] as const;

export interface Asked {
  hours: (typeof PERIODS)[number];
  /** A patient's id; empty for everybody's. */
  patient: string;
}

/** Who reached patient data in a period up to now. Asking is an event, too. */
export function useAccess({ hours, patient }: Asked) {
  return useQuery({
    queryKey: ["audit", "access", hours, patient],
    queryFn: () => {
      const since = new Date(Date.now() - hours * 3_600_000).toISOString();
      return ok(
        api.GET("/api/audit/access", { params: { query: { since, patient_id: patient || undefined } } }),
      );
    },
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
