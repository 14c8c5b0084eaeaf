"""Queries about patients, conversations and messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Uuid, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import aliased

from bedside.care.assessment_tables import Assessment
from bedside.care.schemas import Author, Turn
from bedside.care.states import HANDED_OVER
from bedside.care.tables import BreakGlassGrant, Conversation, Message, Patient
from bedside.platform.access.actor import CLINICIANS
from bedside.platform.access.context import Context

_LOCKED = "care.locked_conversations"
_MESSAGES = "care.messages_of_locked_conversations"

# Statements of every chat turn are made once: to make one and to walk it takes longer than to run it.
_ID: BindParameter[UUID] = bindparam("in_conversation", type_=Uuid())
_LOCK = select(Conversation).where(Conversation.id == _ID).with_for_update()
_SAID = select(Message).where(Message.conversation_id == _ID).order_by(Message.ordinal)
_ANSWERED = aliased(Message, name="answered")
_REPLIED_WITH = (
    update(Message)
    .where(
        Message.conversation_id == _ID,
        Message.turn == Turn.RECEIVED,
        Message.ordinal
        <= select(_ANSWERED.ordinal).where(_ANSWERED.id == bindparam("answered_id", type_=Uuid())).scalar_subquery(),
    )
    .values(turn=Turn.REPLIED)
    .returning(Message.id)
)


async def patient_of_account(ctx: Context, account_id: UUID) -> Patient | None:
    return (await ctx.session.execute(select(Patient).where(Patient.account_id == account_id))).scalar_one_or_none()


async def patient(ctx: Context, patient_id: UUID, *, lock: bool = False) -> Patient | None:
    query = select(Patient).where(Patient.id == patient_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await ctx.session.execute(query)).scalar_one_or_none()


async def insert_patient(ctx: Context, values: dict[str, Any]) -> bool:
    """Insert unless the account has its patient already; return whether it was inserted."""
    return await _insert_new(ctx, Patient, values, "patient.create")


async def insert_conversation(ctx: Context, values: dict[str, Any]) -> bool:
    """Insert unless the patient's idempotency key is taken; return whether it was inserted."""
    return await _insert_new(ctx, Conversation, values, "conversation.create")


async def _insert_new(ctx: Context, table: type[Patient | Conversation], values: dict[str, Any], access: str) -> bool:
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(table.id)
    inserted = (await ctx.session.execute(statement, execution_options={"access": access})).scalar_one_or_none()
    patient_id = values.get("patient_id", values["id"])
    content = {name: None if value is None else str(value) for name, value in values.items()}
    ctx.record(
        access,
        table.entity,
        ids=[values["id"]] if inserted else [],
        patients=[patient_id] if inserted else [],
        fields=values if inserted else [],
        content=content if inserted else None,
        outcome="success" if inserted else "failed",
    )
    return inserted is not None


async def conversation(ctx: Context, conversation_id: UUID, *, lock: bool = False) -> Conversation | None:
    """Return the conversation if the actor may see it; ``lock`` makes its turns follow each other.

    A unit of work reads and locks it once: a chat turn asks for it several times.
    """
    locked: dict[UUID, Conversation] = ctx.session.info.setdefault(_LOCKED, {})
    if conversation_id in locked:
        return locked[conversation_id]
    if not lock:
        return await ctx.session.get(Conversation, conversation_id)
    given = {"in_conversation": conversation_id}
    found = await ctx.session.execute(_LOCK, given, execution_options={"populate_existing": True})
    row = found.scalar_one_or_none()
    if row is not None:
        locked[conversation_id] = row
    return row


async def conversation_with_key(ctx: Context, patient_id: UUID, key: str) -> Conversation | None:
    query = select(Conversation).where(Conversation.patient_id == patient_id, Conversation.idempotency_key == key)
    return (await ctx.session.execute(query)).scalar_one_or_none()


async def conversations_of(ctx: Context, account_id: UUID, limit: int, before: UUID | None) -> Sequence[Conversation]:
    """Return an account's conversations, newest first: their ids sort by the time they were made."""
    query = select(Conversation).where(Conversation.account_id == account_id)
    if before is not None:
        query = query.where(Conversation.id < before)
    return (await ctx.session.execute(query.order_by(Conversation.id.desc()).limit(limit))).scalars().all()


async def messages_of(ctx: Context, conversation_id: UUID) -> Sequence[Message]:
    """Return a conversation's messages in order; once it is locked, nobody else adds any and one query is enough."""
    known: dict[UUID, list[Message]] = ctx.session.info.setdefault(_MESSAGES, {})
    if conversation_id in known:
        return known[conversation_id]
    found = list((await ctx.session.execute(_SAID, {"in_conversation": conversation_id})).scalars())
    if conversation_id in ctx.session.info.get(_LOCKED, {}):
        known[conversation_id] = found
    return found


