import type { AgeBand, Level } from "../../api/schema";

/** Which cases the worklist shows. Kept in the address, so that going back finds the same list; nothing of a patient. */
export interface Filters {
  level?: Level;
  age?: AgeBand;
  /** Hours since the hand-over. */
  over?: number;
  mine?: true;
  breached?: true;
  status?: "waiting" | "claimed";
  physician?: true;
}

export const LEVELS: readonly Level[] = ["emergency", "urgent", "routine", "self-care"];
export const AGES: readonly AgeBand[] = ["child", "adult", "older", "unknown"];
export const WAITS: readonly number[] = [1, 4, 24];

function one<T>(value: unknown, known: readonly T[]): T | undefined {
  return known.find((candidate) => candidate === value);
}

/** Reads filters from an address; what is none is left out. */
export function readFilters(search: Record<string, unknown>): Filters {
  return tidy({
    level: one(search.level, LEVELS),
    age: one(search.age, AGES),
    over: one(search.over, WAITS),
    mine: one(search.mine, [true as const]),
    breached: one(search.breached, [true as const]),
    status: one(search.status, ["waiting", "claimed"] as const),
    physician: one(search.physician, [true as const]),
  });
}

/** The filters with one changed; the value that is set already takes it off. */
export function toggled<K extends keyof Filters>(filters: Filters, name: K, value: Filters[K]): Filters {
  return tidy({ ...filters, [name]: filters[name] === value ? undefined : value });
}

export function isFiltered(filters: Filters): boolean {
  return Object.keys(tidy(filters)).length > 0;
}

/** The filters as the API's query has them. */
export function asQuery(filters: Filters) {
  return {
    level: filters.level,
    age: filters.age,
    waiting_over_minutes: filters.over === undefined ? undefined : filters.over * 60,
    mine: filters.mine,
    breached: filters.breached,
    status: filters.status,
    for_physician: filters.physician,
  };
}

function tidy(filters: Filters): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}
