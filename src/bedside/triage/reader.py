"""Findings and measurements in a person's words, each with its quote and offsets."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

from bedside.platform.errors import BadInput, TooLarge
from bedside.triage.language.context import Context
from bedside.triage.language.measures import Measure, measures
from bedside.triage.language.phrases import PhraseBook, PhraseError, Positions
from bedside.triage.language.tokens import Normalised, Sentence, Tokeniser, normalise
from bedside.triage.language.words import LanguageFile, LexiconFile
from bedside.triage.protocol import FindingDef
from bedside.triage.schemas import MAX_TEXT_CHARS, MAX_UTTERANCES, Finding, Measurement, State, Subject

_STATE_ORDER = {State.PRESENT: 0, State.ASKED: 1, State.PAST: 2, State.FAMILY: 3, State.UNKNOWN: 4, State.ABSENT: 5}
_MAX_TOTAL_CHARS = 400_000


@dataclass(slots=True)
class Reading:
    """What all utterances together say. `findings` holds the strongest mention of each."""

    findings: dict[str, Finding]
    measurements: list[Measurement]
    subject: Subject
    said_something: bool


class Readings:
    """Utterances as they were read, so that what is looked at again in the same turn is not read again.

    Holds the patient's words: made for one turn and never kept beyond it.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Reader, str, Subject], _Utterance] = {}

    def of(self, reader: Reader, number: int, text: str, carried: Subject) -> _Utterance:
        """Utterance ``number`` as ``reader`` reads it after ``carried``, whom the one before spoke of last."""
        key = (reader, text, carried)
        found = self._known.get(key)
        if found is None or found.number != number:
            found = self._known[key] = found.renumbered(number) if found else _Utterance(reader, number, text, carried)
        return found


@dataclass(slots=True)
class _Match:
    sentence: int
    finding: str
    positions: Positions


class Reader:
    """Compiled phrases of all findings. Raises ValueError, naming the finding, for a phrase that can't be read."""

    def __init__(self, language: LanguageFile, lexicon: LexiconFile, findings: dict[str, FindingDef]) -> None:
        self._definitions = findings
        self._names = list(findings)
        self._measured_by = [(name, d.measure) for name, d in findings.items() if d.measure]
        self._book = PhraseBook(lexicon.groups, frozenset(language.fillers))
        for number, (name, definition) in enumerate(findings.items()):
            self._add(name, 2 * number, definition.phrases, literal=False)
            self._add(name, 2 * number + 1, definition.except_phrases, literal=True)
        self._context = Context(language)
        vocabulary = self._book.vocabulary | self._context.vocabulary
        vocabulary |= set(language.fillers) | set(lexicon.protected)
        self._tokeniser = Tokeniser(lexicon.spellings, frozenset(vocabulary))

    def _add(self, name: str, owner: int, phrases: list[str], *, literal: bool) -> None:
        for phrase in phrases:
            try:
                self._book.add(owner, phrase, literal=literal)
            except PhraseError as error:
                raise ValueError(f"findings.{name}.phrases: {error}") from error

    def read(self, utterances: Sequence[str], readings: Readings | None = None) -> Reading:
        """Read utterances in order. Raises TooLarge over the limits, BadInput for what is no text."""
        check_size(utterances)
        readings = readings or Readings()
        best: dict[str, Finding] = {}
        numbers: list[Measurement] = []
        carried, first_subject = Subject.SELF, None
        said = False
        for number, text in enumerate(utterances):
            part = readings.of(self, number, text, carried)
            carried = part.carried
            first_subject = first_subject or part.first_subject
            said = said or bool(part.sentences)
            numbers += part.measurements
            for finding in part.findings:
                _keep(best, finding)
        self._measured(best, numbers)
        self._imply(best)
        subject = _patient(best, first_subject)
        return Reading(_own(best, subject, self._definitions), numbers, subject, said)

    def _measured(self, best: dict[str, Finding], numbers: list[Measurement]) -> None:
        for name, wanted in self._measured_by if numbers else ():
            for measure, allowed in wanted.items():
                for item in numbers:
                    if item.name == measure and allowed.holds(item.value):
                        _keep(best, _from_measure(name, self._definitions[name], item))

    def _imply(self, best: dict[str, Finding]) -> None:
        imply(best, self._definitions)


def check_size(utterances: Sequence[str]) -> None:
    """Raise TooLarge or BadInput, naming limits only and never the text."""
    if len(utterances) > MAX_UTTERANCES:
        raise TooLarge(f"At most {MAX_UTTERANCES:,} messages can be read at once; send the latest ones.")
    if any(len(text) > MAX_TEXT_CHARS for text in utterances):
        raise TooLarge(
            f"The message is over {MAX_TEXT_CHARS:,} characters; send a shorter one that says what is wrong."
        )
    if sum(map(len, utterances)) > _MAX_TOTAL_CHARS:
        raise TooLarge(f"The messages are over {_MAX_TOTAL_CHARS:,} characters together; send the latest ones.")
    try:
        "".join(utterances).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadInput("The message is not valid Unicode text; send it as UTF-8.") from error.with_traceback(None)


def imply(best: dict[str, Finding], definitions: dict[str, FindingDef]) -> None:
    """Add what present findings imply, until nothing is new."""
    todo = [f for f in best.values() if f.counts]
    while todo:
        finding = todo.pop()
        for target in definitions[finding.id].implies:
            known = best.get(target)
            if known is not None and known.counts:
                continue
            update = {"id": target, "label": definitions[target].label, "origin": f"implied:{finding.id}"}
            best[target] = finding.model_copy(update=update)
            todo.append(best[target])


