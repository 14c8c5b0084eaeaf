"""How a reply reads: plain words, the most urgent first, every sentence of a source with its number.

Advice and safety nets are the protocols' own lines, never written here. A reply names no time: it is kept as it is,
while the promise may change and readers have time zones of their own. ``reply_by`` is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bedside.assistant.emergencies import emergency_text
from bedside.assistant.intents import Intent
from bedside.assistant.lines import (
    NOT_REVIEWED,
    Service,
    bullets,
    change_lines,
    erasure,
    foreign_lines,
    is_self_harm,
    join,
    why,
)
from bedside.assistant.state import Case, Finding
from bedside.care.schemas import AssessmentOut, Status
from bedside.triage.schemas import Level, Subject, age_in_words
from bedside.triage.service import clinically_reviewed, stated_age

__all__ = ["Service", "reply_text"]

_OWN_WORDS = "This is what my sources say, word for word:"
_PHRASED = "This is what my sources say; each sentence is checked against the passage it names:"
_NO_SOURCE = "I have no source that answers this, so I do not guess. A nurse is asked."
_WITHHELD = "I left out what my sources do not support. A nurse is asked."
_MOST_NETS = 3
_LEVELS = {
    Level.URGENT: "This is urgent, and a nurse has your case.",
    Level.ROUTINE: "This does not look like an emergency. A nurse has your case and decides what comes next.",
    Level.SELF_CARE: "You can most likely look after this at home. A nurse has your case and checks that too.",
}
_PEOPLE = {Subject.CHILD: "a child", Subject.OTHER: "somebody else"}


@dataclass(frozen=True, slots=True)
class _Turn:
    """A turn and what stands stored after it."""

    case: Case
    found: Finding
    assessment: AssessmentOut
    service: Service

    @property
    def newly_with_nurse(self) -> bool:
        return self.assessment.status is Status.WAITING and not self.case.handed_over

    @property
    def just_finished(self) -> bool:
        """Whether this message answered the last question."""
        return self.case.open_question is not None and not self.found.understood.talk


def reply_text(case: Case, found: Finding, assessment: AssessmentOut | None, service: Service) -> str:
    """Return the reply to ``case``'s message. ``assessment`` is the one as it is stored now."""
    if assessment is None or found.understood.idle:
        return _idle(case, found, service)
    once = [] if case.told_review or clinically_reviewed() else [NOT_REVIEWED]
    if found.understood.foreign and assessment.level is not Level.EMERGENCY:
        # Every further line in English would only hide the one that they can read.
        return join(*foreign_lines(found.understood.foreign, service.number), assessment.until_then or "")
    if assessment.level is Level.EMERGENCY:
        return join(*emergency_text(case, found, assessment, service), *once)
    turn = _Turn(case, found, assessment, service)
    return join(*_first(turn), *_middle(turn), *once, *_last(turn))


def _idle(case: Case, found: Finding, service: Service) -> str:
    intent = found.understood.intent
    if intent is Intent.ERASE:
        return erasure(service)
    if case.earlier or case.status is Status.DECIDED:
        return join(
            "You are welcome. If anything changes, or something new comes up, write it here.",
            f"In an emergency call {service.number}.",
        )
    if intent in {Intent.FORGET, Intent.JOKE}:
        return f"That is fine. If you need anything, write here at any time. In an emergency call {service.number}."
    return join(
        f"{_hello(service)} {_machine()}",
        f"Tell me in your own words what is wrong. In an emergency call {service.number} now.",
    )


def _first(turn: _Turn) -> Iterable[str]:
    """What answers the message itself, before anything about the case."""
    understood = turn.found.understood
    yield from change_lines(turn.case, understood)
    if understood.misread:
        yield "I could not read that as an answer, but it is kept for the nurse. Please choose one of the answers."
    if understood.adds and understood.question and not understood.asks:
        yield "I have added that to what the nurse will see."
    yield from _wished(turn)


