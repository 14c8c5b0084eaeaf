"""Pieces of replies, which emergencies and all else share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bedside.assistant.intents import Intent
from bedside.assistant.languages import UNKNOWN, Language
from bedside.assistant.state import Case, Understood
from bedside.care.schemas import AssessmentOut

NOT_REVIEWED = (
    "My questions and advice come from public guidance. No clinician has reviewed them yet; a nurse checks every case."
)
"""Said once in each conversation, as long as it is true."""
_MAX_REASONS = 3
_SELF_HARM = "self-harm."


@dataclass(frozen=True, slots=True)
class Service:
    """What replies say about the place that runs Bedside."""

    name: str
    number: str
    crisis_line: str | None = None

    @property
    def crisis(self) -> str:
        """Whom to call who thinks of ending their life."""
        return f"the crisis line {self.crisis_line}" if self.crisis_line else "a crisis line"


def foreign_lines(language: Language | None, number: str) -> Iterable[str]:
    """Tell somebody who does not write English that a nurse reads it, in their language where it is known."""
    if language is None:
        return
    if language is UNKNOWN:
        yield (
            "I can't read this: I understand English only. A nurse sees your words at once, as you wrote them. "
            f"In an emergency call {number} now. If you can, write it again in English."
        )
        return
    yield language.line.replace("{number}", number)
    yield (
        f"(I read English only. A nurse sees your words at once, as you wrote them. In an emergency call {number} now. "
        "If you can, write in English too.)"
    )


def change_lines(case: Case, understood: Understood) -> Iterable[str]:
    """Say which answer was changed or taken back."""
    change = understood.change
    if change is None:
        if understood.intent is Intent.BACK:
            yield "There is no answer to take back yet."
        return
    if change.after is None:
        yield f"I have taken back your answer \u201c{change.before}\u201d to \u201c{change.question.text}\u201d."
    else:
        yield (
            f"I have changed your answer to \u201c{change.question.text}\u201d from \u201c{change.before}\u201d "
            f"to \u201c{change.after}\u201d."
        )
    if case.handed_over:
        yield "The nurse sees both answers. Only a nurse makes a case less urgent."


def is_self_harm(assessment: AssessmentOut) -> bool:
    """Whether the level rests on self-harm or thoughts of dying: warmth comes first then."""
    return any(reason.deciding and reason.rule.startswith(_SELF_HARM) for reason in assessment.reasons)


def erasure(service: Service) -> str:
    """Say how data is deleted: not by a program that a frightened person may have misread."""
    who = "the service that runs Bedside for you" if service.name == "Bedside" else service.name
    return join(
        f"I can't delete anything from here. To have your data deleted, ask {who}: say that you want what Bedside "
        "keeps about you erased. They tell you when it is done, and whether the law makes them keep a medical record.",
        "Until then only you, and those who care for you, can read it.",
    )


def why(assessment: AssessmentOut) -> str:
    """Say what decided the level."""
    return bullets("Why:", [reason.text for reason in assessment.reasons if reason.deciding][:_MAX_REASONS])


def bullets(title: str, lines: Iterable[str]) -> str:
    shown = "\n".join(f"- {line}" for line in lines)
    return f"{title}\n{shown}" if shown else ""


def join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
