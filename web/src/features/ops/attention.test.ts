import { expect, test } from "vitest";
import type { MonitoringReport } from "../../api/schema";
import { attention, overall } from "./attention";

const CALM = {
  status: "healthy",
  parts: [{ title: "Database", status: "healthy" }],
  figures: [{ name: "cases.late", unit: "count", value: 0, by: {} }],
  queue: { workers: 1, oldest_waiting_seconds: null, failed_last_day: 0 },
  database: { connections: 10, max_connections: 100 },
  host: {
    disk_used_bytes: 10,
    disk_total_bytes: 100,
    memory_used_bytes: 10,
    memory_total_bytes: 100,
    processors: 2,
    load: 4,
  },
} as unknown as MonitoringReport;

function statusOf(report: MonitoringReport) {
  return overall(report, attention(report));
}

test("all is well only where nothing at all needs attention", () => {
  expect(statusOf(CALM)).toBe("healthy");
  expect(attention(CALM).measures.size).toBe(0);
});

test("a load over twice the processors is no wellness", () => {
  const busy = { ...CALM, host: { ...CALM.host, load: 4.1 } };
  expect([...attention(busy).measures]).toEqual(["load"]);
  expect(statusOf(busy)).toBe("degraded");
});

test("people who wait too long are none either, and emergencies are told apart", () => {
  const figures = [{ name: "cases.late", unit: "count" as const, value: 3, by: { emergency: 1, urgent: 2 } }];
  const late = { ...CALM, figures };
  expect(attention(late)).toMatchObject({ late: 3, lateEmergencies: 1 });
  expect(statusOf(late)).toBe("degraded");
});

test("what could not be counted is not zero", () => {
  const blind = { ...CALM, figures: [] };
  expect(attention(blind).late).toBeNull();
  expect(statusOf(blind)).toBe("degraded");
});

test("a part that is down stays the worst", () => {
  const down = { ...CALM, status: "down" as const, host: { ...CALM.host, load: 99 } };
  expect(statusOf(down)).toBe("down");
});
