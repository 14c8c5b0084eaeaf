import { expect, test } from "vitest";
import { staleAfter } from "./events";

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
