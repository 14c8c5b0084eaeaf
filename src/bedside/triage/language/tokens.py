"""Text to sentences of tokens, each with its offsets in the original text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

_PUNCTUATION = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'", "\u00b4": "'", "`": "'",
        "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-",
        "\u2014": ";", "\u2026": ".", "\u00b0": "°", "\u00ba": "°",
    }
)  # fmt: skip
# Without a flag for zero-width characters, "ch\u200best" would hide a symptom from the screen.
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+(?:[.,]\d+)*|[.!?;:,\n()/]")
_SENTENCE_END = frozenset(".!?;\n")
KEEP_S = frozenset({"it's", "he's", "she's", "what's", "that's", "there's", "who's", "how's", "let's", "where's"})
_VOWEL = re.compile("[aeiouy]")
_DOUBLE = re.compile(r"([a-z])\1")
_REPEAT = re.compile(r"([a-z])\1{2,}")


@dataclass(frozen=True, slots=True)
class Normalised:
    """Lower-case text without marks and invisible characters; `offsets[i]` is where character i came from."""

    text: str
    offsets: list[int] | range

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original text of the half-open span `start`..`end`."""
        return self.offsets[start], self.offsets[end - 1] + 1


@dataclass(slots=True)
class Token:
    word: str
    stem: str
    start: int
    end: int


@dataclass(slots=True)
class Sentence:
    """Tokens up to a full stop, question mark, semicolon or line end; `asks` where it ends in a question mark."""

    tokens: list[Token] = field(default_factory=list)
    asks: bool = False


def normalise(text: str) -> Normalised:
    """Fold case, width, accents and typographic quotes; drop format characters (zero-width, bidi)."""
    if text.isascii():
        return Normalised(text.lower(), range(len(text)))
    out: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(text):
        for piece in _fold(char):
            out.append(piece)
            offsets.append(index)
    return Normalised("".join(out), offsets)


def _fold(char: str) -> str:
    if char.isascii():
        return char.lower()
    if unicodedata.category(char) == "Cf":
        return ""
    folded = unicodedata.normalize("NFKD", char.translate(_PUNCTUATION))
    return "".join(c for c in folded if not unicodedata.combining(c)).lower()


def stem(word: str) -> str:
    """A light English stem, so that "hurts", "hurting" and "hurt" are one word. Not linguistics: both sides use it."""
    if len(word) <= 3:
        return word
    word = _strip_plural(word.removesuffix("ly") if len(word) >= 7 else word)
    if word.endswith("ing") and len(word) >= 6 and _VOWEL.search(word[:-3]):
        word = _single(word[:-3])
    elif word.endswith("ed") and not word.endswith("eed") and len(word) >= 5:
        word = _single(word[:-2])
    if word.endswith("e") and len(word) >= 5 and not word.endswith("ee"):
        word = word[:-1]
    return word


def _strip_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "shes", "ches", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _single(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lszeaou":
        return word[:-1]
    return word


def without_possessive(word: str) -> str:
    """ "friend's" is "friend"; "it's" stays."""
    return word[:-2] if word.endswith("'s") and word not in KEEP_S else word


class Tokeniser:
    """Splits and mends spelling: `spellings` maps a slip to the words meant, `vocabulary` is what phrases use."""

    def __init__(self, spellings: dict[str, str], vocabulary: frozenset[str]) -> None:
        self._spellings = spellings
        self._vocabulary = vocabulary
        self._stems = frozenset(stem(word) for word in vocabulary)
        self._near = _deletions(vocabulary)
        self._memo: dict[str, str] = {}

    def sentences(self, normalised: Normalised) -> list[Sentence]:
        """Sentences in order; an empty text gives an empty list."""
        result: list[Sentence] = []
        current = Sentence()
        for match in _TOKEN.finditer(normalised.text):
            word = match.group()
            if word in _SENTENCE_END:
                current.asks = word == "?"
                if current.tokens:
                    result.append(current)
                current = Sentence()
                continue
            self._append(current.tokens, word, match.start(), match.end())
        if current.tokens:
            result.append(current)
        return result

    def _append(self, tokens: list[Token], word: str, start: int, end: int) -> None:
        if word == "not" and tokens and tokens[-1].word == "can":
            tokens[-1] = Token("can't", "can't", tokens[-1].start, end)
            return
        pieces = self._mend(word).split()
        tokens.extend(Token(piece, stem(piece) if piece[0].isalpha() else piece, start, end) for piece in pieces)

    def _mend(self, word: str) -> str:
        if not word[0].isalpha():
            return word
        known = self._memo.get(word)
        if known is None:
            known = self._mend_new(word)
            if len(self._memo) < 50_000:
                self._memo[word] = known
        return known

    def _mend_new(self, word: str) -> str:
        word = without_possessive(word)
        if word in self._spellings:
            return self._spellings[word]
        if self._known(word) or len(word) < 5:
            return word
        squeezed = _REPEAT.sub(r"\1\1", word)
        candidates = [squeezed, _REPEAT.sub(r"\1", word), _DOUBLE.sub(r"\1", word)]
        if word.endswith("in"):
            candidates.append(word + "g")
        for candidate in candidates:
            if candidate != word and self._known(candidate):
                return candidate
        return self._nearest(word) or word

    def _known(self, word: str) -> bool:
        return word in self._vocabulary or stem(word) in self._stems

    def _nearest(self, word: str) -> str | None:
        """A vocabulary word one slip away: a transposition from 5 letters, any single slip from 7."""
        found = {c for key in _keys(word) for c in self._near.get(key, ())}
        best = sorted(c for c in found if _one_slip(word, c))
        return best[0] if best else None


def _keys(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(1, len(word))}


def _deletions(vocabulary: frozenset[str]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {}
    for word in vocabulary:
        if len(word) >= 5 and word.isalpha():
            for key in _keys(word):
                near.setdefault(key, []).append(word)
    return near


def _one_slip(word: str, target: str) -> bool:
    if len(word) == len(target):
        wrong = [i for i, (a, b) in enumerate(zip(word, target, strict=True)) if a != b]
        swapped = (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and word[wrong[0]] == target[wrong[1]]
            and word[wrong[1]] == target[wrong[0]]
        )
        return swapped or (len(wrong) == 1 and len(target) >= 7)
    return min(len(word), len(target)) >= 6 and len(target) >= 7
