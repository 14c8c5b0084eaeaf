import { expect, test } from "vitest";
import { besideCard, blocksOf, isOnCard } from "./replyText";

test("paragraphs, lists and citations are told apart", () => {
  expect(blocksOf("Rest. [1]\n\nWhat to do:\n- Drink water [2].\n- Sleep.", [1, 2])).toEqual([
    { kind: "paragraph", pieces: [{ text: "Rest. " }, { citation: 1 }] },
    { kind: "paragraph", pieces: [{ text: "What to do:" }] },
    {
      kind: "list",
      items: [[{ text: "Drink water " }, { citation: 2 }, { text: "." }], [{ text: "Sleep." }]],
    },
  ]);
});

test("a number in brackets without a citation is words", () => {
  expect(blocksOf("see [7]", [1])).toEqual([
    { kind: "paragraph", pieces: [{ text: "see " }, { text: "[7]" }] },
  ]);
});

test("markup is words", () => {
  const text = "<img src=x onerror=alert(1)> [x](javascript:alert(1))";
  expect(blocksOf(text, [])).toEqual([{ kind: "paragraph", pieces: [{ text }] }]);
});

test("nothing is no block", () => {
  expect(blocksOf("\n\n  \n", [])).toEqual([]);
});

test("beside the care card the first paragraph and what the sources say stand; the rest is kept", () => {
  const text =
    "A nurse has your case.\n\nMy sources say:\n- Drink. [1]\n\nWhat to do now:\n- Rest.\n\nOrigin.";
  const blocks = blocksOf(text, [1]);
  const { stands, rest } = besideCard(blocks);
  expect(stands).toEqual(blocks.slice(0, 3));
  expect(rest).toEqual(blocks.slice(3));
});

test("a reply that says a point of the card is told from one that says none", () => {
  const card = new Set(["Rest."]);
  expect(isOnCard(blocksOf("Well.\n- Rest.", []), card)).toBe(true);
  expect(isOnCard(blocksOf("Rest. And more.\n- Drink.", []), card)).toBe(false);
  expect(isOnCard([], card)).toBe(false);
});
