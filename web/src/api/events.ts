import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { reload } from "./reload";
import { meQuery } from "./session";

/** What changed: a topic (`conversation`, `worklist`) with ids, or `resynchronise` when something may have been missed. */
export interface Notice {
  topic: string;
  ids: Record<string, string>;
}

type Listener = (notice: Notice) => void;

const TOPICS = ["conversation", "worklist", "presence", "health", "resynchronise"];
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

const listeners = new Set<Listener>();

/** Which queries a notice makes stale. The first part of a query's key names what it shows. */
export function staleAfter({ topic, ids }: Notice): readonly unknown[][] {
  switch (topic) {
    case "conversation":
      return [["conversations"], ["conversation", ids.conversation_id], ["assessment"]];
    case "worklist":
      return [["worklist"], ids.assessment_id ? ["assessment", ids.assessment_id] : ["assessment"]];
    case "resynchronise":
      return [["conversations"], ["conversation"], ["worklist"], ["assessment"]];
    default:
      return [];
  }
}

/** Keeps the stream of changes open while somebody is signed in; tells whether it is. */
export function useLiveEvents(signedIn: boolean): boolean {
  const queries = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => (signedIn ? listen(queries, setLive) : undefined), [queries, signedIn]);
  return live;
}

/** Calls `heard` for each notice while the component is shown. */
export function useNotices(heard: Listener): void {
  useEffect(() => {
    listeners.add(heard);
    return () => {
      listeners.delete(heard);
    };
  }, [heard]);
}

function listen(queries: QueryClient, setLive: (live: boolean) => void): () => void {
  let source: EventSource | null = null;
  let timer: number | undefined;
  let wait = FIRST_WAIT_MS;

  const open = () => {
    source = new EventSource("/api/events");
    source.onopen = () => {
      wait = FIRST_WAIT_MS;
      setLive(true);
    };
    source.onerror = () => {
      setLive(false);
      // The browser opens an ended stream by itself, but gives up on an answer that is none (401, 503).
      if (source?.readyState === EventSource.CLOSED) again();
    };
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) =>
        heard(queries, { topic, ids: JSON.parse((event as MessageEvent).data) }),
      );
    }
  };
  const again = () => {
    source?.close();
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      // Refreshes an expired sign-in, or finds that it has ended.
      void queries.invalidateQueries({ queryKey: meQuery.queryKey }).finally(open);
    }, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };
  const online = () => {
    wait = FIRST_WAIT_MS;
    if (source?.readyState !== EventSource.OPEN) again();
  };

  open();
  window.addEventListener("online", online);
  return () => {
    window.removeEventListener("online", online);
    window.clearTimeout(timer);
    source?.close();
    setLive(false);
  };
}

function heard(queries: QueryClient, notice: Notice): void {
  for (const queryKey of staleAfter(notice)) void reload(queries, queryKey);
  for (const listener of listeners) listener(notice);
}
