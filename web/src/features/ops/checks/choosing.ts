import type { Category, CheckSummary } from "../../../api/schema";

/** How a check stands: its newest result's status, or that there is none that counts. */
export type Standing = "down" | "degraded" | "healthy" | "unknown";

export interface Filters {
  standing: Standing | "attention" | "";
  category: Category | "";
  text: string;
}

export const CATEGORIES: readonly Category[] = ["health", "host", "database", "security", "compliance"];
const WORST_FIRST: readonly Standing[] = ["down", "degraded", "unknown", "healthy"];

export function standingOf({ last }: CheckSummary): Standing {
  return !last || last.skipped ? "unknown" : last.status;
}

export function needsAttention(check: CheckSummary): boolean {
  const standing = standingOf(check);
  return standing === "down" || standing === "degraded";
}

/** The checks that fit, the worst first. Every word of the text has to be found somewhere in the check. */
export function chosenChecks(checks: readonly CheckSummary[], filters: Filters): CheckSummary[] {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
  return checks
    .filter(
      (check) => fits(check, filters.standing) && (!filters.category || check.category === filters.category),
    )
    .filter((check) => words.every((word) => textOf(check).includes(word)))
    .sort((one, other) => WORST_FIRST.indexOf(standingOf(one)) - WORST_FIRST.indexOf(standingOf(other)));
}

function fits(check: CheckSummary, standing: Filters["standing"]): boolean {
  if (standing === "") return true;
  return standing === "attention" ? needsAttention(check) : standingOf(check) === standing;
}

function textOf({ name, title, part_title, remedy, last }: CheckSummary): string {
  return [name, title, part_title, remedy, last?.evidence ?? ""].join(" ").toLowerCase();
}
