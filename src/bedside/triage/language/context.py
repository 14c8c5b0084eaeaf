"""Whether a phrase in a sentence is stated, denied, past, a general question, and about whom.

The method is NegEx's and ConText's (cue, scope, terminator), mended for safety: where a list is ambiguous, what
follows counts as stated, because a finding asked about needlessly is cheaper than one missed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from bedside.triage.language.phrases import PhraseBook, Positions
from bedside.triage.language.tokens import Sentence
from bedside.triage.language.words import LanguageFile
from bedside.triage.schemas import State, Subject

Span = tuple[int, int]
"""Half-open span of token indexes."""
_CLAUSE_ENDS = frozenset({"but", "however", "although", "though", "and", "because", "since", "as", "so"})
_OWN_WORDS = frozenset({"my", "i", "i'm", "i've", "me", "he", "she", "his", "her", "he's", "she's", "our", "we"})
_OWN_STATEMENT = frozenset({"my", "i'm", "i've", "i", "we"})
_HYPOTHETICAL_NEGATION = frozenset({("think", "of"), ("think", "about"), ("thinking", "of"), ("thinking", "about"),
                                    ("thought", "of"), ("thought", "about"), ("going", "to")})  # fmt: skip
_PAST, _PAST_UNLESS, _FAMILY, _OPENING, _CONDITIONAL, _ASKED_UNLESS = range(6)


@dataclass(slots=True)
class Frame:
    """What a sentence's cues say, found once for all its matches."""

    denied: list[Span] = field(default_factory=list)
    past: list[Span] = field(default_factory=list)
    family: bool = False
    asks_generally: bool = False
    supposed: list[Span] = field(default_factory=list)