def _keep(best: dict[str, Finding], finding: Finding) -> None:
    known = best.get(finding.id)
    if known is None or _strength(finding) < _strength(known):
        best[finding.id] = finding


def _strength(finding: Finding) -> tuple[bool, int, float]:
    return (not finding.counts, _STATE_ORDER[finding.state], -(finding.duration_hours or 0.0))


def _from_measure(name: str, definition: FindingDef, item: Measurement) -> Finding:
    return Finding(
        id=name, label=definition.label, state=State.PRESENT, counts=True, quote=item.quote,
        utterance=item.utterance, start=item.start, end=item.end,
        subject=item.subject or Subject.SELF, origin="measure",
    )  # fmt: skip


def _patient(best: dict[str, Finding], first: Subject | None) -> Subject:
    """A child wherever something present is said of one, so that a further sentence never switches child rules off."""
    present = {f.subject for f in best.values() if f.state is State.PRESENT and f.utterance is not None}
    if Subject.CHILD in present:
        return Subject.CHILD
    if Subject.SELF in present or not present:
        return Subject.SELF if present else first or Subject.SELF
    return Subject.OTHER


def _own(best: dict[str, Finding], patient: Subject, definitions: dict[str, FindingDef]) -> dict[str, Finding]:
    """A relative's past is family history once the patient is known."""
    result = {}
    for name, finding in best.items():
        if finding.state is State.PAST and finding.subject is Subject.OTHER and patient is not Subject.OTHER:
            counts = State.FAMILY in definitions[name].also_counts
            finding = finding.model_copy(update={"state": State.FAMILY, "counts": counts})
        result[name] = finding
    return result


class _Utterance:
    """One utterance on its way to findings."""

    def __init__(self, reader: Reader, number: int, text: str, carried: Subject) -> None:
        self._reader = reader
        self.number = number
        self._text = text
        self._normalised: Normalised = normalise(text)
        self.sentences: list[Sentence] = reader._tokeniser.sentences(self._normalised)
        self._subjects: list[list[Subject]] = []
        self.first_subject: Subject | None = None
        for sentence in self.sentences:
            subjects, carried = reader._context.subjects(sentence, carried)
            self._subjects.append(subjects)
        self.carried = carried
        if self._subjects:
            self.first_subject = self._subjects[0][-1]
        raw = measures(self._normalised.text) if any(c.isdigit() for c in text) or self.sentences else []
        self._durations = [m for m in raw if m.name == "duration_hours"]
        self.measurements = [self._measurement(m) for m in raw]
        self.findings = list(self._find())

    def renumbered(self, number: int) -> _Utterance:
        """The same reading at another place of the case."""
        other = copy(self)
        other.number = number
        other.measurements = [m.model_copy(update={"utterance": number}) for m in self.measurements]
        other.findings = [f.model_copy(update={"utterance": number}) for f in self.findings]
        return other

    def _measurement(self, item: Measure) -> Measurement:
        start, end = self._normalised.span(item.start, item.end)
        who = Subject.SELF if item.hint == "self" else self._subject_at(item.start)
        return Measurement(
            name=item.name, value=round(item.value, 4), quote=self._text[start:end], utterance=self.number,
            start=start, end=end, subject=who,
        )  # fmt: skip

    def _subject_at(self, position: int) -> Subject | None:
        for sentence, subjects in zip(self.sentences, self._subjects, strict=True):
            for token, who in zip(sentence.tokens, subjects, strict=True):
                if token.end > position:
                    return who
        return None

    def _find(self) -> list[Finding]:
        found: list[Finding] = []
        reported = self._reader._context.clinician_speaks(self.sentences)
        for number, sentence in enumerate(self.sentences):
            matches = self._matches(number, sentence)
            if not matches:
                continue
            flags = [m.positions for m in matches if self._reader._definitions[m.finding].red_flag]
            frame = self._reader._context.frame(sentence, flags)
            for match in matches:
                state = self._reader._context.state(sentence, frame, match.positions)
                if reported[number] and state is State.PRESENT:
                    state = State.ASKED
                found.append(self._finding(match, sentence, state))
        return found

    def _matches(self, number: int, sentence: Sentence) -> list[_Match]:
        kept: list[_Match] = []
        excluded: dict[str, list[Positions]] = {}
        for owner, positions in self._reader._book.find(sentence):
            name = self._reader._names[owner // 2]
            if owner % 2:
                excluded.setdefault(name, []).append(positions)
            else:
                kept.append(_Match(number, name, positions))
        return [m for m in kept if not any(set(x) & set(m.positions) for x in excluded.get(m.finding, ()))]

    def _finding(self, match: _Match, sentence: Sentence, state: State) -> Finding:
        definition = self._reader._definitions[match.finding]
        first, last = sentence.tokens[match.positions[0]], sentence.tokens[match.positions[-1]]
        start, end = self._normalised.span(first.start, last.end)
        return Finding(
            id=match.finding, label=definition.label, state=state,
            counts=state is State.PRESENT or state in definition.also_counts, quote=self._text[start:end],
            utterance=self.number, start=start, end=end,
            subject=self._subjects[match.sentence][match.positions[0]],
            duration_hours=self._duration(sentence, first.start),
        )  # fmt: skip

    def _duration(self, sentence: Sentence, position: int) -> float | None:
        low, high = sentence.tokens[0].start, sentence.tokens[-1].end
        near = [d for d in self._durations if low <= d.start < high]
        if not near:
            return None
        return round(min(near, key=lambda d: abs(d.start - position)).value, 4)
