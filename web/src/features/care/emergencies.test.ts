import { expect, it } from "vitest";
import type { WorklistItem } from "../../api/schema";
import { newcomers, unclaimed } from "./emergencies";

const NOW = Date.parse("2026-11-22T12:00:00Z");

function item(id: string, due: string): WorklistItem {
  return { assessment_id: id, due_at: due } as WorklistItem;
}

it("calls nothing new at the first look, and each case once", () => {
  expect(newcomers(null, ["a", "b"])).toEqual([]);
  expect(newcomers(new Set(["a"]), ["b", "a"])).toEqual(["b"]);
  expect(newcomers(new Set(["a", "b"]), ["b"])).toEqual([]);
});

it("counts every emergency that waits, says which are late by the clock, and opens the new one first", () => {
  const items = [
    item("a", "2026-11-22T11:59:00Z"),
    item("b", "2026-11-22T12:00:00Z"),
    item("c", "2026-11-22T12:04:00Z"),
  ];
  const found = unclaimed({ items, counts: { "emergency-waiting": 3 } }, ["c"], NOW);
  expect(found).toEqual({ waiting: 3, late: 2, cases: ["c", "a", "b"] });
});

it("says nothing where nobody waits", () => {
  expect(unclaimed({ items: [], counts: { "emergency-waiting": 0 } }, [], NOW)).toEqual({
    waiting: 0,
    late: 0,
    cases: [],
  });
});
