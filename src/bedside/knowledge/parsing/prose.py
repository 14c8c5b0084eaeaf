"""Text to sentences: paragraphs, and lists kept whole with the line that introduces them."""

from __future__ import annotations

from collections.abc import Iterable

from bedside.knowledge.parsing.documents import Citation, DraftSentence
from bedside.knowledge.parsing.passages import AIM_WORDS, words
from bedside.knowledge.parsing.text import BULLET, item_text, lines_with_items, split_sentences

SHORT_ITEM_WORDS = 20
_STOPS = (".", "!", "?", "…")


def sentences_of(text: str) -> list[DraftSentence]:
    """Return the sentences of cleaned plain ``text``; each line is a paragraph or a list item."""
    builder = ProseBuilder()
    for line in lines_with_items(text):
        item = item_text(line)
        if item is not None or builder.continues_list(line):
            builder.add_item(item or line)
        elif line:
            builder.add_paragraph(line)
    return builder.sentences


class ProseBuilder:
    """Collects sentences.

    A list is one unit with its lead-in ("Symptoms include:" and the items), because an item alone
    ("Urinating often") says nothing that could be cited; an item that follows a full stop stands alone.
    """

    def __init__(self) -> None:
        self.sentences: list[DraftSentence] = []
        self._in_list = False

    def add_paragraph(self, text: str, citations: tuple[Citation, ...] = (), *, continues: bool = False) -> None:
        """Add the sentences of a paragraph, each resting on ``citations``; ``continues`` the one before."""
        self._extend(split_sentences(text), citations, continues=continues)
        self._in_list = text.endswith(":")

    def add_item(self, text: str, citations: tuple[Citation, ...] = ()) -> None:
        """Add one list item, joined to its lead-in where there is one."""
        first, *rest = split_sentences(text) or [""]
        if not first:
            return
        last = self.sentences[-1] if self.sentences else None
        if last is None or not _introduces(last.text) or words(last.text) + words(first) > AIM_WORDS:
            self._extend([first], citations)
        else:
            joined = f"{last.text}\n{BULLET}{first}"
            both = last.citations + tuple(one for one in citations if one not in last.citations)
            self.sentences[-1] = DraftSentence(joined, both, last.starts_paragraph)
        self._in_list = True
        self._extend(rest, citations, continues=True)

    def continues_list(self, line: str) -> bool:
        """Whether ``line`` is an item that lost its bullet: short, without a full stop, after a lead-in."""
        fragment = 0 < words(line) <= SHORT_ITEM_WORDS and not line.endswith((*_STOPS, ":"))
        return self._in_list and fragment

    def _extend(self, sentences: Iterable[str], citations: tuple[Citation, ...], *, continues: bool = False) -> None:
        for index, sentence in enumerate(sentences):
            starts = index == 0 and not continues
            self.sentences.append(DraftSentence(sentence, citations, starts_paragraph=starts))


def _introduces(text: str) -> bool:
    """Whether a list item belongs to this text: it is a lead-in, or a list already begun."""
    return text.endswith(":") or f"\n{BULLET}" in text or not text.endswith(_STOPS)
