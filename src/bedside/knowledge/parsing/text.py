"""Cleaning text and finding its sentences."""

from __future__ import annotations

import html
import re
import unicodedata

BULLET = "- "

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--.{0,2000}?-->", re.DOTALL)
_BLOCK_TAG = re.compile(r"</?(?:p|br|li|ul|ol|div|h[1-6]|tr|table)\b[^<>]{0,500}>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(script|style)\b[^<>]{0,500}>.*?(?:</\1\s{0,20}>|\Z)", re.IGNORECASE | re.DOTALL)
_SPACES = re.compile(r"[^\S\n]+")
_ITEM = re.compile(r"^(?:[-*•+]|\(?\d{1,2}[.)])\s+")
_INLINE_ITEM = re.compile(r"(?<=\S) - (?=[A-Z(“\"])")
_INLINE_ANY_ITEM = re.compile(r"(?<=\S) - (?=\S)")
_RUN_IN_LIST = 3
_END = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019)\]]*(?=\s+[\"'\u201c\u2018(\[]*[A-Z0-9\u00c0-\u00de])")
_NO_END = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|St|Prof|vs|etc|approx|No|Fig|Inc|Jr|Sr|cf|e\.g|i\.e|a\.m|p\.m)|\b[A-Z](?:\.[A-Z])+)\.$"
)


def clean(text: str) -> str:
    """Return ``text`` in NFC without HTML remnants, control, zero-width and direction characters.

    Line breaks are kept; other white space becomes single spaces.
    """
    if "<" in text:
        text = _SCRIPT.sub(" ", text)
        text = _BLOCK_TAG.sub("\n", text)
        text = _TAG.sub("", text)
    text = html.unescape(text).replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(lines).strip()


def clean_line(text: str) -> str:
    """As ``clean``, on one line: for titles and names."""
    return " ".join(clean(text).split())


def split_sentences(text: str) -> list[str]:
    """Split one paragraph (no line breaks) into sentences; abbreviations do not end one."""
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(text):
        candidate = text[start : match.end()]
        if _NO_END.search(candidate) and not match.group().startswith(("!", "?")):
            continue
        sentences.append(candidate.strip())
        start = match.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def item_text(line: str) -> str | None:
    """Return the text of a list item's line, or None where the line is not one."""
    match = _ITEM.match(line)
    return line[match.end() :].strip() if match else None


def lines_with_items(text: str) -> list[str]:
    """Split into lines, giving each item of a run-in list ("include - One - Two") a line of its own."""
    lines: list[str] = []
    for line in text.split("\n"):
        many = len(_INLINE_ANY_ITEM.findall(line)) >= _RUN_IN_LIST
        first, *items = (_INLINE_ANY_ITEM if many else _INLINE_ITEM).split(line)
        lines.append(first)
        lines.extend(BULLET + item for item in items)
    return [line.strip() for line in lines]
