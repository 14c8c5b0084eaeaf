"""Which answers the case has after a message: the open question's, one that was changed, one that was taken back."""

from __future__ import annotations

from dataclasses import dataclass

from bedside.assistant import reading
from bedside.assistant.intents import Intent, answered_in, intent_of, meant, question_to_change
from bedside.assistant.languages import foreign_language
from bedside.assistant.state import Case, Change
from bedside.assistant.terms import tokens
from bedside.platform.errors import BadInput
from bedside.triage import service as triage
from bedside.triage.schemas import Question, TriageInput, TriageResult

MOST_TRIES = 3
"""How often a question is asked before an answer that can't be read counts as "I don't know"."""


@dataclass(frozen=True, slots=True)
class Answered:
    """All answers with this message's own, the triage of everything, whether the open question was left unanswered."""

    answers: dict[str, str]
    result: TriageResult
    misread: bool = False
    change: Change | None = None
    intent: Intent | None = None


def answer(case: Case) -> Answered:
    """Read the message against what was asked, and decide on everything said so far.

    Raises BadInput when a choice answers a question that no protocol asks or does not have.
    """
    explicit = case.explicit or _named(case)
    if explicit:
        return _explicitly(case, *explicit)
    intent = intent_of(case.text, case.open_question.text if case.open_question else "")
    if intent is Intent.BACK:
        return _taken_back(case)
    if intent is Intent.MEANT:
        return _meant(case, meant(case.text) or "")
    answers = dict(case.answers)
    if intent is not None or case.open_question is None:
        return Answered(answers, assess(case, answers), intent=intent)
    return _in_words(case, case.open_question, answers)


def assess(case: Case, answers: dict[str, str], keep: str | None = None) -> TriageResult:
    """Decide. Answers to questions that newer protocols no longer ask are left out, but for the one in ``keep``."""
    try:
        said = TriageInput(
            utterances=list(case.utterances), answers=answers, subject=case.subject, age_years=case.age_years
        )
        return triage.assess(said, readings=case.readings)
    except BadInput as error:
        gone = error.extra.get("question")
        if gone is None or gone == keep or gone not in answers:
            raise
        return assess(case, {k: v for k, v in answers.items() if k != gone}, keep)


def _in_words(case: Case, asked: Question, answers: dict[str, str]) -> Answered:
    choice = reading.match_choice(asked, case.text)
    if choice is None and _may_answer(case.text):
        # Triage knows more ways of saying an answer than the labels; what it can't read stays unanswered.
        tried = assess(case, {**answers, asked.id: case.text})
        read = tried.record.answered.get(asked.id, reading.UNKNOWN)
        choice = read if read != reading.UNKNOWN else None
    if choice is None and sum(q.id == asked.id for q in case.asked) >= MOST_TRIES:
        choice = reading.UNKNOWN
    if choice is None:
        return Answered(answers, assess(case, answers), misread=True)
    answers[asked.id] = choice
    return Answered(answers, assess(case, answers))


def _may_answer(text: str) -> bool:
    """Whether words may be an answer in English: "no entiendo" is no "no"."""
    return len(tokens(text)) == 1 or foreign_language(text) is None


def _named(case: Case) -> tuple[str, str] | None:
    """The question and choice that the message itself names: a turn may have died after it was stored."""
    text, said = answered_in(case.text) or ("", "")
    question = next((q for q in case.asked if q.text == text), None)
    choice = reading.match_choice(question, said) if question else None
    return (question.id, choice) if question and choice else None


def _explicitly(case: Case, question_id: str, choice: str) -> Answered:
    answers = {**case.answers, question_id: choice}
    result = assess(case, answers, keep=question_id)
    known = _question(case, question_id)
    if known is not None and choice not in {c.value for c in known.choices}:
        raise BadInput("The choice is none of the question's; send one of its values.")
    before = case.answers.get(question_id)
    changed = known is not None and before is not None and before != choice
    return Answered(answers, result, change=_change(known, before, choice) if changed else None)


def _taken_back(case: Case) -> Answered:
    """Ask again what the message names, else what was answered last; with nothing answered yet, nothing changes."""
    named = question_to_change(case.text)
    asked = _last_answered(case) if named is None else next((q for q in case.asked if q.text == named), None)
    answers = dict(case.answers)
    before = answers.pop(asked.id, None) if asked else None
    change = _change(asked, before, None)
    return Answered(answers, assess(case, answers), change=change, intent=Intent.BACK)


def _meant(case: Case, value: str) -> Answered:
    """What was meant is about the answer before; where there is none yet, it answers the open question."""
    last = _last_answered(case) or case.open_question
    if last is None or value not in {choice.value for choice in last.choices}:
        return _taken_back(case)
    answers = {**case.answers, last.id: value}
    before = case.answers.get(last.id)
    change = _change(last, before, value) if before != value else None
    return Answered(answers, assess(case, answers), change=change, intent=Intent.MEANT)


def _change(question: Question | None, before: str | None, after: str | None) -> Change | None:
    if question is None or before is None:
        return None
    return Change(question, _label(question, before) or before, _label(question, after))


def _label(question: Question, value: str | None) -> str | None:
    return next((choice.label for choice in question.choices if choice.value == value), None)


def _question(case: Case, question_id: str) -> Question | None:
    return next((q for q in case.asked if q.id == question_id), None)


def _last_answered(case: Case) -> Question | None:
    return next((q for q in reversed(case.asked) if q.id in case.answers), None)