def add_message(ctx: Context, message: Message) -> None:
    """Add a message to a conversation that this unit of work has locked."""
    ctx.session.add(message)
    known: dict[UUID, list[Message]] = ctx.session.info.get(_MESSAGES, {})
    if message.conversation_id in known:
        known[message.conversation_id].append(message)


async def first_messages(ctx: Context, conversation_ids: Sequence[UUID]) -> dict[UUID, Message]:
    """Return each conversation's first message of its patient."""
    query = (
        select(Message)
        .where(Message.conversation_id.in_(conversation_ids), Message.author == Author.PATIENT)
        .ext(distinct_on(Message.conversation_id))
        .order_by(Message.conversation_id, Message.ordinal)
    )
    return {found.conversation_id: found for found in (await ctx.session.execute(query)).scalars()}


async def messages_of_patient(ctx: Context, patient_id: UUID) -> Sequence[Message]:
    query = select(Message).where(Message.patient_id == patient_id).order_by(Message.id)
    return (await ctx.session.execute(query)).scalars().all()


async def reply_to(ctx: Context, message: Message) -> Message | None:
    """Return the assistant's reply to a message: its own, else the first that came after it."""
    query = (
        select(Message)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.author == Author.ASSISTANT,
            or_(Message.in_reply_to == message.id, Message.ordinal > message.ordinal),
        )
        .order_by((Message.in_reply_to == message.id).desc(), Message.ordinal)
        .limit(1)
    )
    return (await ctx.session.execute(query)).scalar_one_or_none()


async def message(ctx: Context, conversation_id: UUID, message_id: UUID) -> Message | None:
    query = select(Message).where(Message.id == message_id, Message.conversation_id == conversation_id)
    return (await ctx.session.execute(query)).scalar_one_or_none()


async def mark_replied(ctx: Context, conversation: Conversation, message_id: UUID) -> set[UUID]:
    """Mark a message and those before it as replied to; return which of them had no reply yet."""
    options = {"access": "message.update", "synchronize_session": False}
    given = {"in_conversation": conversation.id, "answered_id": message_id}
    marked = set((await ctx.session.execute(_REPLIED_WITH, given, execution_options=options)).scalars())
    ctx.record(
        "message.update",
        "message",
        ids=marked,
        patients=[conversation.patient_id],
        fields=["turn"],
        content={str(marked_id): {"turn": Turn.REPLIED.value} for marked_id in marked},
    )
    return marked


async def unfinished(ctx: Context, before: datetime, limit: int) -> Sequence[tuple[Message, Conversation]]:
    query = (
        select(Message, Conversation)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.turn == Turn.RECEIVED, Message.created_at < before)
        .order_by(Message.created_at)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in (await ctx.session.execute(query)).all()]


async def patients_by_grant(ctx: Context, patient_ids: set[UUID]) -> set[UUID]:
    """Return those of ``patient_ids`` whom the actor reaches by break-glass alone."""
    query = (
        select(BreakGlassGrant.patient_id)
        .join(Patient, Patient.id == BreakGlassGrant.patient_id)
        .where(
            BreakGlassGrant.grantee_id == ctx.actor.id,
            BreakGlassGrant.patient_id.in_(patient_ids),
            BreakGlassGrant.expires_at > func.now(),
        )
    )
    if ctx.actor.role in CLINICIANS:
        query = query.where(or_(Patient.in_care_until.is_(None), Patient.in_care_until <= func.now()))
    found = await ctx.session.execute(query, execution_options={"access": "break_glass.check"})
    return set(found.scalars())


async def patients_without_case(ctx: Context, in_care_until: datetime, limit: int) -> Sequence[Patient]:
    """Return, and lock, the patients in care until ``in_care_until`` of whom no case awaits a decision."""
    awaited = select(Assessment.id).where(Assessment.patient_id == Patient.id, Assessment.status.in_(HANDED_OVER))
    query = (
        select(Patient)
        .where(Patient.in_care_until == in_care_until, ~awaited.exists())
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await ctx.session.execute(query)).scalars().all()


async def latest_assessments(ctx: Context, conversation_ids: Sequence[UUID]) -> dict[UUID, Assessment]:
    """Return each conversation's newest assessment."""
    query = (
        select(Assessment)
        .where(Assessment.conversation_id.in_(conversation_ids))
        .ext(distinct_on(Assessment.conversation_id))
        .order_by(Assessment.conversation_id, Assessment.id.desc())
    )
    return {found.conversation_id: found for found in (await ctx.session.execute(query)).scalars()}
