"""A report as PDF, drawn by ReportLab. Imported by ``loader`` alone: it takes a third of a second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab  # type: ignore[import-untyped]  # its stubs are not worth a dependency
from reportlab.graphics.shapes import Drawing, Line, PolyLine, String  # type: ignore[import-untyped]
from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.platypus import (  # type: ignore[import-untyped]
    KeepTogether,
    ListFlowable,
    ListItem,
    LongTable,
    SimpleDocTemplate,
    Spacer,
)
from reportlab.platypus import Paragraph as Text

from bedside.ops.capacity.wording import figure
from bedside.ops.rounds.rendering.document import Block, Bullets, Heading, Paragraph, Plot, Table

_PLAIN, _BOLD = "Vera", "VeraBd"
_FOLDER = Path(reportlab.__file__).parent / "fonts"
_MARGIN = 18 * mm
_WIDTH, _HEIGHT = A4[0] - 2 * _MARGIN, 28 * mm
_LONGEST = 1500
"""Characters of one text. A row may not be taller than a page; the other formats have all of it."""

_BODY = ParagraphStyle("body", fontName=_PLAIN, fontSize=9, leading=12.5, spaceAfter=4)
_CELL = ParagraphStyle("cell", parent=_BODY, fontSize=8, leading=10.5, spaceAfter=0)
_HEAD = ParagraphStyle("head", parent=_CELL, fontName=_BOLD)
_HEADINGS = {
    1: ParagraphStyle("h1", parent=_BODY, fontName=_BOLD, fontSize=17, leading=22, spaceAfter=6),
    2: ParagraphStyle("h2", parent=_BODY, fontName=_BOLD, fontSize=12.5, leading=17, spaceBefore=10, spaceAfter=5),
    3: ParagraphStyle("h3", parent=_BODY, fontName=_BOLD, fontSize=10, leading=14, spaceBefore=6),
}
_GRID = [("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]


def render(title: str, blocks: Iterable[Block]) -> bytes:
    """Return the blocks as a PDF document. A character that the font can't draw is a question mark."""
    for name in (_PLAIN, _BOLD):
        pdfmetrics.registerFont(TTFont(name, str(_FOLDER / f"{name}.ttf")))
    known = pdfmetrics.getFont(_PLAIN).face.charToGlyph
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=title,
        author="Bedside",
        lang="en",
    )
    drawn = _Drawing(known)
    document.build([each for block in blocks for each in drawn.block(block)], onFirstPage=_foot, onLaterPages=_foot)
    return target.getvalue()


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont(_PLAIN, 7)
    canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"{document.title}, page {document.page}")


class _Drawing:
    def __init__(self, known: Any) -> None:
        self._known = known

    def block(self, block: Block) -> list[Any]:
        match block:
            case Heading():
                return [self._text(block.text, _HEADINGS[block.level])]
            case Paragraph():
                return [self._text(block.text, _BODY)]
            case Bullets():
                items = [ListItem(self._text(line, _BODY), leftIndent=10) for line in block.lines]
                return [ListFlowable(items, bulletType="bullet", bulletFontSize=6, leftIndent=10)]
            case Table():
                return [self._table(block), Spacer(0, 3 * mm)]
            case Plot():
                return [KeepTogether([self._text(block.summary, _BODY), self._plot(block), Spacer(0, 3 * mm)])]

    def _text(self, text: str, style: Any) -> Any:
        return Text(escape(self._drawable(text)), style)

    def _drawable(self, text: str) -> str:
        plain = " ".join(text[: 2 * _LONGEST].split())
        plain = plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
        return "".join(letter if ord(letter) in self._known else "?" for letter in plain)

    def _table(self, block: Table) -> Any:
        rows = [
            [self._text(each, _HEAD) for each in block.headings],
            *([self._text(cell, _CELL) for cell in row] for row in block.rows),
        ]
        return LongTable(rows, colWidths=_widths(block), repeatRows=1, style=_GRID)

    def _plot(self, plot: Plot) -> Any:
        drawing = Drawing(_WIDTH, _HEIGHT + 24)
        for y in (12, 12 + _HEIGHT):
            drawing.add(Line(0, y, _WIDTH, y, strokeColor=colors.lightgrey, strokeWidth=0.5))
        line = [number for x, y in plot.points(_WIDTH, _HEIGHT) for number in (x, y + 12)]
        drawing.add(PolyLine(line, strokeColor=colors.black, strokeWidth=1.2))
        most = max(value for value in plot.values if value is not None)
        marks = (
            (0, _HEIGHT + 15, figure(most, plot.unit), "start"),
            (0, 2, f"{plot.moments[0]:%Y-%m-%d}", "start"),
            (_WIDTH, 2, f"{plot.moments[-1]:%Y-%m-%d}", "end"),
        )
        for x, y, words, anchor in marks:
            drawing.add(String(x, y, words, fontName=_PLAIN, fontSize=7, textAnchor=anchor))
        return drawing


def _widths(block: Table) -> Sequence[float]:
    """Give columns the room that their longest cells need, within bounds."""
    longest = [
        min(60, max(12, *(len(row[n]) for row in [block.headings, *block.rows]))) for n in range(len(block.headings))
    ]
    return [_WIDTH * each / sum(longest) for each in longest]
