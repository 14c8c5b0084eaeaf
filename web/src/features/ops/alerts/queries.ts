import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "../../../api/client";

const EVERY_MS = 30_000;

export function useAlerts() {
  return useQuery({
    queryKey: ["alerts", "open"],
    queryFn: () => ok(api.GET("/api/alerts")),
    refetchInterval: EVERY_MS,
  });
}

export function usePastAlerts(wanted: boolean) {
  return useQuery({
    queryKey: ["alerts", "past"],
    queryFn: () => ok(api.GET("/api/alerts/history", { params: { query: { limit: 20 } } })),
    enabled: wanted,
  });
}

export function useSilences() {
  return useQuery({
    queryKey: ["alerts", "silences"],
    queryFn: () => ok(api.GET("/api/alerts/silences")),
    refetchInterval: EVERY_MS,
  });
}

export function useChannels() {
  return useQuery({ queryKey: ["channels"], queryFn: () => ok(api.GET("/api/channels")) });
}

export function useOnCall() {
  return useQuery({ queryKey: ["on-call"], queryFn: () => ok(api.GET("/api/on-call")) });
}

interface Said {
  reason: string;
  until: string;
}

export function useAcknowledge(id: string, done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ reason, until }: Said) =>
      ok(
        api.POST("/api/alerts/{alert_id}/acknowledge", {
          params: { path: { alert_id: id } },
          body: { reason, expires_at: until },
        }),
      ),
    onSuccess: done,
    onSettled: () => queries.invalidateQueries({ queryKey: ["alerts"] }),
  });
}

export function useSilence(rule: string, done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ reason, until }: Said) =>
      ok(api.POST("/api/alerts/silences", { body: { rule, reason, ends_at: until } })),
    onSuccess: done,
    onSettled: () => queries.invalidateQueries({ queryKey: ["alerts"] }),
  });
}

export function useEndSilence(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      ok(api.DELETE("/api/alerts/silences/{silence_id}", { params: { path: { silence_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["alerts"] }),
  });
}

export function useTestChannel(name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => ok(api.POST("/api/channels/{channel}/test", { params: { path: { channel: name } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["channels"] }),
  });
}
