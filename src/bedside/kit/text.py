"""Text that people typed: what is invisible or can hide something is taken out, the words stay as they are."""

from __future__ import annotations

import unicodedata

_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
_KEPT = {"\n", "\t"}
_JOINERS = {"\u200c", "\u200d"}  # needed in Persian and Indic scripts and in emoji; in Latin text they only hide


def clean_text(text: str) -> str:
    """Return ``text`` in NFC without control, zero-width, direction, surrogate and unassigned characters.

    Line ends become ``\\n``; white space at both ends goes.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not (text.isascii() and text.isprintable()):
        kept = (c for i, c in enumerate(text) if _is_kept(text, i, c))
        text = unicodedata.normalize("NFC", "".join(kept))
    return text.strip()


def beginning(text: str, longest: int) -> str:
    """Return ``text`` on one line: whole up to ``longest`` characters, else cut before a word, with a sign of it."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    cut = line[:longest]
    if line[longest - 1] != " ":
        words, _, _ = cut.rpartition(" ")
        cut = words if len(words) > longest // 2 else cut[:-1]  # one endless word is cut where it is
    return f"{cut.rstrip()}…"


def _is_kept(text: str, index: int, char: str) -> bool:
    if char in _JOINERS:
        return not (text[index - 1 : index].isascii() or text[index + 1 : index + 2].isascii())
    return char in _KEPT or unicodedata.category(char) not in _DROPPED
