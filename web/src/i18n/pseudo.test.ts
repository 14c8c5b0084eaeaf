import { expect, test } from "vitest";
import { pseudo } from "./pseudo";

test("every letter shows that it went through the catalogue, and the text grows by a third", () => {
  expect(pseudo("Sign in")).toBe("⟦Šîĝñ îñ···⟧");
});

test("markup and digits stay as they are", () => {
  expect(pseudo("Call <0>112</0>")).toContain("<0>112</0>");
});
