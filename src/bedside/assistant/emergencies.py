"""Replies in an emergency: what to do first, in few words; to somebody who thinks of dying, warmth first."""

from __future__ import annotations

from collections.abc import Iterable

from bedside.assistant.intents import Intent
from bedside.assistant.lines import Service, bullets, change_lines, erasure, foreign_lines, is_self_harm, why
from bedside.assistant.state import Case, Finding
from bedside.care.schemas import AssessmentOut
from bedside.triage.schemas import Level


def emergency_text(case: Case, found: Finding, assessment: AssessmentOut, service: Service) -> Iterable[str]:
    """Yield the paragraphs of the reply."""
    again = case.level is Level.EMERGENCY and case.handed_over
    yield from foreign_lines(found.understood.foreign, service.number)
    if is_self_harm(assessment):
        yield from _crisis_again(case, found, assessment, service) if again else _crisis(assessment, service)
    elif again:
        yield from _again(case, found, assessment, service)
    else:
        yield from _first(case, found, assessment, service)


def _first(case: Case, found: Finding, assessment: AssessmentOut, service: Service) -> Iterable[str]:
    yield f"This may be an emergency. Call {service.number} now."
    yield bullets("What to do now:", assessment.advice)
    yield why(assessment)
    yield f"A nurse has been told and sees your case first. Do not wait for the answer here: call {service.number}."
    asked = case.open_question
    if asked is not None and not found.understood.adds and asked.id in found.understood.answers:
        yield (
            f"You answered \u201c{case.text}\u201d to \u201c{asked.text}\u201d. "
            "If that is not right, write \u201cchange my answer\u201d."
        )
    yield f"Level and advice: protocol {assessment.protocol.id}, version {assessment.protocol.version}."


def _again(case: Case, found: Finding, assessment: AssessmentOut, service: Service) -> Iterable[str]:
    yield f"This still counts as an emergency: call {service.number} now. Do not wait for an answer here."
    yield from change_lines(case, found.understood)
    if case.open_question and case.open_question.id in found.understood.answers and not found.understood.talk:
        yield "Your answer is noted. Only a nurse makes a case less urgent."
    if found.understood.intent is Intent.JOKE:
        yield "A nurse still looks at what you wrote before. If any of it is true, please call."
    yield bullets("What to do now:", assessment.advice)
    if found.understood.intent is Intent.ERASE:
        yield erasure(service)
    if found.understood.asks:
        yield "The nurse sees your question. I do not look up anything else while this is an emergency."
    elif not found.understood.talk:
        yield "The nurse sees this too."


def _crisis(assessment: AssessmentOut, service: Service) -> Iterable[str]:
    """The protocol's first line is the warm one; what it rests on is for the nurse to read, not for them."""
    warm, *rest = assessment.advice or ["You are not alone with this."]
    yield warm
    yield f"Please talk to somebody now: call {service.crisis}, or {service.number}."
    yield bullets("Until somebody is with you:", rest)
    yield "A nurse has been told and reads your words first. You can go on writing to me here."
    yield f"Advice: protocol {assessment.protocol.id}, version {assessment.protocol.version}."


def _crisis_again(case: Case, found: Finding, assessment: AssessmentOut, service: Service) -> Iterable[str]:
    if found.understood.intent is Intent.JOKE:
        yield "I am glad if you are safe. I can't tell from here, so a nurse still reads what you wrote."
        yield f"If any of it is true, now or later, you can call {service.crisis} or {service.number} at any hour."
        return
    yield from change_lines(case, found.understood)
    if found.understood.intent is Intent.ERASE:
        yield erasure(service)
    yield "I am still here, and a nurse sees what you write."
    yield f"Please do not stay alone with this: call {service.crisis} or {service.number}, or go to somebody you trust."
    if not found.understood.talk:
        yield bullets("What can help now:", assessment.advice[1:])
