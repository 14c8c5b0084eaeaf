import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { api, idempotencyKey, ok } from "../../../api/client";
import type { AccountView, NewAccount } from "../../../api/schema";
import type { AccountRole } from "./roles";

export interface UserFilters {
  search: string;
  role: AccountRole | null;
  disabled: boolean | null;
}

export function useUsers({ search, role, disabled }: UserFilters) {
  return useInfiniteQuery({
    queryKey: ["users", "list", search, role, disabled],
    queryFn: ({ pageParam }) =>
      ok(
        api.GET("/api/users", {
          params: { query: { limit: 50, after: pageParam, q: search || null, role, disabled } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

export function useUser(id: string) {
  return useQuery({
    queryKey: ["users", "one", id],
    queryFn: () => ok(api.GET("/api/users/{user_id}", { params: { path: { user_id: id } } })),
  });
}

export function useSignIns(id: string) {
  return useQuery({
    queryKey: ["users", "sign-ins", id],
    queryFn: () => ok(api.GET("/api/users/{user_id}/sessions", { params: { path: { user_id: id } } })),
  });
}

/** Creates an account. The same form sent again, after an answer that was lost, makes no second one. */
export function useCreateUser(onDone: (made: AccountView) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ body, key }: { body: NewAccount; key: string }) =>
      ok(api.POST("/api/users", { body, params: { header: { "Idempotency-Key": key } } })),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["users"] });
      onDone(made);
    },
  });
}

export { idempotencyKey };

/** What is done to one account. */
export type Act =
  | { kind: "disable" | "enable" | "unlock" | "reset-password" | "revoke" | "second-factor" }
  | { kind: "role"; role: AccountRole }
  | { kind: "end"; session: string };

export function useAct(id: string, onDone: (act: Act) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (act: Act) => perform(id, act),
    onSuccess: (_, act) => onDone(act),
    onSettled: () => queries.invalidateQueries({ queryKey: ["users"] }),
  });
}

async function perform(id: string, act: Act): Promise<void> {
  const path = { user_id: id };
  switch (act.kind) {
    case "role":
      await ok(api.PUT("/api/users/{user_id}/role", { params: { path }, body: { role: act.role } }));
      return;
    case "end":
      await ok(
        api.DELETE("/api/users/{user_id}/sessions/{session_id}", {
          params: { path: { ...path, session_id: act.session } },
        }),
      );
      return;
    case "second-factor":
      await ok(api.DELETE("/api/users/{user_id}/second-factor", { params: { path } }));
      return;
    default:
      await ok(api.POST(`/api/users/{user_id}/${act.kind}`, { params: { path } }));
  }
}
