import type { AssessmentDetail, Level } from "../../api/schema";
import { LEVELS } from "./filters";

const STEEP_LEVELS = 2;
const STEEP_REASON = 10;

/** The reply to begin from at a level; empty where there is none. */
export function draftFor(found: Pick<AssessmentDetail, "drafts">, level: Level): string {
  return found.drafts.find((draft) => draft.level === level)?.text ?? "";
}

/** Whether a decision lowers an emergency by two levels or more, which the server asks to be explained. */
export function isSteep(machine: Level | null, level: Level): boolean {
  return machine === "emergency" && LEVELS.indexOf(level) >= STEEP_LEVELS;
}

/** What is missing from the reason, before the server says it: the name of a text, or null. */
export function reasonProblem(
  machine: Level | null,
  level: Level,
  reason: string,
): "reasonMissing" | "reasonShort" | null {
  if (level === machine) return null;
  const length = reason.trim().length;
  if (length === 0) return "reasonMissing";
  return isSteep(machine, level) && length < STEEP_REASON ? "reasonShort" : null;
}
