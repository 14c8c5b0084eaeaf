"""The transcript as a case: what the patient said, what was asked and answered, and how a button is written down."""

from __future__ import annotations

from uuid import UUID

from bedside.assistant.intents import Intent, answer_to, answered_in, change_of, intent_of, question_to_change
from bedside.assistant.lines import NOT_REVIEWED
from bedside.assistant.reading import is_choice_alone
from bedside.assistant.schemas import SendMessage
from bedside.assistant.state import Case
from bedside.care.schemas import Author, MessageOut, Status, Transcript
from bedside.platform.errors import BadInput, NotFound
from bedside.triage.schemas import Question, Subject
from bedside.triage.service import Readings

_LONGEST_LABEL = 6
"""Words in the longest label of a choice; what is longer holds words of the patient too."""


def case_of(
    transcript: Transcript, message_id: UUID, explicit: tuple[str, str] | None, readings: Readings | None
) -> Case:
    """Return the case up to a message; ``explicit`` is a question's id and the choice given to it. Raises NotFound."""
    message = _message(transcript, message_id)
    stored = transcript.assessment
    undecided = stored is not None and stored.status in {Status.OPEN, Status.WAITING, Status.CLAIMED}
    about = transcript.conversation.about
    return Case(
        text=message.text,
        utterances=tuple(_own_words(transcript)),
        earlier=tuple(transcript.earlier_utterances),
        answers=_answers(transcript, message_id),
        open_question=transcript.answered_by.get(message_id),
        asked=tuple(transcript.questions_asked),
        explicit=explicit,
        subject=about if about is not Subject.SELF else None,
        age_years=transcript.conversation.age_years,
        level=stored.level if stored and undecided else None,
        status=stored.status if stored else None,
        decided_level=stored.level if stored and stored.status is Status.DECIDED else None,
        told_review=any(m.author is Author.ASSISTANT and NOT_REVIEWED in m.text for m in transcript.messages),
        readings=readings or Readings(),
    )


def _own_words(transcript: Transcript) -> list[str]:
    """The case's utterances; a bare choice holds no words of the patient, and would stay when it is changed.

    It is emptied, not left out: findings name their utterance by its number.
    """
    not_own = {m.text for m in transcript.messages if not _holds_own_words(m.text, transcript.answered_by.get(m.id))}
    return ["" if text in not_own else text for text in transcript.utterances]


def _holds_own_words(text: str, question: Question | None) -> bool:
    """Whether the words are the patient's, and not those of the question that they answer, take back or ask about."""
    named = answered_in(text)
    if named is not None:
        return len(named[1].split()) > _LONGEST_LABEL
    if question_to_change(text) is not None:
        return False
    if question is None:
        return True
    return not is_choice_alone(question, text) and intent_of(text, question.text) is not Intent.EXPLAIN


def _answers(transcript: Transcript, message_id: UUID) -> dict[str, str]:
    """The stored answers, and bare choices without a reply: their turn may have died before it stored them."""
    replied = max((m.ordinal for m in transcript.messages if m.author is Author.ASSISTANT), default=0)
    since = {
        question.id: choice.value
        for message in transcript.messages
        if message.ordinal > replied and message.id != message_id
        if (question := transcript.answered_by.get(message.id))
        for choice in question.choices
        if message.text.casefold() in (choice.value.casefold(), choice.label.casefold())
    }
    return {**transcript.answers, **since}


def _message(transcript: Transcript, message_id: UUID) -> MessageOut:
    found = next((m for m in transcript.messages if m.id == message_id), None)
    if found is None:
        raise NotFound("No such message in this conversation.")
    return found


def choice_in_words(transcript: Transcript, request: SendMessage) -> tuple[str, ...]:
    """Return the text that is stored for a button, and after it how the same press may have been stored before.

    Where it is not the open question's, the text names the question: a turn that is finished later must not take it
    for the open one's answer. A press that is sent again, because its answer was lost, finds its question no longer
    open. Raises BadInput for what was not asked or has no such choice.
    """
    wanted = request.change or request.question_id
    question = next((q for q in transcript.questions_asked if q.id == wanted), None)
    if question is None:
        if request.text:
            return (request.text,)
        raise BadInput("No such question has been asked here; send what `question` gave.")
    if request.change:
        return (change_of(question.text),)
    choice = next((c for c in question.choices if c.value == request.choice), None)
    if choice is None:
        raise BadInput("The choice is none of the question's; send one of its values.")
    is_open = transcript.open_question is not None and transcript.open_question.id == question.id
    said = request.text or choice.label
    return (said,) if is_open or answered_in(said) else (answer_to(question.text, said), said)
