import type { AssessmentOut } from "../../api/schema";

/** Whether a clinician chose another level than the rules: then the rules' advice, time and reasons no longer hold. */
export function isOverruled({ decided_at: decidedAt, level, reasons }: AssessmentOut): boolean {
  const deciding = reasons.filter((reason) => reason.deciding !== false);
  return decidedAt !== null && deciding.length > 0 && deciding.every((reason) => reason.level !== level);
}
