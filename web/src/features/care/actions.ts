import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import { reload } from "../../api/reload";
import type { AssessmentDetail, DecideRequest } from "../../api/schema";

const at = (assessment_id: string) => ({ params: { path: { assessment_id } } });

/** What clinicians do with a case. Each answer is the case as it is now. */
const DO = {
  claim: (id: string) => ok(api.POST("/api/assessments/{assessment_id}/claim", at(id))),
  release: (id: string) => ok(api.POST("/api/assessments/{assessment_id}/release", at(id))),
  undo: (id: string) => ok(api.POST("/api/assessments/{assessment_id}/undo", at(id))),
};

export type Move = keyof typeof DO;

/** Keeps what the server answered, and has the lists ask again. */
function useKeep() {
  const queries = useQueryClient();
  return (found: AssessmentDetail) => {
    queries.setQueryData(["assessment", found.id], found);
    void reload(queries, ["worklist"]);
    void reload(queries, ["patient", found.patient.id]);
  };
}

export function useMove(id: string) {
  const keep = useKeep();
  return useMutation({ mutationFn: (move: Move) => DO[move](id), onSuccess: keep });
}

export function useUndo() {
  const keep = useKeep();
  return useMutation({ mutationFn: DO.undo, onSuccess: keep });
}

/** `done` is called even where the form has gone meanwhile, as it does when the case is no longer one's own. */
export function useDecide(id: string, done: (found: AssessmentDetail) => void) {
  const keep = useKeep();
  return useMutation({
    mutationFn: (body: DecideRequest) =>
      ok(api.POST("/api/assessments/{assessment_id}/decision", { ...at(id), body })),
    onSuccess: (found) => {
      done(found);
      keep(found);
    },
  });
}

export function useRefer(id: string, done: () => void) {
  const keep = useKeep();
  return useMutation({
    mutationFn: (reason: string) =>
      ok(api.POST("/api/assessments/{assessment_id}/refer", { ...at(id), body: { reason } })),
    onSuccess: (found) => {
      done();
      keep(found);
    },
  });
}

/** A note is sent with a key of its own: sent twice, it is kept once. */
export function useAddNote(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ text, key }: { text: string; key: string }) =>
      ok(
        api.POST("/api/assessments/{assessment_id}/notes", {
          params: { ...at(id).params, header: { "Idempotency-Key": key } },
          body: { text },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["assessment", id] }),
  });
}
