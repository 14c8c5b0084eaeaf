import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import type { HealthReport, JobStatus, Range, SeriesName } from "../../api/schema";

export const EVERY_MS = 10_000;

/** How everything goes, asked for again and again while the page is looked at. */
export function useMonitoring(hours: number) {
  return useQuery({
    queryKey: ["monitoring", hours],
    queryFn: () => ok(api.GET("/api/monitoring", { params: { query: { hours } } })),
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Figures over time; a new sample comes each minute. */
export function useSeries(names: readonly SeriesName[], range: Range) {
  return useQuery({
    queryKey: ["monitoring", "series", range],
    queryFn: () => ok(api.GET("/api/monitoring/series", { params: { query: { name: [...names], range } } })),
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Every procedure, for which runs now and which comes next. */
export function useProceduresNow() {
  return useQuery({
    queryKey: ["monitoring", "procedures"],
    queryFn: () => ok(api.GET("/api/procedures")),
    refetchInterval: EVERY_MS,
    retry: false,
  });
}

/** The last hour route by route, when somebody wants to know. */
export function useRoutes(wanted: boolean) {
  return useQuery({
    queryKey: ["monitoring", "routes"],
    queryFn: () => ok(api.GET("/api/monitoring/routes")),
    enabled: wanted,
    refetchInterval: EVERY_MS,
  });
}

/** Every check, run now. It needs no sign-in and no database, so it tells what is wrong where the rest can't. */
export function useHealth(wanted: boolean, everyMs: number | false = false) {
  return useQuery({
    queryKey: ["health"],
    queryFn: healthNow,
    enabled: wanted,
    refetchInterval: everyMs,
    staleTime: 0,
    retry: false,
  });
}

async function healthNow(): Promise<HealthReport> {
  const { data, error, response } = await api.GET("/health");
  // 503 is an answer, too: it says which part is down.
  if (response.status === 503 && isReport(error)) return error;
  return ok(Promise.resolve({ data, error, response }));
}

function isReport(body: unknown): body is HealthReport {
  return typeof body === "object" && body !== null && "parts" in body;
}

export function useSchedule() {
  return useQuery({
    queryKey: ["jobs", "schedule"],
    queryFn: () => ok(api.GET("/api/jobs/schedule")),
    refetchInterval: EVERY_MS,
  });
}

export interface JobFilters {
  status: JobStatus | null;
  name: string | null;
}

export function useJobs({ status, name }: JobFilters) {
  return useInfiniteQuery({
    queryKey: ["jobs", "list", status, name],
    queryFn: ({ pageParam }) =>
      ok(
        api.GET("/api/jobs", {
          params: { query: { limit: 25, after: pageParam, status, name } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  });
}

export function useSettings() {
  return useQuery({ queryKey: ["settings"], queryFn: () => ok(api.GET("/api/settings")) });
}

export function useSampleData() {
  return useQuery({ queryKey: ["sample-data"], queryFn: () => ok(api.GET("/api/sample-data")) });
}
