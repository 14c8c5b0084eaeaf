import { describe, expect, it } from "vitest";
import type { AssessmentOut } from "../../api/schema";
import { isOverruled } from "./overruled";

const reason = {
  rule: "calf.clot",
  level: "urgent",
  text: "May be a clot.",
  quote: "calf",
  source: "NICE NG158",
};
const of = (changes: Partial<AssessmentOut>) =>
  ({ level: "urgent", decided_at: "2026-11-22T12:00:00Z", reasons: [reason], ...changes }) as AssessmentOut;

describe("a clinician's level beside the rules' reasons", () => {
  it("overrules them where it is another one", () => {
    expect(isOverruled(of({ level: "routine" }))).toBe(true);
    expect(isOverruled(of({ level: "emergency" }))).toBe(true);
  });
  it("agrees with them where it is theirs", () => expect(isOverruled(of({}))).toBe(false));
  it("is none before the decision", () => {
    expect(isOverruled(of({ level: "routine", decided_at: null }))).toBe(false);
  });
  it("is measured by the reasons that decided", () => {
    const lower = { ...reason, level: "routine", deciding: false } as const;
    expect(isOverruled(of({ level: "routine", reasons: [reason as never, lower as never] }))).toBe(true);
  });
  it("has nothing to overrule where no rule fired", () =>
    expect(isOverruled(of({ reasons: [] }))).toBe(false));
});
