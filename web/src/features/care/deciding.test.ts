import { expect, it } from "vitest";
import { draftFor, isSteep, reasonProblem } from "./deciding";

it("wants no reason for the assessment's own level", () => {
  expect(reasonProblem("urgent", "urgent", "")).toBeNull();
});

it("wants a reason for another level, and a longer one where an emergency falls by two", () => {
  expect(reasonProblem("urgent", "routine", "  ")).toBe("reasonMissing");
  expect(reasonProblem("urgent", "routine", "x")).toBeNull();
  expect(reasonProblem("emergency", "urgent", "x")).toBeNull();
  expect(reasonProblem("emergency", "routine", "too short")).toBe("reasonShort");
  expect(reasonProblem("emergency", "self-care", "seen by me: a rash")).toBeNull();
  expect(isSteep("emergency", "urgent")).toBe(false);
  expect(isSteep(null, "self-care")).toBe(false);
});

it("begins from the level's own draft", () => {
  const drafts = [{ level: "urgent" as const, text: "Come in." }];
  expect(draftFor({ drafts }, "urgent")).toBe("Come in.");
  expect(draftFor({ drafts }, "routine")).toBe("");
});
