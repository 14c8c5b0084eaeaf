"""Cutting sections into passages of whole sentences."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from math import ceil
from uuid import uuid5

from bedside.kit.crypto import canonical_json
from bedside.knowledge.parsing.documents import (
    NAMESPACE,
    DraftSentence,
    Passage,
    Section,
    Sentence,
)

MIN_WORDS = 60
AIM_WORDS = 130
MAX_WORDS = 180
"""Lengths of a passage: enough context to be read alone, within the embedder's 256 word pieces."""


def cut(key: str, title: str, sections: Iterable[Section]) -> tuple[Passage, ...]:
    """Return the passages of the document ``key``, in order.

    A passage's id is a UUIDv5 of the key and the passage's content, so reading the same text again gives the
    same ids, and text that changed never takes over the id of what somebody has cited.
    """
    passages: list[Passage] = []
    seen: dict[str, int] = {}
    for section in sections:
        heading = ": ".join(_without_repeats((title, *section.heading)))
        for group in _groups(section.sentences):
            text, sentences = _join(group)
            content_hash = _content_hash(heading, text, sentences)
            repeat = seen.get(content_hash, 0)
            seen[content_hash] = repeat + 1
            passages.append(
                Passage(
                    id=uuid5(NAMESPACE, f"passage:{key}:{content_hash}:{repeat}"),
                    ordinal=len(passages),
                    heading=heading,
                    text=text,
                    sentences=sentences,
                    content_hash=content_hash,
                )
            )
    return tuple(passages)


def words(text: str) -> int:
    """Count white-space separated words."""
    return len(text.split())


def _without_repeats(path: Sequence[str]) -> list[str]:
    return [part for index, part in enumerate(path) if part and (index == 0 or part != path[index - 1])]


def _content_hash(heading: str, text: str, sentences: Sequence[Sentence]) -> str:
    content = [heading, text, [sentence.as_json() for sentence in sentences]]
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _groups(sentences: Sequence[DraftSentence]) -> list[list[DraftSentence]]:
    whole = [part for sentence in sentences for part in _bounded(sentence)]
    total = sum(words(sentence.text) for sentence in whole)
    if not total:
        return []
    aim = total / ceil(total / AIM_WORDS)
    groups: list[list[DraftSentence]] = [[]]
    count = 0
    for sentence in whole:
        size = words(sentence.text)
        full = count + size > MAX_WORDS or count >= aim
        if groups[-1] and (full or (sentence.starts_paragraph and count >= MIN_WORDS)):
            groups.append([])
            count = 0
        groups[-1].append(sentence)
        count += size
    return _merge_short_end(groups)


def _merge_short_end(groups: list[list[DraftSentence]]) -> list[list[DraftSentence]]:
    if len(groups) < 2:
        return groups
    last, before = (sum(words(s.text) for s in group) for group in (groups[-1], groups[-2]))
    if last < MIN_WORDS and last + before <= MAX_WORDS:
        groups[-2].extend(groups.pop())
    return groups


def _bounded(sentence: DraftSentence) -> list[DraftSentence]:
    """Cut a "sentence" that is too long for a passage: between list items, else between words."""
    if words(sentence.text) <= MAX_WORDS:
        return [sentence]
    pieces: list[str] = []
    for line in sentence.text.split("\n"):
        tokens = line.split()
        for start in range(0, len(tokens), AIM_WORDS):
            piece = " ".join(tokens[start : start + AIM_WORDS])
            if pieces and words(pieces[-1]) + words(piece) <= AIM_WORDS:
                pieces[-1] += "\n" + piece
            else:
                pieces.append(piece)
    first, *rest = pieces
    return [
        DraftSentence(first, sentence.citations, sentence.starts_paragraph),
        *(DraftSentence(piece, sentence.citations) for piece in rest),
    ]


def _join(group: Sequence[DraftSentence]) -> tuple[str, tuple[Sentence, ...]]:
    text = ""
    sentences: list[Sentence] = []
    for draft in group:
        if text:
            text += "\n" if draft.starts_paragraph else " "
        start = len(text)
        text += draft.text
        sentences.append(Sentence(start, len(text), draft.citations))
    return text, tuple(sentences)
