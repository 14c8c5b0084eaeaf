import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api, ok } from "../../api/client";
import { useIsLive } from "../../api/events";
import type { AssessmentDetail, PatientRecord, Worklist, WorklistItem } from "../../api/schema";
import { asQuery, type Filters } from "./filters";

const PAGE = 200;
/** How often the worklist is asked for where nothing tells of its changes; each time is an event of the audit. */
const UNTOLD_MS = 30_000;

/** The worklist page by page; it is all loaded in the end, so that j and k reach every case. */
const worklistQuery = (filters: Filters) =>
  infiniteQueryOptions({
    queryKey: ["worklist", "list", filters],
    queryFn: ({ pageParam, signal }): Promise<Worklist> =>
      ok(
        api.GET("/api/worklist", {
          params: { query: { ...asQuery(filters), limit: PAGE, after: pageParam ?? undefined } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    // Another filter shows its cases when they are there, and its counters stay where they are.
    placeholderData: keepPreviousData,
  });

export interface ShownWorklist {
  items: WorklistItem[];
  counts: Record<string, number> | null;
  isLoading: boolean;
  isOld: boolean;
  /** The cases are still those of the filter before. */
  isChanging: boolean;
  error: unknown;
  reload: () => unknown;
}

export function useWorklist(filters: Filters): ShownWorklist {
  const query = useInfiniteQuery({ ...worklistQuery(filters), refetchInterval: useUntold() });
  const { data, hasNextPage, isFetching, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const items = useMemo(() => once(data?.pages.flatMap((page) => page.items) ?? []), [data]);
  return {
    items,
    counts: data?.pages[0]?.counts ?? null,
    isLoading: query.isPending,
    isOld: query.isError && data !== undefined,
    isChanging: query.isPlaceholderData,
    error: query.error,
    reload: query.refetch,
  };
}

/** A case may move between two pages while they are loaded. */
function once(items: WorklistItem[]): WorklistItem[] {
  return [...new Map(items.map((item) => [item.assessment_id, item])).values()];
}

/** The pause between two loads, for what the stream of changes keeps true while there is one. */
function useUntold(): number | false {
  return useIsLive() ? false : UNTOLD_MS;
}

const emergenciesQuery = queryOptions({
  queryKey: ["worklist", "emergencies"],
  queryFn: (): Promise<Worklist> =>
    ok(
      api.GET("/api/worklist", { params: { query: { level: "emergency", status: "waiting", limit: PAGE } } }),
    ),
});

/** The emergencies that nobody has claimed, the soonest due first. */
export function useWaitingEmergencies(): Worklist | undefined {
  return useQuery({ ...emergenciesQuery, refetchInterval: useUntold() }).data;
}

export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: ["assessment", id],
    // Clinicians get the whole case; the API's other answer is the patient's.
    queryFn: async (): Promise<AssessmentDetail> =>
      (await ok(
        api.GET("/api/assessments/{assessment_id}", { params: { path: { assessment_id: id } } }),
      )) as AssessmentDetail,
  });

export const patientQuery = (id: string) =>
  queryOptions({
    queryKey: ["patient", id],
    queryFn: (): Promise<PatientRecord> =>
      ok(api.GET("/api/patients/{patient_id}", { params: { path: { patient_id: id } } })),
  });
