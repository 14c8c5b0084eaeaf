import type { AuditEventOut } from "../../api/schema";

type Part = Pick<AuditEventOut, "action" | "outcome" | "flags" | "request_id">;

export interface Group<E> {
  /** The event that says best what the request was about. */
  lead: E;
  /** The others of the same request, as they came. */
  rest: readonly E[];
}

/** What says little of a request: readings, and the step of a case that every move of it leaves. */
const BESIDE = /\.(read|list|count|watch|sessions_read)$|^assessment_event\./;

/** Events that follow each other and belong to one request, as one. Nothing is left out and no order is changed. */
export function grouped<E extends Part>(events: readonly E[]): Group<E>[] {
  const runs: E[][] = [];
  for (const event of events) {
    const run = runs.at(-1);
    if (run && event.request_id !== null && run[0]?.request_id === event.request_id) run.push(event);
    else runs.push([event]);
  }
  return runs.map((run) => {
    const lead = run.reduce((best, event) => (weight(event) > weight(best) ? event : best));
    return { lead, rest: run.filter((event) => event !== lead) };
  });
}

/** What did not succeed says most, then what is flagged, then a change; what stands beside it least. */
function weight({ action, outcome, flags }: Part): number {
  if (outcome !== "success") return 3;
  if (flags.length > 0) return 2;
  return BESIDE.test(action) ? 0 : 1;
}