class Context:
    """Reads sentences with the word lists of shared/language.yaml."""

    def __init__(self, language: LanguageFile) -> None:
        self._language = language
        self._cues = frozenset(language.negation.cues)
        self._not_before = frozenset(language.negation.not_before)
        self._terminators = frozenset(language.negation.terminators)
        self._joiners = frozenset(language.negation.list_joiners)
        self._after = frozenset(language.negation.after)
        self._book = PhraseBook({}, frozenset())
        lists = (
            (_PAST, language.past.phrases),
            (_PAST_UNLESS, language.past.unless),
            (_FAMILY, language.family_history.phrases),
            (_OPENING, language.asked.openings),
            (_CONDITIONAL, language.asked.conditional),
            (_ASKED_UNLESS, language.asked.unless),
        )
        for owner, phrases in lists:
            for phrase in phrases:
                self._book.add(owner, phrase)
        self._who = dict.fromkeys(language.subject.other, Subject.OTHER)
        self._who.update(dict.fromkeys(language.subject.child, Subject.CHILD))
        self._who.update(dict.fromkeys(language.subject.self_words, Subject.SELF))
        self._pronouns = frozenset(language.subject.pronouns)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Words that spelling repair must leave alone."""
        negation = self._language.negation
        words = {*negation.cues, *negation.not_before, *negation.terminators, *self._who, *self._pronouns}
        return frozenset(words) | self._book.vocabulary

    def frame(self, sentence: Sentence, matched: list[Positions]) -> Frame:
        """Cues of one sentence; a cue inside a matched phrase ("not breathing") is that phrase's and denies nothing."""
        cues: dict[int, list[Positions]] = {}
        for owner, positions in self._book.find(sentence):
            cues.setdefault(owner, []).append(positions)
        found = {owner: [p[0] for p in places] for owner, places in cues.items()}
        frame = Frame(denied=self._denied(sentence, matched), family=_FAMILY in found)
        frame.past = self._past(sentence, found)
        if _ASKED_UNLESS in found:
            return frame
        opening = [p for p in cues.get(_OPENING, ()) if p[0] <= 3]
        conditional = found.get(_CONDITIONAL)
        # "why does my chest hurt" asks about a person, and only "why does a chest hurt" asks in general.
        frame.asks_generally = bool(opening) and not _names_somebody(sentence, max(p[-1] for p in opening))
        if conditional:
            frame.supposed = [_supposed(sentence, min(conditional))]
        elif opening and not frame.asks_generally and sentence.tokens[opening[0][-1]].word in ("if", "when"):
            frame.supposed = [_supposed(sentence, opening[0][0])]
        return frame

    def _denied(self, sentence: Sentence, matched: list[Positions]) -> list[Span]:
        spans = []
        # Over a gap ("nothing .. comes") the cue still denies what stands between: "no bleeding, lots of movement".
        used = {a for positions in matched for a, b in pairwise(positions) if b - a <= 2}
        for i, token in enumerate(sentence.tokens):
            if token.word not in self._cues or i in used:
                continue
            if self._denies_nothing(sentence, i):
                continue
            spans.append((i + 1, self._scope_end(sentence, i + 1)))
        return spans

    def _denies_nothing(self, sentence: Sentence, i: int) -> bool:
        following = [t.word for t in sentence.tokens[i + 1 : i + 3]]
        if sentence.tokens[i].word == "free" and (following[:1] or [""])[0] not in ("of", "from"):
            return True
        if tuple(following) in _HYPOTHETICAL_NEGATION:
            return False  # "never thought of hurting myself", "not going to hurt myself"
        return bool(following) and following[0] in self._not_before

    def _scope_end(self, sentence: Sentence, start: int) -> int:
        tokens = sentence.tokens
        end = min(len(tokens), start + self._language.negation.max_words)
        listed = any(t.word in self._joiners for t in tokens[start:end])
        for i in range(start, end):
            word = tokens[i].word
            if word in self._terminators or (i > start and word in self._cues):
                return i
            if word in (",", "and", ":", "(", ")") and not listed and i > start:
                return i
        return end

    def _past(self, sentence: Sentence, found: dict[int, list[int]]) -> list[Span]:
        clauses = _clauses(sentence)
        spans = []
        for number, (start, end) in enumerate(clauses):
            if not any(start <= a < end for a in found.get(_PAST, ())):
                continue
            if any(start <= a < end for a in found.get(_PAST_UNLESS, ())):
                continue
            if number and {start, start + 1} & set(found[_PAST]) and _dates_what_precedes(sentence, start):
                start = clauses[number - 1][0]
            spans.append((start, end))
        return spans

    def state(self, sentence: Sentence, frame: Frame, positions: Positions) -> State:
        """What the sentence says about the phrase that stands at `positions`."""
        start, end = positions[0], positions[-1] + 1
        denied = any(a <= p < b for a, b in frame.denied if a - 1 not in positions for p in positions)
        if denied or self._denied_after(sentence, end):
            return State.ABSENT
        if frame.family:
            return State.FAMILY
        if any(a <= start < b for a, b in frame.past):
            return State.PAST
        if frame.asks_generally or any(a <= start < b for a, b in frame.supposed):
            return State.ASKED
        return State.PRESENT

    def _denied_after(self, sentence: Sentence, end: int) -> bool:
        rest = [t.word for t in sentence.tokens[end : end + 3]]
        if rest[:1] in ([":"], ["("]):
            rest = rest[1:]
        return bool(rest) and rest[0] in self._after and (len(rest) == 1 or rest[1] in (",", ")", "and"))

    def clinician_speaks(self, sentences: list[Sentence]) -> list[bool]:
        """Per sentence, whether a transcript gives it to a clinician; all False unless both are labelled."""
        patient, clinician = set(self._language.speakers.patient), set(self._language.speakers.clinician)
        voices: list[bool | None] = [self._voice(sentence, patient, clinician) for sentence in sentences]
        if not {True, False} <= set(voices):
            return [False] * len(sentences)
        current = False
        result = []
        for voice in voices:
            current = current if voice is None else voice
            result.append(current)
        return result

    def _voice(self, sentence: Sentence, patient: set[str], clinician: set[str]) -> bool | None:
        words = [t.word for t in sentence.tokens]
        labels = [a for a, b in pairwise(words) if b == ":" and a in patient | clinician]
        return labels[-1] in clinician if labels else None

    def subjects(self, sentence: Sentence, carried: Subject) -> tuple[list[Subject], Subject]:
        """The subject in force at each token, and the one to carry into the next sentence."""
        current, third = carried, carried
        result = []
        for i, token in enumerate(sentence.tokens):
            who = self._who.get(token.word)
            if who is Subject.SELF and token.word == "my" and self._relative_follows(sentence, i):
                who = None
            if who is not None and who is not Subject.SELF:
                third = who
            if token.word in self._pronouns and third is not Subject.SELF:
                who = third
            current = who or current
            result.append(current)
        return result, third if third is not Subject.SELF else current

    def _relative_follows(self, sentence: Sentence, i: int) -> bool:
        following = (self._who.get(t.word) for t in sentence.tokens[i + 1 : i + 6])
        return any(who in (Subject.CHILD, Subject.OTHER) for who in following)


def _names_somebody(sentence: Sentence, after: int) -> bool:
    return any(t.word in _OWN_WORDS for t in sentence.tokens[after + 1 :])


def _supposed(sentence: Sentence, start: int) -> Span:
    """From "if" or "what if" to where somebody speaks of themselves again: "what if it is a stroke, my arm is numb"."""
    tokens = sentence.tokens
    for i in range(start + 2, len(tokens) - 1):
        if tokens[i].word in (",", "because", "as", "but") and tokens[i + 1].word in _OWN_STATEMENT:
            return (start, i)
    return (start, len(tokens))


def _dates_what_precedes(sentence: Sentence, start: int) -> bool:
    """Whether a clause ("as a child", ", unchanged") dates the one before; "as usual" does not: taken today."""
    words = [t.word for t in sentence.tokens[start : start + 4] if t.word != ","]
    return words[:2] == ["as", "a"] or words[:1] == ["unchanged"]


def _clauses(sentence: Sentence) -> list[Span]:
    cuts = [0]
    for i, token in enumerate(sentence.tokens):
        if token.word in _CLAUSE_ENDS or token.word == ",":
            cuts.append(i)
    cuts.append(len(sentence.tokens))
    return [(a, b) for a, b in pairwise(cuts) if b > a]
