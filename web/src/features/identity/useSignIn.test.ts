import { expect, test } from "vitest";
import { isOurs } from "./useSignIn";

test.each(["/audit", "/conversations/01a2"])("%s is ours", (path) => {
  expect(isOurs(path)).toBe(true);
});

test.each([
  undefined,
  "",
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "javascript:alert(1)",
])("%s is not ours", (path) => {
  expect(isOurs(path)).toBe(false);
});
