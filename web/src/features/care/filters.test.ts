import { expect, it } from "vitest";
import { asQuery, isFiltered, readFilters, toggled } from "./filters";

it("reads what an address asks for and nothing else", () => {
  expect(readFilters({ level: "urgent", over: 4, mine: true, name: "Pia" })).toEqual({
    level: "urgent",
    over: 4,
    mine: true,
  });
  expect(readFilters({ level: "<script>", over: 3, mine: "yes", age: ["child"], status: "decided" })).toEqual(
    {},
  );
});

it("sets a filter, changes it, and takes it off again", () => {
  const one = toggled({}, "level", "urgent");
  expect(one).toEqual({ level: "urgent" });
  expect(toggled(one, "level", "routine")).toEqual({ level: "routine" });
  expect(toggled(one, "level", "urgent")).toEqual({});
  expect(isFiltered(one)).toBe(true);
  expect(isFiltered({ level: undefined })).toBe(false);
});

it("asks the API in minutes", () => {
  expect(asQuery({ over: 4, age: "child", physician: true })).toMatchObject({
    waiting_over_minutes: 240,
    age: "child",
    for_physician: true,
  });
});
