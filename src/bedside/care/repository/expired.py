"""Conversations that are older than a setting says. Row-level security keeps what a legal hold covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, and_, delete, exists, false, func, not_, or_, select

from bedside.care.assessment_tables import Assessment, AssessmentEvent, Note
from bedside.care.schemas import Status
from bedside.care.tables import Conversation, Message, Patient
from bedside.platform.access.context import Context

ACCESS = "conversation.forget"
_OPTIONS = {"access": ACCESS, "synchronize_session": False}


@dataclass(frozen=True)
class Expired:
    """One conversation to delete."""

    id: UUID
    patient_id: UUID


def _expired(before: datetime) -> ColumnElement[bool]:
    """Return the condition: nothing was said, noted or decided since then, nobody has yet to decide, no hold."""
    of_case = Assessment.conversation_id == Conversation.id
    waits = Assessment.status.in_([Status.WAITING, Status.CLAIMED])
    since = [
        exists().where(of_case, or_(Assessment.created_at >= before, waits)),
        exists().where(of_case, AssessmentEvent.assessment_id == Assessment.id, AssessmentEvent.created_at >= before),
        exists().where(of_case, Note.assessment_id == Assessment.id, Note.created_at >= before),
        exists().where(Message.conversation_id == Conversation.id, Message.created_at >= before),
    ]
    # Samples are invented people, whom a hold on everything does not mean.
    real = exists().where(Patient.id == Conversation.patient_id, Patient.is_sample == false())
    held = and_(func.record_is_held(Conversation.patient_id, type_=Boolean), real)
    return and_(Conversation.created_at < before, not_(or_(*since)), not_(held))


async def count(ctx: Context, before: datetime) -> int:
    """Return how many conversations are expired."""
    query = select(func.count()).select_from(Conversation).where(_expired(before))
    return (await ctx.session.execute(query, execution_options=_OPTIONS)).scalar_one()


async def choose(ctx: Context, before: datetime, limit: int) -> list[Expired]:
    """Return at most ``limit`` expired conversations, locked: nobody adds to them meanwhile."""
    query = (
        select(Conversation.id, Conversation.patient_id)
        .where(_expired(before))
        .order_by(Conversation.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Expired(*row) for row in (await ctx.session.execute(query, execution_options=_OPTIONS)).all()]


async def delete_all(ctx: Context, conversation_ids: Sequence[UUID]) -> list[UUID]:
    """Delete these conversations with everything in them; return those that are gone."""
    of_them = select(Assessment.id).where(Assessment.conversation_id.in_(conversation_ids))
    # In this order no row is deleted while another points to it.
    steps: tuple[tuple[type[Any], ColumnElement[bool]], ...] = (
        (Note, Note.assessment_id.in_(of_them)),
        (AssessmentEvent, AssessmentEvent.assessment_id.in_(of_them)),
        (Message, Message.conversation_id.in_(conversation_ids)),
        (Assessment, Assessment.conversation_id.in_(conversation_ids)),
    )
    for table, condition in steps:
        await ctx.session.execute(delete(table).where(condition), execution_options=_OPTIONS)
    statement = delete(Conversation).where(Conversation.id.in_(conversation_ids)).returning(Conversation.id)
    return list((await ctx.session.execute(statement, execution_options=_OPTIONS)).scalars())
