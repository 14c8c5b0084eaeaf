import { expect, test } from "vitest";
import type { AuditEventOut } from "../../api/schema";
import { grouped } from "./groups";

function event(request_id: string | null, action: string, more: Partial<AuditEventOut> = {}) {
  return { request_id, action, outcome: "success" as const, flags: [] as string[], ...more };
}

test("one opening is one line, led by what was changed", () => {
  const events = [
    event("a", "message.read"),
    event("a", "assessment.claim"),
    event("a", "patient.read"),
    event("b", "worklist.list"),
  ];
  expect(grouped(events)).toEqual([
    { lead: events[1], rest: [events[0], events[2]] },
    { lead: events[3], rest: [] },
  ]);
});

test("what was refused or flagged is never folded away", () => {
  const denied = event("a", "access.denied", { outcome: "denied" });
  const flagged = event("b", "patient.read", { flags: ["break-glass"] });
  const leads = grouped([event("a", "assessment.claim"), denied, flagged, event("b", "message.update")]);
  expect(leads.map(({ lead }) => lead)).toEqual([denied, flagged]);
});

test("a move of a case leads, not the step that it leaves", () => {
  const claim = event("a", "assessment.claim");
  const [group] = grouped([event("a", "assessment.read"), event("a", "assessment_event.create"), claim]);
  expect(group?.lead).toEqual(claim);
});

test("what has no request stands alone, and so does what comes back later", () => {
  const events = [
    event(null, "job.run"),
    event(null, "job.run"),
    event("a", "x.y"),
    event("b", "x.y"),
    event("a", "x.y"),
  ];
  expect(grouped(events)).toHaveLength(5);
});

test("nothing gives nothing", () => {
  expect(grouped([])).toEqual([]);
});
