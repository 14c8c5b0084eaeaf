import { Button } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Citation } from "../../api/schema";
import { CitationDialog } from "./CitationDialog";
import classes from "./Message.module.css";
import { type Block, besideCard, blocksOf, isOnCard, type Piece } from "./replyText";

const NOTHING: ReadonlySet<string> = new Set();

interface ReplyTextProps {
  text: string;
  citations: readonly Citation[];
  /** What the care card below says already. */
  onCard?: ReadonlySet<string>;
}

/** A reply's words; each citation's number opens the passage that the sentence comes from. */
export function ReplyText({ text, citations, onCard = NOTHING }: ReplyTextProps) {
  const { t } = useTranslation("assistant");
  const [open, setOpen] = useState<Citation | null>(null);
  const [whole, setWhole] = useState(false);
  const id = useId();
  const numbers = citations.map(({ number }) => number);

  const draw = (pieces: Piece[]) =>
    pieces.map((piece, place) => {
      if ("text" in piece) return piece.text;
      const citation = citations.find(({ number }) => number === piece.citation);
      return (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: a message's text never changes its order
          key={place}
          type="button"
          className={classes.citation}
          aria-label={t("citation.open", { number: piece.citation, title: citation?.title })}
          aria-haspopup="dialog"
          onClick={() => setOpen(citation ?? null)}
        >
          {piece.citation}
        </button>
      );
    });

  const drawAll = (blocks: readonly Block[]) =>
    blocks.map((block, place) =>
      block.kind === "paragraph" ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <p key={place}>{draw(block.pieces)}</p>
      ) : (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <ul key={place}>
          {block.items.map((item, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <li key={number}>{draw(item)}</li>
          ))}
        </ul>
      ),
    );

  const blocks = blocksOf(text, numbers);
  const { stands, rest } = isOnCard(blocks, onCard) ? besideCard(blocks) : { stands: blocks, rest: [] };
  return (
    <>
      {drawAll(stands)}
      {rest.length > 0 && (
        <>
          {/* Always there for a screen reader, to whom the log says a reply once and whole. */}
          <div id={id} className={whole ? classes.rest : "visually-hidden"}>
            {drawAll(rest)}
          </div>
          <Button
            variant="subtle"
            className={classes.whole}
            aria-expanded={whole}
            aria-controls={id}
            leftSection={<IconChevronDown size={18} aria-hidden className={whole ? classes.up : undefined} />}
            onClick={() => setWhole(!whole)}
          >
            {t("whole")}
          </Button>
        </>
      )}
      <CitationDialog citation={open} onClose={() => setOpen(null)} />
    </>
  );
}
