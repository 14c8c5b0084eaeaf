"""How a reply reads: plain words, the most urgent first, every sentence of a source with its number.

Advice and safety nets are the protocols' own reviewed lines, never written here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bedside.assistant.state import Case, Finding
from bedside.care.schemas import AssessmentOut, Status
from bedside.triage.schemas import Level

_OWN_WORDS = "From my sources, in their own sentences:"
_PHRASED = "From my sources; each sentence is checked against the passage it names:"
_NO_SOURCE = "I have no source that answers your question, so I do not answer it. A nurse is asked."
_NO_SOURCE_YET = (
    "I have no source that answers your question, so I do not answer it. A nurse is asked once I know enough."
)
_WITHHELD = "I left out what my sources do not support. A nurse is asked."
_MAX_REASONS = 3

_LEVELS = {
    Level.URGENT: "This is urgent: a clinician should see to it {when}.",
    Level.ROUTINE: "This is routine: it should be looked at in the next days to weeks, and can wait until then.",
    Level.SELF_CARE: "You can most likely look after this at home. A nurse checks that too.",
}


@dataclass(frozen=True, slots=True)
class Service:
    """What replies say about the place that runs Bedside."""

    name: str
    number: str


def reply_text(case: Case, found: Finding, assessment: AssessmentOut | None, service: Service) -> str:
    """Return the reply to ``case``'s message. ``assessment`` is the one as it is stored now."""
    if assessment is None or found.understood.idle:
        return _idle(case, found, service)
    if found.understood.talk and case.undecided and found.understood.question is None:
        return f"You are welcome. Your case is with a nurse. {assessment.until_then or ''}".strip()
    if assessment.level is Level.EMERGENCY:
        return _emergency(case, found, assessment, service)
    newly = assessment.status is Status.WAITING and not case.handed_over
    if newly and found.understood.question is None:
        return _join(*_unreadable(found, service), *_concluded(found, assessment))
    if found.understood.question is None:
        return _join(*_unreadable(found, service), *_answered(found, assessment), _with_nurse(case, found, assessment))
    told = [_told_early(assessment)] if newly else []
    return _join(*_unreadable(found, service), *_answered(found, assessment), *told, _asking(case, found))


def _idle(case: Case, found: Finding, service: Service) -> str:
    if case.earlier or case.status is Status.DECIDED:
        return _join(
            "You are welcome. If anything changes, or something new comes up, write it here.",
            f"In an emergency call {service.number}.",
        )
    hello = (
        f"Hello, this is Bedside, the assistant of {service.name}."
        if service.name != "Bedside"
        else "Hello, this is Bedside."
    )
    return _join(
        f"{hello} I am a computer program; a nurse reads what you write and decides.",
        f"Tell me in your own words what is wrong. In an emergency call {service.number} now.",
    )


def _emergency(case: Case, found: Finding, assessment: AssessmentOut, service: Service) -> str:
    if case.level is Level.EMERGENCY and case.handed_over:
        return _join(
            f"This is still an emergency: call {service.number} now. Do not wait for an answer here.",
            _bullets("What to do now:", assessment.advice),
            "What you wrote is added to your case; a nurse has it in front of them.",
        )
    return _join(
        f"This may be an emergency. Call {service.number} now.",
        _bullets("What to do now:", assessment.advice),
        _why(assessment),
        f"A nurse has been told and sees your case first. Do not wait for the answer here: call {service.number}.",
        _protocol(assessment),
    )


def _concluded(found: Finding, assessment: AssessmentOut) -> Iterable[str]:
    level = assessment.level or Level.URGENT
    yield _LEVELS[level].format(when=_when(assessment.within_hours))
    yield _why(assessment)
    yield _bullets("What to do now:", assessment.advice)
    yield from _answered(found, assessment)
    yield _bullets("Get help sooner than that:", assessment.safety_net)
    yield f"Your case is with a nurse, who decides. {assessment.until_then or ''}".strip()
    yield _protocol(assessment)


def _answered(found: Finding, assessment: AssessmentOut) -> Iterable[str]:
    if found.answer.sentences:
        yield f"{_PHRASED if found.answer.phrased else _OWN_WORDS}\n{found.answer.text}"
        if found.answer.withheld:
            yield _WITHHELD
    elif found.understood.asks:
        yield _NO_SOURCE_YET if assessment.status is Status.OPEN else _NO_SOURCE


def _told_early(assessment: AssessmentOut) -> str:
    return _join(
        f"This needs to be seen {_when(assessment.within_hours)}, so a nurse has your case already.",
        _bullets("What to do now:", assessment.advice),
        assessment.until_then or "",
    )


def _asking(case: Case, found: Finding) -> str:
    understood = found.understood
    if understood.misread:
        return "I could not read that as an answer, but I have kept it for the nurse. Please choose one of the answers."
    if case.asked and understood.question and understood.question.id == case.asked[-1].id:
        return "My question is still open; it helps to tell how urgent this is."
    if not case.asked:
        return (
            'Thank you for telling me. I have some questions, to tell how urgent this is. "I don\'t know" counts too.'
        )
    return "Thank you."


def _with_nurse(case: Case, found: Finding, assessment: AssessmentOut) -> str:
    if case.level is not None and assessment.level is not None and assessment.level.rank < case.level.rank:
        more = _LEVELS[assessment.level].format(when=_when(assessment.within_hours))
        return _join(
            more, _why(assessment), _bullets("What to do now:", assessment.advice), assessment.until_then or ""
        )
    return f"I have added this to your case, which is with a nurse. {assessment.until_then or ''}".strip()


def _unreadable(found: Finding, service: Service) -> Iterable[str]:
    if not found.understood.readable:
        yield (
            "I can read English only so far; a nurse sees your words as you wrote them. Please write in English if you "
            f"can, or answer with the choices. In an emergency call {service.number}."
        )


def _when(hours: float | None) -> str:
    if hours is None or hours >= 48:
        return "within 24 to 48 hours"
    return f"within {hours:g} hour{'s' if hours != 1 else ''}"


def _why(assessment: AssessmentOut) -> str:
    return _bullets("Why:", [reason.text for reason in assessment.reasons if reason.deciding][:_MAX_REASONS])


def _protocol(assessment: AssessmentOut) -> str:
    """Where level and advice come from; what sources say carries its own numbers."""
    return f"Level and advice: protocol {assessment.protocol.id}, version {assessment.protocol.version}."


def _bullets(title: str, lines: Iterable[str]) -> str:
    shown = "\n".join(f"- {line}" for line in lines)
    return f"{title}\n{shown}" if shown else ""


def _join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
