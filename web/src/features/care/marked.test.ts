import { describe, expect, it } from "vitest";
import type { Mark } from "../../api/schema";
import { isSaid, pieces } from "./marked";

const mark = (start: number, end: number, rule = "r", level: Mark["level"] = "urgent"): Mark => ({
  message_id: "m",
  start,
  end,
  rule,
  level,
});
const shown = (text: string, ...marks: Mark[]) =>
  pieces(text, marks).map(({ text: words, rules }) => (rules.length ? `[${words}]` : words));

describe("pieces", () => {
  it("leaves a text without marks whole", () => {
    expect(shown("It hurts")).toEqual(["It hurts"]);
    expect(shown("")).toEqual([]);
  });

  it("splits at a mark, wherever it stands", () => {
    expect(shown("my chest hurts", mark(3, 8))).toEqual(["my ", "[chest]", " hurts"]);
    expect(shown("chest", mark(0, 5))).toEqual(["[chest]"]);
  });

  it("counts code points, as the server does", () => {
    expect(shown("🥺👨‍👩‍👧 chest hurts", mark(7, 12))).toEqual(["🥺👨‍👩‍👧 ", "[chest]", " hurts"]);
  });

  it("names every rule of overlapping marks and takes the most urgent level", () => {
    const found = pieces("abcdef", [mark(0, 4, "one", "routine"), mark(2, 6, "two", "emergency")]);
    expect(found.map(({ text, rules, level }) => [text, rules, level])).toEqual([
      ["ab", ["one"], "routine"],
      ["cd", ["one", "two"], "emergency"],
      ["ef", ["two"], "emergency"],
    ]);
  });

  it("keeps all of the text whatever the marks say", () => {
    for (const wrong of [mark(-5, 2), mark(3, 99), mark(4, 1), mark(50, 60)]) {
      expect(
        pieces("abcdef", [wrong])
          .map(({ text }) => text)
          .join(""),
      ).toBe("abcdef");
    }
  });
});

describe("isSaid", () => {
  const messages = [
    { author: "patient" as const, text: "My left calf is Swollen since yesterday" },
    { author: "assistant" as const, text: "Are you short of breath?" },
  ];

  it("knows the patient's own words, in pieces too", () => {
    expect(isSaid("left calf is swollen", messages)).toBe(true);
    expect(isSaid("Swollen … yesterday", messages)).toBe(true);
  });

  it("takes no label, number or question for the patient's words", () => {
    expect(isSaid("Age 61", messages)).toBe(false);
    expect(isSaid("Swollen … One leg", messages)).toBe(false);
    expect(isSaid("short of breath", messages)).toBe(false);
  });
});
