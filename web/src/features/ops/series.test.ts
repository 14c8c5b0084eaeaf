import { describe, expect, it } from "vitest";
import { formatUnit } from "./format";
import { newest } from "./series";

describe("newest", () => {
  it("is the last value, and nothing where nobody looked", () => {
    expect(newest([1, 0, null])).toBe(0);
    expect(newest([null, null])).toBeNull();
    expect(newest([])).toBeNull();
  });
});

describe("formatUnit", () => {
  it.each([
    [2.345, "per_second", "2.3 a second"],
    [1234, "milliseconds", "1.2 s"],
    [97.129, "percent", "97.13 %"],
    [75, "seconds", "1 min"],
    [1200, "count", "1,200"],
    [2048, "bytes", "2 KiB"],
  ] as const)("writes %d %s", (value, unit, said) => {
    expect(formatUnit(value, unit)).toBe(said);
  });
});
