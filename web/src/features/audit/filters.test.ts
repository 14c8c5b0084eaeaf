import { expect, test } from "vitest";
import { asQuery, countOf, exportAddress, mistakes, NO_FILTERS } from "./filters";

const ID = "01a203df-7e18-76d9-86a7-570a85de922f";

test("nothing is asked for at first", () => {
  expect(countOf(NO_FILTERS)).toBe(0);
  expect(Object.values(asQuery(NO_FILTERS)).filter((value) => value !== undefined)).toEqual([]);
  expect(mistakes(NO_FILTERS)).toEqual({});
});

test("what the API would refuse is found before it is sent", () => {
  expect(mistakes({ ...NO_FILTERS, patient: "Ruth Sample" })).toEqual({ patient: "id" });
  expect(mistakes({ ...NO_FILTERS, actor: ` ${ID.toUpperCase()} ` })).toEqual({});
  expect(mistakes({ ...NO_FILTERS, action: "<script>" })).toEqual({ action: "name" });
  expect(mistakes({ ...NO_FILTERS, since: "2026-11-22T10:00", until: "2026-11-22T09:00" })).toEqual({
    until: "order",
  });
});

test("a local time is sent as a moment with its zone", () => {
  expect(asQuery({ ...NO_FILTERS, since: "2026-11-22T10:00" }).since).toBe(
    new Date(2026, 10, 22, 10, 0).toISOString(),
  );
});

test("the file is asked for with the same filters", () => {
  const address = exportAddress(
    { ...NO_FILTERS, patient: ID, flag: "break-glass", outcome: "denied" },
    "csv",
  );
  expect(address).toBe(`/api/audit/export?format=csv&outcome=denied&patient_id=${ID}&flag=break-glass`);
});
