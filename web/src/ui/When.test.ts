import { expect, test } from "vitest";
import { formatAgo, formatMoment } from "./When";

const NOW = new Date(2026, 10, 22, 15, 0);

test("today's moments are told by the time alone", () => {
  expect(formatMoment(new Date(2026, 10, 22, 9, 5).toISOString(), { now: NOW })).toMatch(/^0?9:05/);
});

test("another year's are told with the year", () => {
  expect(formatMoment(new Date(2025, 0, 2, 9, 5).toISOString(), { now: NOW })).toContain("2025");
});

test.each([
  [-4 * 60_000, "4 minutes ago"],
  [-3 * 3_600_000, "3 hours ago"],
  [2 * 86_400_000, "in 2 days"],
])("%i ms is said as %s", (passed, said) => {
  expect(formatAgo(new Date(NOW.getTime() + passed).toISOString(), NOW.getTime())).toBe(said);
});
