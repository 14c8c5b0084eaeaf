"""What triage does for the rest of Bedside. Needs memory only: no database, no network, no model."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from bedside.platform.config.core import CoreSettings
from bedside.platform.errors import BadInput, BedsideError, NotFound
from bedside.triage import answers, evaluation
from bedside.triage.engine import ENGINE_VERSION, age_of, decide, findings_in_order
from bedside.triage.protocol_set import ProtocolSet, build
from bedside.triage.reader import Reading, Readings, check_size
from bedside.triage.schemas import (
    EvaluationReport,
    EvaluationRow,
    Level,
    Measurement,
    Numbers,
    Raise,
    Screen,
    Subject,
    TriageInput,
    TriageRecord,
    TriageResult,
)
from bedside.triage.signs import emergency_signs

__all__ = [
    "Readings",
    "assess",
    "evaluate",
    "filled",
    "load_protocols",
    "numbers",
    "raise_level",
    "replay",
    "screen",
    "stated_age",
    "with_numbers",
]

_log = logging.getLogger(__name__)

EMERGENCY_NUMBER = "{emergency_number}"
"""Stands in protocols for the number that the setting EMERGENCY_NUMBER gives."""
CRISIS_LINE = "a crisis line"
"""Stands in advice on thoughts of dying; readable as it is where the setting CRISIS_LINE names none."""
NOT_REVIEWED = "not clinically reviewed"
UNREAD = "Bedside could not read these words, so a nurse must."


def load_protocols(paths: Sequence[Path] | None = None) -> ProtocolSet:
    """The shipped protocols (read once per process), or those at `paths`.

    Raises ProtocolError (BadInput), which lists every problem with file, key and what to do.
    """
    return _shipped() if paths is None else build(paths)


@cache
def _shipped() -> ProtocolSet:
    return build()


@cache
def clinically_reviewed() -> bool:
    """Whether a clinician has reviewed every shipped protocol and the signs of the first page."""
    reviews = [p.clinical_review for p in load_protocols().protocols.values()]
    return NOT_REVIEWED not in {*reviews, emergency_signs().clinical_review}


def numbers(core: CoreSettings) -> Numbers:
    """Whom this service tells people to call."""
    return Numbers(emergency=core.emergency_number, crisis_line=core.crisis_line)


def with_numbers(result: TriageResult, numbers: Numbers) -> TriageResult:
    """The result with the numbers of this service, such as 112, wherever protocols leave them open."""
    update = {"advice": filled(result.advice, numbers), "safety_net": filled(result.safety_net, numbers)}
    return result.model_copy(update=update)


def filled(lines: Sequence[str], numbers: Numbers) -> list[str]:
    """Lines of advice with the numbers of this service; the crisis line stays unnamed where none is set."""
    line = f"the crisis line {numbers.crisis_line}" if numbers.crisis_line else CRISIS_LINE
    return [text.replace(EMERGENCY_NUMBER, numbers.emergency).replace(CRISIS_LINE, line) for text in lines]


def stated_age(record: TriageRecord) -> float | None:
    """The age of whom the record is about, in years, where it was said; a parent's own age is not their child's."""
    return age_of(record.measurements, record.subject)


def screen(text: str, protocols: ProtocolSet | None = None, readings: Readings | None = None) -> Screen:
    """Is this one message an emergency now? Works with everything else down. ``readings`` are the turn's.

    Raises TooLarge or BadInput for text over the limits or not Unicode.
    """
    result = assess(TriageInput(utterances=[text]), protocols, readings)
    emergency = result.level is Level.EMERGENCY
    deciding = [r for r in result.reasons if r.deciding] if emergency else result.reasons
    return Screen(
        emergency=emergency, level=result.level, reasons=deciding, advice=result.advice if emergency else [],
        protocol=result.protocol if result.level else None,
    )  # fmt: skip


def assess(
    request: TriageInput, protocols: ProtocolSet | None = None, readings: Readings | None = None
) -> TriageResult:
    """Decide on all utterances and answers so far. What stands in ``readings`` of this turn is not read again.

    Words on which the reading itself fails are urgent, for a nurse to read. Raises TooLarge or BadInput for text over
    the limits, not Unicode, or an answer to an unknown question.
    """
    protocols = protocols or load_protocols()
    check_size(list(request.answers.values()))
    answered = answers.resolve(protocols, request.answers)
    # What a person writes in answer to a question may also say more than the answer.
    written = [a for a in request.answers.values() if len(a.split()) > 2]
    try:
        reading, why_unread = protocols.reader.read([*request.utterances, *written], readings), None
    except BedsideError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault in reading must not leave a patient without an answer
        # Not the error's own text, which may quote the patient.
        _log.error(f"a message could not be read: {type(error).__name__}")
        reading, why_unread = Reading({}, [], Subject.SELF, said_something=True), UNREAD
    best = dict(reading.findings)
    answers.apply(protocols, answered, request.answers, best)
    record = TriageRecord(
        engine=ENGINE_VERSION, protocol_set=protocols.hash, findings=findings_in_order(best),
        measurements=_measurements(reading, request), answered=answered,
        subject=request.subject or reading.subject, said_something=reading.said_something or bool(answered),
    )  # fmt: skip
    result = decide(protocols, record)
    return raise_level(result, _or_urgent(result), "bedside", why_unread, protocols) if why_unread else result


def _or_urgent(result: TriageResult) -> Level:
    return min((result.level or Level.URGENT, Level.URGENT), key=lambda level: level.rank)


def _measurements(reading: Reading, request: TriageInput) -> list[Measurement]:
    if request.age_years is None:
        return reading.measurements
    others = [m for m in reading.measurements if m.name != "age_years"]
    return [*others, Measurement(name="age_years", value=request.age_years, quote=f"age {request.age_years:g}")]


def raise_level(
    result: TriageResult, level: Level, by: str, why: str, protocols: ProtocolSet | None = None
) -> TriageResult:
    """The result with its level raised to `level`; `by` says who or which model, `why` is shown to the nurse.

    Raises BadInput where `level` is below the one decided: nothing may lower what the protocols decided.
    """
    if result.level is not None and level.rank > result.level.rank:
        raise BadInput(f"The level is {result.level} and may only be raised; {level} is lower. A nurse may change it.")
    raises = [*result.record.raises, Raise(level=level, by=by, why=why)]
    return replay(result.record.model_copy(update={"raises": raises}), protocols)


def replay(record: TriageRecord, protocols: ProtocolSet | None = None) -> TriageResult:
    """Make a recorded decision again.

    Raises NotFound where these protocols or this engine are not the ones that decided: load the files of that
    version with `load_protocols(paths)`.
    """
    protocols = protocols or load_protocols()
    if record.protocol_set != protocols.hash:
        raise NotFound(
            f"The protocol set {record.protocol_set[:12]} that decided is not loaded (loaded: {protocols.hash[:12]}); "
            "load the protocol files of that version to replay it."
        )
    if record.engine != ENGINE_VERSION:
        raise NotFound(
            f"Engine {record.engine} decided and this is {ENGINE_VERSION}; replay it with that version of Bedside."
        )
    return decide(protocols, record)


def evaluate(rows: Iterable[EvaluationRow], protocols: ProtocolSet | None = None) -> EvaluationReport:
    """Assess every row and count against its label."""
    protocols = protocols or load_protocols()
    graded = []
    for row in rows:
        result = assess(TriageInput(utterances=[row.text]), protocols)
        graded.append((row, result.level))
    return evaluation.report(graded)
