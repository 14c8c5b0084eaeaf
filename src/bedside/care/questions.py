"""What a case's patient was asked, and what they answered: a nurse must not have to guess what a "No" belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from bedside.care.schemas import AskedQuestion, Author
from bedside.care.tables import Message
from bedside.triage.schemas import Finding, Question, Reason, State


def messages_of_case(messages: Sequence[Message], assessment_id: UUID) -> list[Message]:
    """Return the messages that led to this assessment: each case of a conversation ends with its decision."""
    found: list[Message] = []
    for message in messages:
        if message.assessment_id is None or message.retracted_at is not None:
            found.append(message)
        elif message.assessment_id == assessment_id:
            break
        else:
            found = []
    return found


def asked_questions(messages: Iterable[Message], answers: Mapping[str, str]) -> list[AskedQuestion]:
    """Return the questions put to the patient, in order, each with its answer; one asked again stands once.

    ``answers`` maps a question's id to a choice's value, as triage counts it. An answer to a question that
    no message asked (a client may answer ahead) comes last, under the question's id.
    """
    questions: dict[str, Question] = {}
    words: dict[str, str] = {}
    pending: str | None = None
    for message in messages:
        if message.author == Author.ASSISTANT:
            question = Question.model_validate(message.question) if message.question else None
            pending = question.id if question else None
            if question:
                questions[question.id] = question
        elif message.author == Author.PATIENT and pending:
            words[pending], pending = message.text, None
    asked = [_asked(question, answers.get(id_), words.get(id_)) for id_, question in questions.items()]
    ahead = [
        AskedQuestion(id=id_, text=id_, answer=value, words=None, red_flag=False)
        for id_, value in answers.items()
        if id_ not in questions
    ]
    return asked + ahead


def _asked(question: Question, value: str | None, words: str | None) -> AskedQuestion:
    labels = {choice.value: choice.label for choice in question.choices}
    answer = None if value is None else labels.get(value, value)
    return AskedQuestion(id=question.id, text=question.text, answer=answer, words=words, red_flag=question.red_flag)


def labels_in(findings: Sequence[Finding], state: State) -> list[str]:
    """Return the labels of what is in ``state``, each once; what is also said to be present is left out."""
    present = {finding.id for finding in findings if finding.state is State.PRESENT}
    return list(dict.fromkeys(f.label for f in findings if f.state is state and f.id not in present))


def deciding_first(reasons: Iterable[Reason]) -> list[Reason]:
    """Return the reasons of the most urgent level first, else in the order that triage gave them."""
    return sorted(reasons, key=lambda reason: reason.level.rank)
