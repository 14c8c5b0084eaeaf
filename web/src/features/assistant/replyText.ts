/** A piece of a line: words, or the number of a citation. */
export type Piece = { text: string } | { citation: number };

/** A paragraph, or the items of a list. */
export type Block = { kind: "paragraph"; pieces: Piece[] } | { kind: "list"; items: Piece[][] };

const ITEM = /^[-•] +/;

/**
 * Returns a reply's text as blocks. It is text, never markup: what looks like HTML is shown as it was written.
 * `known` are the numbers that have a citation; other brackets are words.
 */
export function blocksOf(text: string, known: readonly number[]): Block[] {
  const blocks: Block[] = [];
  for (const part of text.split(/\n{2,}/)) {
    for (const line of part.split("\n").filter((one) => one.trim())) {
      const isItem = ITEM.test(line);
      const pieces = piecesOf(line.replace(ITEM, ""), known);
      const last = blocks.at(-1);
      if (isItem && last?.kind === "list") last.items.push(pieces);
      else if (isItem) blocks.push({ kind: "list", items: [pieces] });
      else blocks.push({ kind: "paragraph", pieces });
    }
  }
  return blocks;
}

function piecesOf(line: string, known: readonly number[]): Piece[] {
  return line
    .split(/(\[\d{1,3}\])/)
    .filter((part) => part !== "")
    .map((part) => {
      const number = /^\[(\d{1,3})\]$/.exec(part)?.[1];
      return number && known.includes(Number(number)) ? { citation: Number(number) } : { text: part };
    });
}

/** Whether the care card says some of a reply, too. */
export function isOnCard(blocks: readonly Block[], onCard: ReadonlySet<string>): boolean {
  return blocks.some((block) =>
    block.kind === "list"
      ? block.items.some((item) => onCard.has(wordsOf(item)))
      : onCard.has(wordsOf(block.pieces)),
  );
}

/**
 * Parts a reply beside the care card: its first paragraph with all that answers from sources stands, the rest is what
 * the card says in its own order.
 */
export function besideCard(blocks: readonly Block[]): { stands: Block[]; rest: Block[] } {
  const stands = blocks.filter(
    (block, place) =>
      place === 0 || cites(block) || (block.kind === "paragraph" && cites(blocks[place + 1] ?? block)),
  );
  return { stands, rest: blocks.filter((block) => !stands.includes(block)) };
}

function cites(block: Block): boolean {
  const lines = block.kind === "list" ? block.items : [block.pieces];
  return lines.some((pieces) => pieces.some((piece) => "citation" in piece));
}

function wordsOf(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => ("text" in piece ? piece.text : `[${piece.citation}]`))
    .join("")
    .trim();
}
