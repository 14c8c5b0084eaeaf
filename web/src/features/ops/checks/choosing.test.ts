import { expect, test } from "vitest";
import type { CheckSummary } from "../../../api/schema";
import { chosenChecks, standingOf } from "./choosing";

function check(name: string, status: string | null, more: object = {}): CheckSummary {
  const last = status && { status, evidence: `${name} was looked at.`, skipped: null };
  return {
    name,
    title: name,
    part_title: "Part",
    category: "health",
    remedy: "Mend it.",
    last,
    ...more,
  } as CheckSummary;
}

const SKIPPED = check("cache.redis", null, {
  last: { status: "healthy", skipped: "No Redis is set.", evidence: "" },
});
const ALL = [
  check("db.connection", "healthy"),
  SKIPPED,
  check("disk.space", "degraded", { category: "host" }),
  check("worker.age", "down"),
];
const NONE = { standing: "", category: "", text: "" } as const;

function names(filters: object): string[] {
  return chosenChecks(ALL, { ...NONE, ...filters }).map(({ name }) => name);
}

test("the worst come first, and what was skipped counts as not looked at", () => {
  expect(names({})).toEqual(["worker.age", "disk.space", "cache.redis", "db.connection"]);
  expect(standingOf(SKIPPED)).toBe("unknown");
  expect(standingOf(check("new.one", null))).toBe("unknown");
});

test("filters narrow together", () => {
  expect(names({ standing: "attention" })).toEqual(["worker.age", "disk.space"]);
  expect(names({ standing: "attention", category: "host" })).toEqual(["disk.space"]);
  expect(names({ standing: "unknown" })).toEqual(["cache.redis"]);
  expect(names({ text: "  LOOKED disk " })).toEqual(["disk.space"]);
  expect(names({ text: "zanzibar" })).toEqual([]);
});
