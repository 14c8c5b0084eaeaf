"""Conversations and their messages. Whoever adds a message holds the conversation's row, so turns follow each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from bedside.care.assessment_tables import Assessment
from bedside.care.repository import assessments, conversations
from bedside.care.schemas import (
    MESSAGE_MAXIMUM,
    MESSAGES_MAXIMUM,
    AssessmentOut,
    Author,
    Citation,
    ConversationDetail,
    ConversationItem,
    ConversationOut,
    MessageOut,
    ReceivedMessage,
    StartConversation,
    Status,
    Transcript,
    Turn,
    UnfinishedTurn,
)
from bedside.care.service.patients import patient_for_account
from bedside.care.states import HANDED_OVER, UNDECIDED
from bedside.care.tables import Conversation, Message
from bedside.care.views import assessment_out, conversation_item, conversation_out, message_out
from bedside.kit.ids import new_id
from bedside.kit.paging import Page
from bedside.kit.text import clean_text
from bedside.platform.access.actor import Actor, Permission, Role
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, Conflict, Fault, Forbidden, NotFound, TooLarge
from bedside.triage.schemas import Question

ASSISTANT = Actor.system("assistant")
"""Writes replies and assessments, so that the audit names Bedside, not the patient, as their author."""

UNFINISHED_AFTER = timedelta(seconds=30)
"""A turn that took this long was broken off; the slowest reply is well below."""
_NOT_FOUND = "No such conversation."
_MOST_PATIENT_ORDINALS = MESSAGES_MAXIMUM * 2


async def start_conversation(
    ctx: Context, request: StartConversation, idempotency_key: str | None = None
) -> ConversationOut:
    """Begin a conversation for the signed-in patient; the same key again gives the same conversation.

    Raises BadInput when the key began a different one.
    """
    ctx.require(Permission.CONVERSE)
    ctx.purpose("conversation.begin")
    if ctx.actor.id is None:
        raise Forbidden("Sign in as a patient to talk to Bedside.")
    patient = await patient_for_account(ctx, ctx.actor.id, ctx.actor.name or "Patient")
    values = {
        "id": new_id(),
        "created_at": ctx.now(),
        "patient_id": patient.id,
        "account_id": ctx.actor.id,
        "about": request.about.value,
        "subject_age_years": request.age_years,
        "status": "open",
        "idempotency_key": idempotency_key,
        "last_ordinal": 0,
        "version": 1,
    }
    known = idempotency_key and await conversations.conversation_with_key(ctx, patient.id, idempotency_key)
    if not known and await conversations.insert_conversation(ctx, values):
        return conversation_out(await _conversation(ctx, values["id"]))  # type: ignore[arg-type]  # the id made above
    found = known or await conversations.conversation_with_key(ctx, patient.id, idempotency_key or "")
    if not found or (found.about, found.subject_age_years) != (request.about, request.age_years):
        raise BadInput("This Idempotency-Key began another conversation; use a new key.")
    return conversation_out(found)


async def receive_message(
    ctx: Context,
    conversation_id: UUID,
    text: str,
    idempotency_key: str | None = None,
    *,
    same_as: Sequence[str] = (),
) -> ReceivedMessage:
    """Store what the patient wrote, cleaned of what is invisible; the same key again gives the first message.

    ``same_as`` are other texts that the same message may have been stored with when it came with its key before.
    Raises NotFound for a conversation that is not the patient's, BadInput for text without words, TooLarge
    above 4,000 characters, Conflict when the conversation is closed or full.
    """
    ctx.require(Permission.CONVERSE)
    ctx.purpose("conversation.turn")
    if len(text) > MESSAGE_MAXIMUM:
        raise TooLarge(f"A message has at most {MESSAGE_MAXIMUM:,} characters; send the rest in another one.")
    cleaned = clean_text(text)
    if not cleaned:
        raise BadInput("The message is empty; write in words what is wrong.")
    conversation = await _conversation(ctx, conversation_id, lock=True)
    if idempotency_key:
        said = await conversations.messages_of(ctx, conversation_id)
        earlier = next((m for m in said if m.idempotency_key == idempotency_key), None)
        if earlier is not None:
            return await _received_before(ctx, earlier, {cleaned, *map(clean_text, same_as)})
    if conversation.status != "open":
        raise Conflict("This conversation is closed; begin a new one.")
    if conversation.last_ordinal >= _MOST_PATIENT_ORDINALS:
        raise Conflict(f"This conversation has {MESSAGES_MAXIMUM} messages, the most it can; begin a new one.")
    message = add_message(ctx, conversation, Author.PATIENT, cleaned, turn=Turn.RECEIVED, key=idempotency_key)
    return ReceivedMessage(message=message_out(message), is_new=True)


async def _received_before(ctx: Context, earlier: Message, texts: Collection[str]) -> ReceivedMessage:
    if earlier.text not in texts:
        raise BadInput("This Idempotency-Key was used with another message; use a new key.")
    reply = await conversations.reply_to(ctx, earlier) if earlier.turn == Turn.REPLIED else None
    latest = await assessments.latest(ctx, earlier.conversation_id) if reply else None
    return ReceivedMessage(
        message=message_out(earlier),
        is_new=False,
        finished_reply=message_out(reply) if reply else None,
        assessment=assessment_out(latest, ctx.settings) if latest else None,
    )


def add_message(
    ctx: Context,
    conversation: Conversation,
    author: Author,
    text: str,
    *,
    turn: Turn | None = None,
    key: str | None = None,
    citations: Sequence[Citation] = (),
    question: Question | None = None,
    in_reply_to: UUID | None = None,
    assessment_id: UUID | None = None,
) -> Message:
    """Add a message to a conversation whose row the caller has locked."""
    conversation.last_ordinal += 1
    conversation.last_message_at = ctx.now()
    by_clinician = author in {Author.NURSE, Author.PHYSICIAN}
    message = Message(
        id=new_id(),
        created_at=ctx.now(),
        conversation_id=conversation.id,
        patient_id=conversation.patient_id,
        ordinal=conversation.last_ordinal,
        author=author,
        author_id=ctx.actor.id,
        author_name=ctx.actor.name if by_clinician else None,
        text=text,
        citations=[citation.model_dump(mode="json") for citation in citations],
        question=question.model_dump(mode="json") if question else None,
        in_reply_to=in_reply_to,
        assessment_id=assessment_id,
        idempotency_key=key,
        turn=turn,
        retracted_at=None,
    )
    conversations.add_message(ctx, message)
    return message


def tell_of_message(ctx: Context, assessment: AssessmentOut | None) -> None:
    """Tell those who look at the case, if it is handed over, that its conversation goes on."""
    if assessment is not None and assessment.status in HANDED_OVER:
        ctx.notify("worklist", assessment_id=assessment.id)


async def tell_patient(ctx: Context, conversation_id: UUID) -> None:
    """Tell the patient's pages that their conversation, or where its case stands, has changed."""
    found = await conversations.conversation(ctx, conversation_id)
    if found is not None:
        ctx.notify("conversation", conversation_id=found.id, account_id=found.account_id)


