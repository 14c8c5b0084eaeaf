import { expect, test } from "vitest";
import { withoutSignIn } from "./lastSignIn";

const NOW = Date.parse("2026-11-22T12:00:00Z");

test.each([
  ["2026-11-22T11:59:00Z", "never"],
  ["2026-10-24T12:00:00Z", "never"],
  ["2026-10-22T12:00:00Z", "notLately"],
])("an account made at %s without a sign-in: %s", (created_at, said) => {
  expect(withoutSignIn({ created_at }, NOW)).toBe(said);
});
