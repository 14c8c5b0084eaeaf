import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { api, idempotencyKey, ok } from "../../../api/client";
import { useIsLive } from "../../../api/events";
import type { RunRequest, RunState, RunView } from "../../../api/schema";

const EVERY_MS = 10_000;
const WITHOUT_NOTICES_MS = 2_000;

export function useProcedures() {
  return useQuery({
    queryKey: ["procedures", "list"],
    queryFn: () => ok(api.GET("/api/procedures")),
    refetchInterval: EVERY_MS,
  });
}

export function useProcedure(name: string) {
  return useQuery({
    queryKey: ["procedures", "one", name],
    queryFn: () => ok(api.GET("/api/procedures/{name}", { params: { path: { name } } })),
  });
}

export interface RunFilters {
  state: RunState | null;
  procedure: string | null;
}

export function useRuns({ state, procedure }: RunFilters) {
  return useInfiniteQuery({
    queryKey: ["procedures", "runs", state, procedure],
    queryFn: ({ pageParam }) =>
      ok(
        api.GET("/api/procedures/runs", {
          params: { query: { limit: 25, after: pageParam, state, procedure } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

export function isActive({ state }: { state: RunState }): boolean {
  return state === "queued" || state === "running";
}

/** One run, live: by notices, and where those don't come, by asking again and again. */
export function useRun(id: string) {
  const live = useIsLive();
  return useQuery({
    queryKey: ["procedure-run", id],
    queryFn: () => ok(api.GET("/api/procedures/runs/{run_id}", { params: { path: { run_id: id } } })),
    refetchInterval: ({ state: { data } }) =>
      data && isActive(data) ? (live ? EVERY_MS : WITHOUT_NOTICES_MS) : false,
  });
}

/** Asks for a run and goes to it. The same request sent again has the same key, so it starts nothing twice. */
export function useAsk(name: string) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const sent = useRef({ body: "", key: "" });
  return useMutation({
    mutationFn: (body: RunRequest) => {
      const text = JSON.stringify(body);
      if (sent.current.body !== text) sent.current = { body: text, key: idempotencyKey() };
      return ok(
        api.POST("/api/procedures/{name}/runs", {
          params: { path: { name }, header: { "Idempotency-Key": sent.current.key } },
          body,
        }),
      );
    },
    onSuccess: async (run: RunView) => {
      sent.current = { body: "", key: "" };
      await queries.invalidateQueries({ queryKey: ["procedures"] });
      await navigate({ to: "/system/procedures/runs/$runId", params: { runId: run.id } });
    },
  });
}

export function useCancel(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      ok(api.POST("/api/procedures/runs/{run_id}/cancel", { params: { path: { run_id: id } } })),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["procedure-run", id] }),
        queries.invalidateQueries({ queryKey: ["procedures"] }),
      ]),
  });
}
