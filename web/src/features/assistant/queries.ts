import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import type { ConversationDetail } from "../../api/schema";

const UNANSWERED_POLL_MS = 3_000;

/** A conversation with its messages. One whose turn is still being computed is asked for again and again. */
export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ["conversation", id],
    queryFn: () =>
      ok(api.GET("/api/conversations/{conversation_id}", { params: { path: { conversation_id: id } } })),
    refetchInterval: ({ state }) => (state.data && isBeingAnswered(state.data) ? UNANSWERED_POLL_MS : false),
  });

export const conversationsQuery = infiniteQueryOptions({
  queryKey: ["conversations"],
  queryFn: ({ pageParam }) =>
    ok(api.GET("/api/conversations", { params: { query: { limit: 20, after: pageParam } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
});

/** The last words are the patient's and nothing has come back yet. A nurse may have the case meanwhile. */
export function isBeingAnswered({ messages, status }: ConversationDetail): boolean {
  return status === "open" && messages.at(-1)?.author === "patient";
}
