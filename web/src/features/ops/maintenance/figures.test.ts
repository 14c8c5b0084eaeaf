import { expect, it } from "vitest";
import { changesOf, forgottenBy } from "./figures";

it("reads before and after of every task that was done", () => {
  const output = {
    vacuum_analyze: {
      before: { size_bytes: 100, dead_rows: 50 },
      after: { size_bytes: 90, dead_rows: 0 },
    },
    reindex: [
      { bytes_before: 30, bytes_after: 10 },
      { bytes_before: 20, bytes_after: 5 },
    ],
  };
  expect(changesOf(output)).toEqual([
    { what: "size", before: 100, after: 90 },
    { what: "dead", before: 50, after: 0 },
    { what: "indexes", before: 50, after: 15 },
  ]);
});

it("shows nothing for what is not there or no number", () => {
  expect(changesOf({})).toEqual([]);
  expect(changesOf({ vacuum_analyze: null, reindex: "broken" })).toEqual([]);
  expect(changesOf({ vacuum_analyze: { before: { dead_rows: "5" }, after: {} }, reindex: [] })).toEqual([]);
});

it("counts what was forgotten, and tells nothing from none", () => {
  expect(forgottenBy({ cleanup_old_data: { jobs: 3, sign_ins: 2 } })).toBe(5);
  expect(forgottenBy({ cleanup_old_data: {} })).toBe(0);
  expect(forgottenBy({})).toBeNull();
});
