import { expect, test } from "vitest";
import { linePath, roundUp, topOf } from "./chart";

test.each([
  [0, 1],
  [0.03, 0.05],
  [1, 1],
  [1.1, 2],
  [37, 50],
  [51, 100],
  [999, 1000],
])("the scale for %d ends at %d", (value, top) => {
  expect(roundUp(value)).toBeCloseTo(top);
});

test("the scale holds every series and a chart without values has one", () => {
  expect(
    topOf([
      { name: "a", values: [1, null, 3] },
      { name: "b", values: [40] },
    ]),
  ).toBe(50);
  expect(topOf([{ name: "a", values: [null, null] }])).toBe(1);
});

test("a minute that nobody counted is a gap, no zero", () => {
  expect(linePath([0, 10, null, 5, null, 10], 10, 100, 50)).toBe("M0 50h0.01L20 0M60 25h0.01M100 0h0.01");
});

test("nothing is drawn of nothing", () => {
  expect(linePath([null, null], 10, 100, 50)).toBe("");
  expect(linePath([], 10, 100, 50)).toBe("");
});
