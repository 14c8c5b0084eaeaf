import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { reload } from "./reload";
import { meQuery } from "./session";

/** What changed: a topic (`conversation`, `worklist`) with ids, or `resynchronise` when something may have been missed. */
export interface Notice {
  topic: string;
  ids: Record<string, string>;
}

type Listener = (notice: Notice) => void;

const TOPICS = ["conversation", "worklist", "presence", "health", "procedure", "alerts", "resynchronise"];
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** The server says something every 15 seconds; after three silences the connection is dead, whatever the browser thinks. */
const SILENCE_MS = 45_000;

const listeners = new Set<Listener>();

/** Which queries a notice makes stale. The first part of a query's key names what it shows. */
export function staleAfter({ topic, ids }: Notice): readonly unknown[][] {
  switch (topic) {
    case "conversation":
      return [["conversations"], ["conversation", ids.conversation_id], ["assessment"]];
    case "worklist":
      return [["worklist"], ids.assessment_id ? ["assessment", ids.assessment_id] : ["assessment"]];
    case "alerts":
      return [["alerts"]];
    case "procedure":
      return [["procedures"], ["procedure-run", ids.run_id]];
    case "resynchronise":
      return [
        ["conversations"],
        ["conversation"],
        ["worklist"],
        ["assessment"],
        ["procedures"],
        ["procedure-run"],
        ["alerts"],
      ];
    default:
      return [];
  }
}

let live = false;
const watchers = new Set<() => void>();

function setLive(now: boolean): void {
  live = now;
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
}

/** Whether changes are heard of just now; where they aren't, a page has to ask again and again. */
export function useIsLive(): boolean {
  return useSyncExternalStore(watch, () => live);
}

/** Keeps the stream of changes open while somebody is signed in. */
export function useLiveEvents(signedIn: boolean): void {
  const queries = useQueryClient();
  useEffect(() => (signedIn ? listen(queries) : undefined), [queries, signedIn]);
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

function listen(queries: QueryClient): () => void {
  let source: EventSource | null = null;
  let timer: number | undefined;
  let silence: number | undefined;
  let wait = FIRST_WAIT_MS;

  const alive = () => {
    window.clearTimeout(silence);
    silence = window.setTimeout(() => {
      setLive(false);
      again();
    }, SILENCE_MS);
  };

  const open = () => {
    source = new EventSource("/api/events");
    source.onopen = () => {
      wait = FIRST_WAIT_MS;
      setLive(true);
      alive();
    };
    source.onerror = () => {
      setLive(false);
      // The browser opens an ended stream by itself, but gives up on an answer that is none (401, 503).
      if (source?.readyState === EventSource.CLOSED) again();
    };
    source.addEventListener("heartbeat", alive);
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) => {
        alive();
        heard(queries, { topic, ids: JSON.parse((event as MessageEvent).data) });
      });
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
    window.clearTimeout(silence);
    source?.close();
    setLive(false);
  };
}

function heard(queries: QueryClient, notice: Notice): void {
  for (const queryKey of staleAfter(notice)) void reload(queries, queryKey);
  for (const listener of listeners) listener(notice);
}
