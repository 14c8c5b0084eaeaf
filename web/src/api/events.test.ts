import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { staleAfter, useIsLive, useLiveEvents } from "./events";

test("a conversation's change makes it and the lists stale", () => {
  expect(staleAfter({ topic: "conversation", ids: { conversation_id: "c1" } })).toContainEqual([
    "conversation",
    "c1",
  ]);
});

test("after a gap everything live is loaded again", () => {
  expect(staleAfter({ topic: "resynchronise", ids: {} }).map(([name]) => name)).toEqual(
    expect.arrayContaining(["conversations", "conversation", "worklist", "assessment"]),
  );
});

test("an unknown topic makes nothing stale", () => {
  expect(staleAfter({ topic: "weather", ids: {} })).toEqual([]);
});

class Stream extends EventTarget {
  static opened: Stream[] = [];
  static CLOSED = 2;
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor() {
    super();
    Stream.opened.push(this);
  }
  close() {
    this.readyState = Stream.CLOSED;
  }
  accepted() {
    this.readyState = 1;
    this.onopen?.();
  }
  say(topic: string) {
    this.dispatchEvent(new MessageEvent(topic, { data: "{}" }));
  }
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a stream that falls silent is dead: pages ask by themselves until another is open", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Stream);
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(QueryClientProvider, { client: new QueryClient() }, children);
  const { result, unmount } = renderHook(
    () => {
      useLiveEvents(true);
      return useIsLive();
    },
    { wrapper },
  );
  const last = () => Stream.opened.at(-1) as Stream;
  const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1000));
  expect(result.current).toBe(false);
  act(() => last().accepted());
  expect(result.current).toBe(true);
  for (const topic of ["heartbeat", "worklist", "heartbeat"]) {
    await pass(40);
    act(() => last().say(topic));
  }
  expect(result.current).toBe(true);
  expect(Stream.opened).toHaveLength(1);
  await pass(46);
  expect(result.current).toBe(false);
  expect(Stream.opened[0]?.readyState).toBe(Stream.CLOSED);
  await pass(2);
  expect(Stream.opened).toHaveLength(2);
  act(() => last().accepted());
  expect(result.current).toBe(true);
  unmount();
  expect(last().readyState).toBe(Stream.CLOSED);
});
