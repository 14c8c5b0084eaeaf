"""Words as grounding and composing compare them: tokens, stems, numbers with units, clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?|%|°", re.UNICODE)
_NUMBER = re.compile(r"\d")
_NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve"
_PIECES = re.compile(r"[,;:()\u2013\u2014]| - |\.(?!\d)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP = _words(
    "a an the this that these those it its i you your yours we us our he she they them their his her him my me "
    "is are was were be been being am has have had having do does did to of in on at for with by from as into onto "
    "and or so also there then here please who which what will would shall about up out get gets got getting "
    "while if when should s t re ve ll d m"
)
"""Words that alone change no clinical meaning. Quantities, hedges, negations and comparisons are not here."""

NEGATIONS = _words("not no never none nor neither cannot without avoid avoids avoiding nobody nothing")
HEDGES = _words(
    "may might can could sometimes usually often mostly most some rarely likely unlikely possible possibly probably "
    "perhaps generally normally typically many few seldom occasionally"
)
POPULATIONS = _words(
    "child children baby babies infant infants newborn newborns toddler toddlers teenager teenagers adult adults "
    "pregnant pregnancy breastfeeding women woman men man older elderly boy boys girl girls"
)
RESTRICTIONS = _words("if unless except until only when before after whenever once during while under over")
BREAKS = _words("but because although though however")
_WORDS_OF_NUMBERS = {word: str(number) for number, word in enumerate(_NUMBER_WORDS.split())} | {
    "once": "1",
    "twice": "2",
    "half": "0.5",
    "thirty": "30",
    "twenty": "20",
    "fifteen": "15",
}
UNITS = _words(
    "mg g mcg microgram micrograms gram grams kg ml millilitre millilitres litre litres l % degree degrees ° c f time "
    "times tablet tablets capsule capsules dose doses spoon spoons hour hours hourly day days daily week weeks weekly "
    "month months year years minute minutes second seconds cm mm inch inches unit units drop drops puff puffs"
)
_SYNONYMS = {
    "acetaminophen": "paracetamol", "gp": "doctor", "physician": "doctor", "pee": "urine", "wee": "urine",
    "urinate": "urine", "stool": "poo", "faeces": "poo", "feces": "poo", "tummy": "stomach", "belly": "stomach",
    "medication": "medicine", "drug": "medicine", "kid": "child", "children": "child", "babies": "baby",
    "infant": "baby", "women": "woman", "men": "man", "physicians": "doctor", "seek": "contact", "fits": "seizure",
    "cannot": "not", "gave": "give", "given": "give", "taken": "take", "taking": "take", "took": "take",
    "lasting": "last", "worse": "worse", "worsens": "worse", "feet": "foot", "teeth": "tooth", "higher": "high",
    "lower": "low", "lowest": "low", "shortest": "short", "older": "older", "pregnancy": "pregnant",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence; ``restricts`` where it limits the rest (if, unless, before, ...)."""

    restricts: bool
    stems: frozenset[str]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Reduce an English word to what its common forms share."""
    word = word.removesuffix("'s")
    word = _SYNONYMS.get(word, word)
    if word.isdigit() or len(word) < 4:
        return word
    for suffix, least, instead in (
        ("ies", 3, "y"), ("sses", 2, "ss"), ("ches", 2, "ch"), ("shes", 2, "sh"), ("xes", 2, "x"),
        ("ingly", 3, ""), ("edly", 3, ""), ("ing", 3, ""), ("ed", 3, ""), ("ly", 4, ""), ("s", 3, ""),
    ):  # fmt: skip
        if word.endswith(suffix) and len(word) - len(suffix) >= least and not word.endswith(("ss", "us", "is")):
            word = word[: -len(suffix)] + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sel":
        word = word[:-1]
    word = word[:-1] if word.endswith("e") and len(word) > 4 else word
    return _SYNONYMS.get(word, word)


def tokens(text: str) -> list[str]:
    """Lower-case words, numbers (thousands unmarked, number words as digits) and unit signs."""
    text = (
        _THOUSANDS.sub("", text.casefold().replace("\u2019", "'")).replace("n't", " not").replace("cannot", "can not")
    )
    return [_WORDS_OF_NUMBERS.get(word, word) for word in _TOKEN.findall(text)]


def is_number(token: str) -> bool:
    return bool(_NUMBER.match(token))


def content_stems(text: str) -> frozenset[str]:
    """Stems of all words that carry meaning, numbers left out."""
    return frozenset(stem(t) for t in tokens(text) if _tells(t))


@lru_cache(maxsize=8192)
def source_stems(text: str) -> frozenset[str]:
    """``content_stems`` of a sentence or title of a source. Kept: it is public, and the same ones answer many."""
    return content_stems(text)


def _tells(token: str) -> bool:
    """Whether the word carries meaning by itself; numbers and their units are compared as quantities."""
    token = token.removesuffix("'s")
    return token not in STOP and token not in NEGATIONS and token not in UNITS and not is_number(token)


def quantities(text: str) -> frozenset[tuple[str, str]]:
    """Every number with its unit ('' where it has none that is known)."""
    words = tokens(text)
    found = set()
    for at, word in enumerate(words):
        if is_number(word):
            follows = next((w for w in words[at + 1 : at + 3] if w in UNITS), "")
            value = word.replace(",", ".").rstrip("0").rstrip(".") if "." in word or "," in word else word
            found.add((value, stem(follows)))
    return frozenset(found)


def _parts(text: str) -> Iterator[tuple[bool, list[str]]]:
    """Split at punctuation and at words that begin a clause; say whether each part restricts the rest."""
    for piece in _PIECES.split(_THOUSANDS.sub("", text)):
        restricts = False
        part: list[str] = []
        for word in tokens(piece):
            if word in RESTRICTIONS or word in BREAKS:
                yield restricts, part
                restricts, part = word in RESTRICTIONS, []
            else:
                part.append(word)
        yield restricts, part


def clauses(text: str) -> list[Clause]:
    """The sentence's clauses that say something."""
    found = []
    for restricts, words in _parts(text):
        stems = frozenset(stem(w) for w in words if _tells(w) and w not in HEDGES)
        if stems:
            found.append(Clause(restricts, stems))
    return found


def negated_stems(text: str) -> frozenset[str]:
    """Stems that stand in the scope of a negation: from the cue to the end of its clause."""
    found: set[str] = set()
    for _, words in _parts(text):
        cue = next((at for at, word in enumerate(words) if word in NEGATIONS), None)
        if cue is not None:
            found.update(stem(w) for w in words[cue + 1 :] if w not in STOP and w not in NEGATIONS)
    return frozenset(found)
