"""A report as Markdown (CommonMark with tables)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bedside.ops.rounds.rendering.document import Block, Bullets, Heading, Paragraph, Plot, Table

# CommonMark 2.4: a backslash before ASCII punctuation makes it literal. What people wrote is text, never markup.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!])")


def render(blocks: Iterable[Block]) -> str:
    """Return the blocks as Markdown."""
    return "\n\n".join(_block(block) for block in blocks) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_text(block.text)}"
        case Paragraph():
            return _text(block.text)
        case Bullets():
            return "\n".join(f"- {_text(line)}" for line in block.lines)
        case Table():
            return "\n".join(
                [_row(block.headings), _row(["---"] * len(block.headings), raw=True), *map(_row, block.rows)]
            )
        case Plot():
            return _text(block.summary)


def _row(cells: Sequence[str], *, raw: bool = False) -> str:
    return f"| {' | '.join(cell if raw else _text(cell) for cell in cells)} |"


def _text(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
