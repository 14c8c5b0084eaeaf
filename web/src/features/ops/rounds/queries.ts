import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "../../../api/client";
import type { AnswerRequest } from "../../../api/schema";

const EVERY_MS = 30_000;

export function useRounds() {
  return useQuery({
    queryKey: ["procedures", "rounds"],
    queryFn: () => ok(api.GET("/api/rounds")),
    refetchInterval: EVERY_MS,
  });
}

export function useRound(id: string) {
  return useQuery({
    queryKey: ["procedures", "rounds", id],
    queryFn: () => ok(api.GET("/api/rounds/{round_id}", { params: { path: { round_id: id } } })),
  });
}

export function useCapacity() {
  return useQuery({ queryKey: ["capacity"], queryFn: () => ok(api.GET("/api/capacity")) });
}

/** Answers what an item asks; the round that comes back takes the place of what is shown. */
export function useAnswer(round: string, item: string, done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: AnswerRequest) =>
      ok(
        api.POST("/api/rounds/{round_id}/items/{item}", {
          params: { path: { round_id: round, item } },
          body,
        }),
      ),
    onSuccess: async (shown) => {
      done();
      queries.setQueryData(["procedures", "rounds", round], shown);
      await queries.invalidateQueries({ queryKey: ["procedures", "rounds"] });
    },
  });
}