def _wished(turn: _Turn) -> Iterable[str]:
    """Answers to what was asked of Bedside itself."""
    understood, open_question = turn.found.understood, turn.case.open_question
    match understood.intent:
        case Intent.EXPLAIN if open_question and understood.question:
            yield f"Why I ask: {open_question.why} If you can't tell, answer \u201cI don't know\u201d."
        case Intent.FORGET:
            kept = "I have not taken that as an answer. " if open_question else ""
            yield f"{kept}You don't have to answer any more questions. A nurse still sees what you have told me."
        case Intent.ERASE:
            yield erasure(turn.service)
        case Intent.JOKE:
            yield "All right. A nurse still sees what you wrote. If any of it is true, now or later, tell me."
        case Intent.WHO:
            yield f"{_hello(turn.service)} {_machine()}"
        case _:
            yield from _answered(turn)


def _middle(turn: _Turn) -> Iterable[str]:
    """Where the case stands, as far as it is with a nurse."""
    understood = turn.found.understood
    if turn.newly_with_nurse and understood.question:
        yield from _told_early(turn)
    elif understood.follow_up and turn.newly_with_nurse:
        yield f"I pass this on to a nurse, who knows what was decided. {turn.assessment.until_then or ''}".strip()
    elif turn.newly_with_nurse or (understood.question is None and turn.just_finished):
        yield from _concluded(turn)
    elif understood.question is None:
        yield from _with_nurse(turn)


def _last(turn: _Turn) -> Iterable[str]:
    """What leads to the question."""
    case, understood = turn.case, turn.found.understood
    if understood.question is None:
        return
    if not case.asked:
        yield from _about_whom(turn)
        yield 'Some questions, one at a time, show how urgent this is. You can always answer "I don\'t know".'
    elif understood.change and understood.change.after is None:
        yield "Here is the question again."
    elif case.open_question and understood.question.id == case.open_question.id:
        if not understood.misread:
            yield "My question is still open; the answer helps to tell how urgent this is."
    else:
        left = len(understood.result.questions)
        yield "One last question." if left <= 1 else f"{left} questions are left at most."


def _concluded(turn: _Turn) -> Iterable[str]:
    assessment = turn.assessment
    yield from _told_early(turn)
    yield bullets("Get help sooner than that:", assessment.safety_net)
    yield f"Level and advice: protocol {assessment.protocol.id}, version {assessment.protocol.version}."


def _told_early(turn: _Turn) -> Iterable[str]:
    assessment = turn.assessment
    stands = f"{_LEVELS[assessment.level or Level.URGENT]} {assessment.until_then or ''}".strip()
    if is_self_harm(assessment) and assessment.advice:
        warm, *rest = assessment.advice
        yield warm
        yield bullets("What can help now:", rest)
        yield stands
        return
    yield stands
    yield why(assessment)
    yield bullets("What to do now:", assessment.advice)


def _with_nurse(turn: _Turn) -> Iterable[str]:
    """A message after the questions: it is added, and what holds is said again, so that nobody has to scroll."""
    assessment, understood = turn.assessment, turn.found.understood
    level = assessment.level or Level.URGENT
    risen = turn.case.level is not None and level.rank < turn.case.level.rank
    if risen:
        yield from _concluded(turn)
        return
    if understood.talk and understood.intent is None:
        yield f"You are welcome. {_LEVELS[level]} {assessment.until_then or ''}".strip()
        return
    if not understood.talk and not understood.change:
        yield "The nurse sees this too."
    yield f"{_LEVELS[level]} {assessment.until_then or ''}".strip()
    yield bullets("Until then:", assessment.advice)
    yield bullets("Get help sooner than that:", assessment.safety_net[:_MOST_NETS])


def _answered(turn: _Turn) -> Iterable[str]:
    answer = turn.found.answer
    if answer.sentences:
        yield f"{_PHRASED if answer.phrased else _OWN_WORDS}\n{answer.text}"
        if answer.withheld:
            yield _WITHHELD
    elif turn.found.understood.asks and not turn.found.understood.follow_up:
        yield _NO_SOURCE


def _about_whom(turn: _Turn) -> Iterable[str]:
    record = turn.found.result.record
    who = _PEOPLE.get(record.subject)
    if who is not None:
        age = stated_age(record)
        years = f", {age_in_words(age)} old" if age is not None else ""
        yield f"I understand that this is about {who}{years}. If not, please tell me."


def _hello(service: Service) -> str:
    if service.name == "Bedside":
        return "Hello, this is Bedside."
    return f"Hello, this is Bedside, the assistant of {service.name}."


def _machine() -> str:
    return "I am a computer program; a nurse reads what you write and decides."
