import type { Outcome, Role } from "../../api/schema";

/** What the form holds: texts, empty where nothing is asked for. Kept in memory alone: an id in the address is an id of somebody. */
export interface Filters {
  since: string;
  until: string;
  action: string;
  role: string;
  outcome: string;
  via: string;
  actor: string;
  patient: string;
  entityId: string;
  request: string;
  flag: string;
}

export const NO_FILTERS: Filters = {
  since: "",
  until: "",
  action: "",
  role: "",
  outcome: "",
  via: "",
  actor: "",
  patient: "",
  entityId: "",
  request: "",
  flag: "",
};

let next: Filters | null = null;

/** What the list of events shows when it is opened the next time: asked for on another page, kept in memory alone. */
export function askNext(some: Partial<Filters>): void {
  next = { ...NO_FILTERS, ...some };
}

/** What was asked for elsewhere, once; nothing where nothing was. */
export function takeAsked(): Filters {
  const asked = next ?? NO_FILTERS;
  next = null;
  return asked;
}

/** A moment as a field for a local date and time holds it: to the minute. */
export function localMinute(at: number): string {
  const moment = new Date(at);
  return new Date(at - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NAME = /^[a-z0-9_.-]*$/;

/** Which fields can't be sent as they are. */
export function mistakes(filters: Filters): Partial<Record<keyof Filters, "id" | "name" | "order">> {
  const found: Partial<Record<keyof Filters, "id" | "name" | "order">> = {};
  for (const field of ["actor", "patient", "entityId", "request"] as const) {
    if (filters[field].trim() && !UUID.test(filters[field].trim())) found[field] = "id";
  }
  for (const field of ["action", "flag"] as const) {
    if (!NAME.test(filters[field].trim())) found[field] = "name";
  }
  if (filters.since && filters.until && filters.since >= filters.until) found.until = "order";
  return found;
}

/** The filters as the API takes them; a local time becomes a moment of the viewer's zone. */
export function asQuery(filters: Filters) {
  return {
    since: moment(filters.since),
    until: moment(filters.until),
    action: text(filters.action),
    actor_role: text(filters.role) as Role | undefined,
    outcome: text(filters.outcome) as Outcome | undefined,
    via: text(filters.via),
    actor_id: text(filters.actor),
    patient_id: text(filters.patient),
    entity_id: text(filters.entityId),
    request_id: text(filters.request),
    flag: filters.flag.trim() ? [filters.flag.trim()] : undefined,
  };
}

export function countOf(filters: Filters): number {
  return Object.values(filters).filter((value) => value.trim() !== "").length;
}

function text(value: string): string | undefined {
  return value.trim() || undefined;
}

function moment(local: string): string | undefined {
  return local ? new Date(local).toISOString() : undefined;
}

/** The address of the file with every event that fits. */
export function exportAddress(filters: Filters, format: "csv" | "jsonl"): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(asQuery(filters))) {
    if (Array.isArray(value)) for (const one of value as string[]) query.append(name, one);
    else if (value !== undefined) query.set(name, String(value));
  }
  return `/api/audit/export?${query}`;
}
