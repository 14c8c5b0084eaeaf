import type { Health, MonitoringReport } from "../../api/schema";

/** Figures that can need attention. */
export type Measure = "workers" | "oldest" | "failed" | "connections" | "disk" | "memory" | "load";

export interface Attention {
  /** Cases over their target; null where nobody could count them. */
  late: number | null;
  /** How many of them are emergencies. */
  lateEmergencies: number;
  /** The parts that are not well. */
  parts: readonly string[];
  measures: ReadonlySet<Measure>;
}

/** What of the report needs somebody's attention: the sentence on top and the marks below say the same. */
export function attention(report: MonitoringReport): Attention {
  const late = report.figures.find(({ name }) => name === "cases.late");
  return {
    late: late?.value ?? null,
    lateEmergencies: late?.by?.emergency ?? 0,
    parts: report.parts.filter(({ status }) => status !== "healthy").map(({ title }) => title),
    measures: measuresOf(report),
  };
}

/** How all of it is: a part that is down is worst; people who wait too long or a figure make it no better than degraded. */
export function overall(report: MonitoringReport, found: Attention): Health {
  if (report.status !== "healthy") return report.status;
  const calm = found.late === 0 && found.measures.size === 0;
  return calm ? "healthy" : "degraded";
}

function measuresOf({ queue, database, host }: MonitoringReport): ReadonlySet<Measure> {
  const bad: Record<Measure, boolean> = {
    workers: queue.workers === 0,
    oldest: (queue.oldest_waiting_seconds ?? 0) > 120,
    failed: queue.failed_last_day > 0,
    connections: percent(database.connections, database.max_connections) >= 75,
    disk: percent(host.disk_used_bytes, host.disk_total_bytes) >= 85,
    memory: percent(host.memory_used_bytes, host.memory_total_bytes) >= 85,
    load: host.load > 2 * host.processors,
  };
  return new Set((Object.keys(bad) as Measure[]).filter((name) => bad[name]));
}

function percent(part: number, whole: number): number {
  return (100 * part) / whole;
}
