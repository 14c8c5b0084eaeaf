/** What a run of database care changed, in numbers. */
export interface Change {
  what: "size" | "dead" | "indexes";
  before: number;
  after: number;
}

interface Totals {
  size_bytes?: unknown;
  dead_rows?: unknown;
}

/** Reads before and after from a run's output, whichever tasks it did. What is not there, or no number, is left out. */
export function changesOf(output: Record<string, unknown>): Change[] {
  const found: Change[] = [];
  const vacuum = part(output.vacuum_analyze);
  const before = part(vacuum.before) as Totals;
  const after = part(vacuum.after) as Totals;
  add(found, "size", before.size_bytes, after.size_bytes);
  add(found, "dead", before.dead_rows, after.dead_rows);
  const rebuilt = Array.isArray(output.reindex) ? output.reindex.map(part) : [];
  if (rebuilt.length > 0) {
    add(found, "indexes", total(rebuilt, "bytes_before"), total(rebuilt, "bytes_after"));
  }
  return found;
}

/** How many old records a run deleted; null where it was none of its tasks. */
export function forgottenBy(output: Record<string, unknown>): number | null {
  const counts = output.cleanup_old_data;
  if (typeof counts !== "object" || counts === null) return null;
  return Object.values(counts).reduce(
    (sum: number, count) => sum + (typeof count === "number" ? count : 0),
    0,
  );
}

function add(found: Change[], what: Change["what"], before: unknown, after: unknown): void {
  if (typeof before === "number" && typeof after === "number") found.push({ what, before, after });
}

function part(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function total(rows: Record<string, unknown>[], name: string): number {
  return rows.reduce((sum, row) => sum + (typeof row[name] === "number" ? row[name] : 0), 0);
}
