import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { api, idempotencyKey, ok } from "../../../api/client";
import type { PlanWindow } from "../../../api/schema";

const EVERY_MS = 30_000;
const RUNS_READ = 100;
const RUNS_SHOWN = 5;

export function useWindows() {
  return useQuery({
    queryKey: ["maintenance", "windows"],
    queryFn: () => ok(api.GET("/api/maintenance/windows")),
    refetchInterval: EVERY_MS,
  });
}

export function useRetention() {
  return useQuery({
    queryKey: ["maintenance", "retention"],
    queryFn: () => ok(api.GET("/api/maintenance/retention")),
  });
}

export function useHolds() {
  return useQuery({
    queryKey: ["maintenance", "holds"],
    queryFn: () => ok(api.GET("/api/maintenance/holds")),
  });
}

/** The last runs of database care, whole. */
export function useCareRuns() {
  const list = useQuery({
    queryKey: ["procedures", "runs", "maintenance"],
    queryFn: () =>
      ok(api.GET("/api/procedures/runs", { params: { query: { limit: RUNS_READ, dry_run: false } } })),
    refetchInterval: EVERY_MS,
  });
  const chosen = (list.data?.items ?? [])
    .filter(({ procedure }) => procedure.startsWith("maintenance."))
    .slice(0, RUNS_SHOWN);
  const runs = useQueries({
    queries: chosen.map(({ id }) => ({
      queryKey: ["procedure-run", id],
      queryFn: () => ok(api.GET("/api/procedures/runs/{run_id}", { params: { path: { run_id: id } } })),
    })),
  });
  return { list, runs: runs.flatMap(({ data }) => (data ? [data] : [])) };
}

/** Plans a window. The same request sent again has the same key, so it plans nothing twice. */
export function usePlan(onDone: () => void) {
  const queries = useQueryClient();
  const sent = useRef({ body: "", key: "" });
  return useMutation({
    mutationFn: (body: PlanWindow) => {
      const text = JSON.stringify(body);
      if (sent.current.body !== text) sent.current = { body: text, key: idempotencyKey() };
      return ok(
        api.POST("/api/maintenance/windows", {
          params: { header: { "Idempotency-Key": sent.current.key } },
          body,
        }),
      );
    },
    onSuccess: async () => {
      sent.current = { body: "", key: "" };
      onDone();
      await queries.invalidateQueries({ queryKey: ["maintenance"] });
    },
  });
}

export function useEnd() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      ok(api.POST("/api/maintenance/windows/{window_id}/end", { params: { path: { window_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["maintenance"] }),
  });
}