async def store_reply(
    ctx: Context,
    conversation_id: UUID,
    in_reply_to: UUID,
    text: str,
    citations: Sequence[Citation] = (),
    question: Question | None = None,
) -> MessageOut:
    """Store the assistant's reply to a message and finish its turn, as ``ASSISTANT``.

    A message gets one reply: a second call (a recovery that overtook a slow turn) gives the first reply.
    Earlier messages that are still without one are finished with it. Raises NotFound.
    """
    require_assistant(ctx)
    ctx.purpose("conversation.turn")
    conversation = await _conversation(ctx, conversation_id, lock=True)
    if in_reply_to not in await conversations.mark_replied(ctx, conversation, in_reply_to):
        message = await conversations.message(ctx, conversation_id, in_reply_to)
        if message is None or message.turn is None:
            raise NotFound("No such message in this conversation.")
        earlier = await conversations.reply_to(ctx, message)
        if earlier is not None and earlier.in_reply_to == message.id:
            return message_out(earlier)
    reply = add_message(
        ctx, conversation, Author.ASSISTANT, text, citations=citations, question=question, in_reply_to=in_reply_to
    )
    ctx.notify("conversation", conversation_id=conversation.id, account_id=conversation.account_id)
    return message_out(reply)


async def transcript(ctx: Context, conversation_id: UUID, *, lock: bool = False) -> Transcript:
    """Return what the assistant rebuilds its state from; ``lock`` where a message follows. Raises NotFound."""
    ctx.purpose("conversation.turn")
    conversation = await _conversation(ctx, conversation_id, lock=lock)
    messages = await conversations.messages_of(ctx, conversation_id)
    latest = await assessments.latest(ctx, conversation_id)
    started = max((m.ordinal for m in messages if m.assessment_id is not None and m.retracted_at is None), default=0)
    case = [m for m in messages if m.ordinal > started or m.turn == Turn.RECEIVED]
    said = [m for m in case if m.author == Author.PATIENT]
    shown = {m.id: message_out(m) for m in messages}
    asked, open_question, answered_by = _questions([shown[m.id] for m in case])
    undecided = latest is not None and Status(latest.status) in UNDECIDED
    return Transcript(
        conversation=conversation_out(conversation),
        messages=list(shown.values()),
        utterances=[m.text for m in said],
        earlier_utterances=[m.text for m in messages if m.author == Author.PATIENT and m not in said],
        questions_asked=asked,
        open_question=open_question,
        answers=latest.answers if latest is not None and undecided else {},
        answered_by=answered_by,
        assessment=assessment_out(latest, ctx.settings) if latest else None,
    )


