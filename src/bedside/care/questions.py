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
    messages = list(messages)
    put = [Question.model_validate(m.question) for m in messages if m.author == Author.ASSISTANT and m.question]
    questions = {question.id: question for question in put}
    given = answering_messages(messages)
    asked = [_asked(question, answers.get(id_), given.get(id_)) for id_, question in questions.items()]
    ahead = [
        AskedQuestion(id=id_, text=id_, why="", answer=value, words=None, message_id=None, red_flag=False)
        for id_, value in answers.items()
        if id_ not in questions
    ]
    return asked + ahead


def answering_messages(messages: Iterable[Message]) -> dict[str, Message]:
    """Return the patient's message that came right after each question, the last one where it was asked again."""
    found: dict[str, Message] = {}
    pending: str | None = None
    for message in messages:
        if message.author == Author.ASSISTANT:
            pending = Question.model_validate(message.question).id if message.question else None
        elif message.author == Author.PATIENT and pending:
            found[pending], pending = message, None
    return found


def _asked(question: Question, value: str | None, given: Message | None) -> AskedQuestion:
    labels = {choice.value: choice.label for choice in question.choices}
    return AskedQuestion(
        id=question.id,
        text=question.text,
        why=question.why,
        answer=None if value is None else labels.get(value, value),
        words=given.text if given else None,
        message_id=given.id if given else None,
        red_flag=question.red_flag,
    )


def labels_in(findings: Sequence[Finding], state: State) -> list[str]:
    """Return the labels of what is in ``state``, each once; what is also said to be present is left out."""
    present = {finding.id for finding in findings if finding.state is State.PRESENT}
    return list(dict.fromkeys(f.label for f in findings if f.state is state and f.id not in present))


def deciding_first(reasons: Iterable[Reason]) -> list[Reason]:
    """Return the reasons of the most urgent level first, else in the order that triage gave them."""
    return sorted(reasons, key=lambda reason: reason.level.rank)
