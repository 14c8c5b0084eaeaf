"""No source, no sentence: whether a passage supports a sentence that somebody else has phrased.

The rule is strict on purpose and the same every time: a sentence stands only when one sentence of the passage that it
cites (or two that follow each other) says the same, word for word but for grammar. Rephrasing that can't be told
from a new claim is withheld. What is compared is what kills when it is wrong: quantities with their units, negations,
names of drugs, who it is about, hedges, conditions, and which way round a comparison goes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bedside.assistant.terms import (
    HEDGES,
    NEGATIONS,
    POPULATIONS,
    RESTRICTIONS,
    clauses,
    content_stems,
    negated_stems,
    quantities,
    stem,
    tokens,
)

MAX_CLAIM_CHARACTERS = 400
MAX_UNMATCHED = 2
"""Light words in which a claim may differ from its source; words that carry meaning may not differ at all."""
CLAUSE_SHARE = 0.6
"""Share of each clause of the source that the claim must keep, so that no condition and no main point is dropped."""

_LIGHT = frozenset(
    stem(word)
    for word in tokens(
        "people person someone anyone somebody anybody need help feel try make sure keep thing way advise advice say "
        "source according recommend generally good idea important remember note well"
    )
)
_FOREIGN = re.compile(r"https?:|www\.|[<>{}\[\]`|\\]|\*\*|@")
_ONE_SENTENCE = re.compile(r"[.!?]\s+[A-Z\"'(]")
_TURNS = re.compile(
    r"\b(rather than|instead of|before|after|than|causes?|caused by|leads? to|followed by|because)\b(?! \d)",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(r"[,;:.()]|\b(?:if|unless|when|so that|but)\b", re.IGNORECASE)
_MUST_MATCH = frozenset(stem(w) for w in POPULATIONS)
_STRUCTURE = frozenset(stem(w) for w in RESTRICTIONS | HEDGES)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``quote`` is the supporting text, word for word; ``why`` names the first check that failed."""

    supported: bool
    why: str
    quote: str = ""


def check(claim: str, passage: Sequence[str]) -> Verdict:
    """Tell whether ``claim`` is supported by ``passage``, given as its sentences in order."""
    unfit = _unfit(claim)
    if unfit:
        return Verdict(False, unfit)
    first = Verdict(False, "the passage is empty")
    for window in _windows(passage):
        why = _contradiction(claim, window)
        if why is None:
            return Verdict(True, "", window)
        if first.why == "the passage is empty" or _overlap(claim, window) > _overlap(claim, first.quote):
            first = Verdict(False, why, window)
    return Verdict(False, first.why)


def _windows(passage: Sequence[str]) -> list[str]:
    singles = list(passage)
    return singles + [f"{a} {b}" for a, b in itertools.pairwise(singles)]


def _overlap(claim: str, window: str) -> int:
    return len(content_stems(claim) & content_stems(window))


def _unfit(claim: str) -> str | None:
    if not claim.strip():
        return "it is empty"
    if len(claim) > MAX_CLAIM_CHARACTERS:
        return "it is too long to be one statement"
    if _FOREIGN.search(claim):
        return "it holds an address or mark-up"
    if _ONE_SENTENCE.search(claim):
        return "it is more than one sentence"
    if any(ord(c) < 32 for c in claim) or not claim.replace("\u2019", "'").replace("\u2013", "-").isascii():
        return "it holds characters that its readers can't see or tell apart"
    return None


def _contradiction(claim: str, window: str) -> str | None:
    """Return the first difference that matters, None where there is none."""
    for test in (_quantities, _words, _people, _negation, _certainty, _conditions, _direction):
        why = test(claim, window)
        if why:
            return why
    return None


def _quantities(claim: str, window: str) -> str | None:
    return "a quantity is not the source's" if quantities(claim) - quantities(window) else None


def _words(claim: str, window: str) -> str | None:
    said = content_stems(claim)
    if not said - _LIGHT - _STRUCTURE:
        return "it says nothing that could be supported"
    missing = said - content_stems(window)
    if missing - _LIGHT:
        return "a word is not the source's"
    if len(missing) > MAX_UNMATCHED:
        return "too many words are not the source's"
    return None


def _people(claim: str, window: str) -> str | None:
    said, held = content_stems(claim) & _MUST_MATCH, content_stems(window) & _MUST_MATCH
    return "it is about other people than the source" if said != held else None


def _negation(claim: str, window: str) -> str | None:
    shared = content_stems(claim) & content_stems(window)
    if (negated_stems(claim) ^ negated_stems(window)) & shared:
        return "a negation differs"
    if _has(claim, NEGATIONS) != _has(window, NEGATIONS) and _has(claim, NEGATIONS):
        return "a negation is not the source's"
    return None


def _certainty(claim: str, window: str) -> str | None:
    hedged = {w for w in tokens(window) if w in HEDGES}
    return "it is more certain than the source" if hedged and not _has(claim, HEDGES) else None


def _conditions(claim: str, window: str) -> str | None:
    said = content_stems(claim)
    for clause in clauses(window):
        needed = clause.restricts or clause is clauses(window)[0] or bool(clause.stems & said)
        if needed and len(clause.stems & said) / len(clause.stems) < CLAUSE_SHARE:
            return "a condition or the main point of the source is left out"
    missing = _restrictions(window) - _restrictions(claim)
    return "a condition of the source is left out" if missing else None


def _restrictions(text: str) -> set[str]:
    return {"if" if word == "when" else word for word in tokens(text) if word in RESTRICTIONS}


def _direction(claim: str, window: str) -> str | None:
    """Which side of "rather than", "before", "causes" each word stands on must be the source's."""
    held, said = _TURNS.search(window), _TURNS.search(claim)
    if not held or not said or held[0].casefold() != said[0].casefold():
        return None
    before, after = _sides(window, held)
    left, right = _sides(claim, said)
    if (left & after) - before or (right & before) - after:
        return "it is the wrong way round"
    return None


def _sides(text: str, turn: re.Match[str]) -> tuple[frozenset[str], frozenset[str]]:
    """What stands before and after a turn, in its own clause."""
    left = _CLAUSE_ENDS.split(text[: turn.start()])[-1]
    right = _CLAUSE_ENDS.split(text[turn.end() :])[0]
    return content_stems(left), content_stems(right)


def _has(text: str, words: frozenset[str]) -> bool:
    return any(token in words for token in tokens(text))
