"""Lay phrases of the protocol files, compiled once, found in sentences in time linear in their length.

The notation, which a nurse can read (`docs/triage.md` has examples):

    chest pain          these words in this order; little words ("my", "the", "really") may stand between
    {pain} & {chest}    a word of the group `pain` and one of `chest`, in any order, at most WINDOW words apart
    {face} && {droop}   the same, anywhere in one sentence
    pain .. arm         in this order, at most GAP words between
    =stabbed            this form only, not "stabbing"
    crush*              any word that begins so
    hot|burning_up      either; an underscore joins words;   of?   may be missing

There is no regular expression in it, so no text can make it slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from bedside.triage.language.tokens import Sentence, stem, without_possessive

WINDOW = 5
GAP = 4
_MAX_MATCHES = 24

Positions = tuple[int, ...]
"""Which words of a sentence a match consists of, ascending. A word in between that is no part of it is not in it."""
_WORD = re.compile(r"=?[a-z0-9']+$")
_COMPOUND = re.compile(r"[a-z0-9']+(?:_[a-z0-9']+)+$")
_PREFIX = re.compile(r"[a-z]{3,}\*$")
_GROUP = re.compile(r"\{([a-z][a-z0-9_]*)\}\??$")


class PhraseError(ValueError):
    """A phrase that can't be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One place in a phrase: any of `stems`, any word beginning with `prefix`, or any of `sequences`."""

    stems: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    sequences: tuple[tuple[Item, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """`sides` are joined by `window` (None: whole sentence); each side is runs of items joined by gaps."""

    owner: int
    sides: tuple[tuple[tuple[Item, ...], ...], ...]
    window: int | None


class PhraseBook:
    """All phrases of all findings. `add` them, then `find` in sentences."""

    def __init__(self, groups: dict[str, list[str]], fillers: frozenset[str]) -> None:
        self._fillers = fillers
        self._raw_groups = groups
        self._groups: dict[str, Item] = {}
        self._items: dict[str, Item] = {}
        self._runs: dict[tuple[int, ...], tuple[Item, ...]] = {}
        self._by_stem: dict[str, list[Pattern]] = {}
        self._by_prefix: dict[str, list[Pattern]] = {}
        self._literal = False
        self._words: set[str] = set()

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every whole word that some phrase uses."""
        return frozenset(self._words)

    def add(self, owner: int, phrase: str, *, literal: bool = False) -> None:
        """Compile one phrase for `owner`; with `literal` its little words must stand in the text, too.

        Raises PhraseError for a phrase that can't be read.
        """
        self._literal = literal
        for variant in _variants(phrase.split()):
            self._index(self._compile(owner, variant, phrase))

    def _compile(self, owner: int, words: list[str], phrase: str) -> Pattern:
        joins = {w for w in words if w in ("&", "&&")}
        if len(joins) > 1:
            raise PhraseError(f"{phrase!r} mixes & and &&: use one of them")
        sides = []
        for side in _split(words, joins):
            runs = tuple(self._run(run, phrase) for run in _split(side, {".."}))
            sides.append(runs)
        return Pattern(owner, tuple(sides), None if joins == {"&&"} else WINDOW)

    def _run(self, words: list[str], phrase: str) -> tuple[Item, ...]:
        content = [w for w in words if w not in self._fillers]
        if not content:
            raise PhraseError(f"{phrase!r} has an empty part, or one of little words only")
        # "no feeling" without its little word would be "no": a phrase left with one word keeps all of them.
        kept = words if self._literal or len(content) == 1 else content
        run = tuple(self._item(w, phrase) for w in kept)
        return self._runs.setdefault(tuple(map(id, run)), run)

    def _item(self, word: str, phrase: str) -> Item:
        """One object for each word: what it matches in a sentence is worked out once for all phrases with it."""
        if word not in self._items:
            self._items[word] = self._read_item(word, phrase)
        return self._items[word]

    def _read_item(self, word: str, phrase: str) -> Item:
        group = _GROUP.match(word)
        if group:
            return self._group(group.group(1), phrase)
        alternatives = word.split("|")
        prefixes = tuple(a[:-1] for a in alternatives if _PREFIX.match(a))
        words = [without_possessive(a) for a in alternatives if _WORD.match(a)]
        groups = [g for g in map(_GROUP.match, alternatives) if g]
        compounds = [a.split("_") for a in alternatives if _COMPOUND.match(a)]
        if len(prefixes) + len(words) + len(groups) + len(compounds) != len(alternatives):
            raise PhraseError(f"{phrase!r}: can't read {word!r}; write lower-case words, {{groups}}, .., & or &&")
        self._words.update(w.removeprefix("=") for w in words)
        items = [self._group(g.group(1), phrase) for g in groups]
        if compounds:
            items.append(Item(sequences=tuple(tuple(self._item(w, phrase) for w in c) for c in compounds)))
        if words or prefixes:
            items.append(Item(frozenset(a if a[0] == "=" else stem(a) for a in words), prefixes))
        return _union(items)

    def _group(self, name: str, phrase: str) -> Item:
        if name not in self._groups:
            if name not in self._raw_groups:
                raise PhraseError(f"{phrase!r} names the word group {name!r}, which shared/lexicon.yaml lacks")
            self._groups[name] = self._merge(self._raw_groups[name], name)
        return self._groups[name]

    def _merge(self, entries: list[str], name: str) -> Item:
        stems: set[str] = set()
        prefixes: list[str] = []
        sequences: list[tuple[Item, ...]] = []
        for entry in entries:
            items = self._run(entry.split(), f"group {name}: {entry}")
            if len(items) > 1:
                sequences.append(items)
                continue
            stems |= items[0].stems
            prefixes.extend(items[0].prefixes)
            sequences.extend(items[0].sequences)
        return Item(frozenset(stems), tuple(prefixes), tuple(sequences))

    def _index(self, pattern: Pattern) -> None:
        items = [item for side in pattern.sides for run in side for item in run]
        anchor = min(items, key=_breadth)
        stems, prefixes = _openings(anchor)
        for key in stems:
            self._by_stem.setdefault(key, []).append(pattern)
        for key in prefixes:
            self._by_prefix.setdefault(key, []).append(pattern)

    def find(self, sentence: Sentence) -> Iterator[tuple[int, Positions]]:
        """(owner, indexes of the tokens matched) for every match in the sentence, in a fixed order."""
        view = _View(sentence, self._fillers)
        seen: set[int] = set()
        for pattern in self._candidates(view):
            if id(pattern) in seen:
                continue
            seen.add(id(pattern))
            for positions in view.matches(pattern):
                yield pattern.owner, tuple(view.index[p] for p in positions)

    def _candidates(self, view: _View) -> Iterator[Pattern]:
        for key in view.positions:
            yield from self._by_stem.get(key, ())
        if self._by_prefix:
            for word in view.words:
                for length in range(3, len(word) + 1):
                    yield from self._by_prefix.get(word[:length], ())


def _union(items: list[Item]) -> Item:
    if len(items) == 1:
        return items[0]
    return Item(
        frozenset().union(*(i.stems for i in items)),
        tuple(p for i in items for p in i.prefixes),
        tuple(s for i in items for s in i.sequences),
    )


def _breadth(item: Item) -> int:
    return len(item.stems) + 3 * len(item.prefixes) + len(item.sequences)


def _openings(item: Item) -> tuple[set[str], set[str]]:
    stems, prefixes = set(item.stems), set(item.prefixes)
    for sequence in item.sequences:
        more_stems, more_prefixes = _openings(min(sequence, key=_breadth))
        stems |= more_stems
        prefixes |= more_prefixes
    return stems, prefixes


def _variants(words: list[str]) -> Iterable[list[str]]:
    """With and without each optional word."""
    options = [([w[:-1]], []) if w.endswith("?") and len(w) > 1 else ([w],) for w in words]
    for choice in product(*options):
        variant = [w for part in choice for w in part]
        if variant:
            yield variant


def _split(words: list[str], marks: set[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word in marks:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


class _View:
    """The words of one sentence: positions of each stem and form, and what items match where."""

    def __init__(self, sentence: Sentence, fillers: frozenset[str]) -> None:
        self.index: list[int] = []
        self.words: list[str] = []
        self.positions: dict[str, list[int]] = {}
        self._content = [0]
        self._memo: dict[int, list[Positions]] = {}
        self._sequences: dict[int, list[Positions]] = {}
        for number, token in enumerate(sentence.tokens):
            if not token.word[0].isalnum():
                continue
            place = len(self.index)
            self.positions.setdefault(token.stem, []).append(place)
            self.positions.setdefault(f"={token.word}", []).append(place)
            self.index.append(number)
            self.words.append(token.word)
            self._content.append(self._content[-1] + (token.word not in fillers))

    def _between(self, left: int, right: int) -> int:
        """How many words other than little ones stand between two places; negative where `right` is not after."""
        return self._content[right] - self._content[left + 1] if right > left else -1

    def matches(self, pattern: Pattern) -> list[Positions]:
        sides = []
        for side in pattern.sides:
            found = self._side(side)
            if not found:
                return []
            sides.append(found)
        joined = sides[0]
        for other in sides[1:]:
            joined = self._near(joined, other, pattern.window)[:_MAX_MATCHES]
        return joined

    def _near(self, left: list[Positions], right: list[Positions], window: int | None) -> list[Positions]:
        joined = []
        for a in left:
            for b in right:
                apart = max(self._between(a[-1], b[0]), self._between(b[-1], a[0]))
                if apart >= 0 and (window is None or apart <= window):
                    joined.append(tuple(sorted(a + b)))
        return joined

    def _side(self, runs: tuple[tuple[Item, ...], ...]) -> list[Positions]:
        found = self._sequence(runs[0])
        for run in runs[1:]:
            if not found:
                return []
            after = self._sequence(run)
            found = [a + b for a in found for b in after if 0 <= self._between(a[-1], b[0]) <= GAP][:_MAX_MATCHES]
        return found

    def _sequence(self, items: tuple[Item, ...]) -> list[Positions]:
        known = self._sequences.get(id(items))
        if known is None:
            known = self._sequences[id(items)] = self._in_order(items)
        return known

    def _in_order(self, items: tuple[Item, ...]) -> list[Positions]:
        found = self._item(items[0])
        for item in items[1:]:
            if not found:
                return []
            after = self._item(item)
            found = [a + b for a in found for b in after if self._between(a[-1], b[0]) == 0]
        return found[:_MAX_MATCHES]

    def _item(self, item: Item) -> list[Positions]:
        known = self._memo.get(id(item))
        if known is not None:
            return known
        found: set[Positions] = set()
        if not item.stems.isdisjoint(self.positions):  # far fewer words in a sentence than in a group
            found = {(p,) for s, places in self.positions.items() if s in item.stems for p in places}
        for prefix in item.prefixes:
            found.update((p,) for p, word in enumerate(self.words) if word.startswith(prefix))
        for sequence in item.sequences:
            found.update(self._sequence(sequence))
        result = sorted(found)[:_MAX_MATCHES]
        self._memo[id(item)] = result
        return result
