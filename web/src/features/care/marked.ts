import type { Level, Mark, MessageOut } from "../../api/schema";

/** A piece of a message: plain, or the words that made rules fire. */
export interface Piece {
  text: string;
  rules: string[];
  level: Level | null;
}

const URGENCY: readonly Level[] = ["emergency", "urgent", "routine", "self-care"];

/** Splits a text at its marks. Places count Unicode code points, as the server does; overlapping marks share a piece. */
export function pieces(text: string, marks: readonly Mark[]): Piece[] {
  const points = [...text];
  const edges = new Set([0, points.length]);
  for (const { start, end } of marks) {
    edges.add(clamp(start, points.length));
    edges.add(clamp(end, points.length));
  }
  const sorted = [...edges].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((from, place) => {
    const to = sorted[place + 1] ?? points.length;
    const over = marks.filter(({ start, end }) => start <= from && end >= to);
    return {
      text: points.slice(from, to).join(""),
      rules: [...new Set(over.map(({ rule }) => rule))],
      level: URGENCY.find((level) => over.some((mark) => mark.level === level)) ?? null,
    };
  });
}

function clamp(place: number, length: number): number {
  return Math.min(Math.max(place, 0), length);
}

/** Triage joins what it quotes for one rule so. */
const BETWEEN_QUOTES = " … ";

/** Whether a reason's quote is the patient's own words, not a label or a number that stands for an answer. */
export function isSaid(quote: string, messages: readonly Pick<MessageOut, "author" | "text">[]): boolean {
  const said = messages.filter(({ author }) => author === "patient").map(({ text }) => text.toLowerCase());
  return quote
    .toLowerCase()
    .split(BETWEEN_QUOTES)
    .every((part) => said.some((text) => text.includes(part)));
}
