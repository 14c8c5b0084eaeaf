import { expect, test } from "vitest";
import { offline, problemOf } from "./problem";

test("a problem document keeps its code, its sentence and its request id", () => {
  const problem = problemOf(409, {
    status: 409,
    code: "conflict",
    title: "Taken",
    detail: "Nora has it.",
    request_id: "r1",
  });
  expect([problem.code, problem.message, problem.requestId, problem.isPassing]).toEqual([
    "conflict",
    "Nora has it.",
    "r1",
    false,
  ]);
});

test.each([undefined, null, "", "<html>502</html>", { code: 5 }, []])(
  "what a proxy answers (%j) becomes a problem",
  (body) => {
    const problem = problemOf(502, body);
    expect([problem.code, problem.status, problem.isPassing, problem.safety]).toEqual([
      "unexpected-answer",
      502,
      true,
      null,
    ]);
  },
);

test("no answer at all is offline, and passes", () => {
  expect(offline().isOffline).toBe(true);
  expect(offline().isPassing).toBe(true);
});
