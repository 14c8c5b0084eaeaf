/** The pseudo-locale of tests: right to left, longer by a third, and every letter shows that it went through the catalogue. */
export const PSEUDO = "ar-XB";

const PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const STRANGE = "åƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ";
const LETTERS = new Map([...PLAIN].map((letter, place) => [letter, [...STRANGE][place]]));

/** Returns `text` as the pseudo-locale has it. What stands in angle brackets is markup and stays. */
export function pseudo(text: string): string {
  const strange = text
    .split(/(<[^>]*>)/)
    .map((part) =>
      part.startsWith("<") ? part : [...part].map((letter) => LETTERS.get(letter) ?? letter).join(""),
    )
    .join("");
  return `⟦${strange}${"·".repeat(Math.ceil(text.length / 3))}⟧`;
}