def _questions(messages: Sequence[MessageOut]) -> tuple[list[Question], Question | None, dict[UUID, Question]]:
    """Return the questions asked, the one still open, and which question each patient's message answered."""
    asked: list[Question] = []
    answered: dict[UUID, Question] = {}
    pending: Question | None = None
    for message in messages:
        if message.author == Author.ASSISTANT:
            pending = message.question
            asked += [pending] if pending else []
        elif message.author == Author.PATIENT and pending:
            answered[message.id], pending = pending, None
    return asked, pending, answered


async def conversation(ctx: Context, conversation_id: UUID) -> ConversationDetail:
    """Return a conversation with its messages and latest assessment, as its patient reads it. Raises NotFound."""
    ctx.require(Permission.VIEW_PATIENT_DATA)
    ctx.purpose("conversation.read")
    found = await _conversation(ctx, conversation_id)
    messages = await conversations.messages_of(ctx, conversation_id)
    latest: Assessment | None = await assessments.latest(ctx, conversation_id)
    return ConversationDetail(
        **conversation_out(found).model_dump(),
        messages=[message_out(message) for message in messages],
        assessment=assessment_out(latest, ctx.settings) if latest else None,
    )


async def conversations_of_me(ctx: Context, limit: int, after: str | None = None) -> Page[ConversationItem]:
    """Return the signed-in patient's conversations, newest first. Raises BadInput for a cursor that is none."""
    ctx.require(Permission.CONVERSE)
    ctx.purpose("conversation.list")
    if ctx.actor.id is None:
        return Page[ConversationItem](items=[])
    found = await conversations.conversations_of(ctx, ctx.actor.id, limit + 1, _cursor(after))
    shown = found[:limit]
    ids = [row.id for row in shown]
    first = await conversations.first_messages(ctx, ids)
    latest = await conversations.latest_assessments(ctx, ids)
    items = [conversation_item(row, first.get(row.id), latest.get(row.id)) for row in shown]
    return Page[ConversationItem](items=items, next=str(shown[-1].id) if len(found) > limit else None)


def _cursor(after: str | None) -> UUID | None:
    try:
        return UUID(after) if after else None
    except ValueError:
        raise BadInput("`after` is not a cursor that a list gave; leave it out for the first page.") from None


async def unfinished_turns(ctx: Context, *, limit: int = 100) -> list[UnfinishedTurn]:
    """Return turns that were broken in their middle, oldest first; Bedside itself asks, to finish them."""
    require_assistant(ctx)
    ctx.purpose("conversation.recover")
    rows = await conversations.unfinished(ctx, ctx.now() - UNFINISHED_AFTER, limit)
    return [
        UnfinishedTurn(
            conversation_id=talk.id, message_id=message.id, account_id=talk.account_id, received_at=message.created_at
        )
        for message, talk in rows
    ]


def require_assistant(ctx: Context) -> None:
    """Raise Fault unless Bedside itself acts: a patient's unit of work can't write in Bedside's name."""
    if ctx.actor.role is not Role.SYSTEM:
        raise Fault("Replies and assessments are written in a unit of work of care.service.ASSISTANT.")


async def _conversation(ctx: Context, conversation_id: UUID, *, lock: bool = False) -> Conversation:
    found = await conversations.conversation(ctx, conversation_id, lock=lock)
    if found is None:
        raise NotFound(_NOT_FOUND)
    return found
