"""Queries about assessments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, not_, or_, select, true, update

from bedside.care.assessment_tables import Assessment, AssessmentEvent, Note
from bedside.care.schemas import Event, Status
from bedside.care.states import HANDED_OVER, UNDECIDED, next_status, sources
from bedside.care.tables import Conversation, Message
from bedside.platform.access.actor import Role
from bedside.platform.access.context import Context

# Statements of every chat turn are made once: to make one and to walk it takes longer than to run it.
_OF_CONVERSATION = Assessment.conversation_id == bindparam("in_conversation", type_=Uuid())
_LATEST = select(Assessment).where(_OF_CONVERSATION).order_by(Assessment.id.desc()).limit(1)
_UNDECIDED = select(Assessment).where(_OF_CONVERSATION, Assessment.status.in_(UNDECIDED)).with_for_update()


async def assessment(ctx: Context, assessment_id: UUID, *, lock: bool = False) -> Assessment | None:
    query = select(Assessment).where(Assessment.id == assessment_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await ctx.session.execute(query)).scalar_one_or_none()


async def undecided(ctx: Context, conversation_id: UUID) -> Assessment | None:
    """Return, and lock, the conversation's assessment that still takes answers."""
    given = {"in_conversation": conversation_id}
    found = await ctx.session.execute(_UNDECIDED, given, execution_options={"populate_existing": True})
    return found.scalar_one_or_none()


async def latest(ctx: Context, conversation_id: UUID) -> Assessment | None:
    return (await ctx.session.execute(_LATEST, {"in_conversation": conversation_id})).scalar_one_or_none()


async def of_patient(ctx: Context, patient_id: UUID) -> Sequence[Assessment]:
    query = select(Assessment).where(Assessment.patient_id == patient_id).order_by(Assessment.id.desc())
    return (await ctx.session.execute(query)).scalars().all()


async def has_undecided(ctx: Context, patient_id: UUID, besides: UUID) -> bool:
    """Tell whether the patient has another case that was handed over and awaits its decision."""
    query = (
        select(Assessment)
        .where(Assessment.patient_id == patient_id, Assessment.id != besides, Assessment.status.in_(HANDED_OVER))
        .limit(1)
    )
    return (await ctx.session.execute(query)).scalar_one_or_none() is not None


async def claim(ctx: Context, assessment_id: UUID, name: str) -> UUID | None:
    """Claim by one conditional UPDATE, so that of many at once one wins; return the patient's id, or None."""
    for_actor = true() if ctx.actor.role is Role.PHYSICIAN else not_(Assessment.for_physician)
    (waiting,) = sources(Event.CLAIM)
    statement = (
        update(Assessment)
        .where(Assessment.id == assessment_id, Assessment.status == waiting, for_actor)
        .values(
            status=next_status(waiting, Event.CLAIM),
            claimed_by=ctx.actor.id,
            claimed_by_name=name,
            claimed_at=ctx.now(),
            version=Assessment.version + 1,
        )
        .returning(Assessment.patient_id)
    )
    options = {"access": "assessment.claim", "synchronize_session": False}
    return (await ctx.session.execute(statement, execution_options=options)).scalar_one_or_none()


async def history(ctx: Context, assessment_id: UUID) -> Sequence[AssessmentEvent]:
    query = select(AssessmentEvent).where(AssessmentEvent.assessment_id == assessment_id).order_by(AssessmentEvent.id)
    return (await ctx.session.execute(query)).scalars().all()


async def notes(ctx: Context, assessment_id: UUID) -> Sequence[Note]:
    query = select(Note).where(Note.assessment_id == assessment_id).order_by(Note.id)
    return (await ctx.session.execute(query)).scalars().all()


async def decision_message(ctx: Context, assessment_id: UUID) -> Message | None:
    """Return the reply that went out with a decision and was not taken back."""
    query = select(Message).where(Message.assessment_id == assessment_id, Message.retracted_at.is_(None))
    return (await ctx.session.execute(query)).scalar_one_or_none()


async def newly_breached(ctx: Context, now: datetime, limit: int) -> Sequence[Assessment]:
    """Return, and lock, the cases over their target of which nobody has been told yet."""
    query = (
        select(Assessment)
        .where(Assessment.status.in_(HANDED_OVER), Assessment.due_at <= now, Assessment.breach_notified_at.is_(None))
        .order_by(Assessment.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await ctx.session.execute(query)).scalars().all()


async def mark_breached(ctx: Context, found: Sequence[Assessment]) -> None:
    """Note that a breach was told. The version stays: what clinicians have read has not changed."""
    ids = [assessment.id for assessment in found]
    statement = update(Assessment).where(Assessment.id.in_(ids)).values(breach_notified_at=ctx.now())
    options = {"access": "assessment.breach", "synchronize_session": False}
    await ctx.session.execute(statement, execution_options=options)
    patients = [assessment.patient_id for assessment in found]
    ctx.record("assessment.breach", "assessment", ids=ids, patients=patients, fields=["breach_notified_at"])


async def lapsed(ctx: Context, claimed_before: datetime, limit: int) -> Sequence[Assessment]:
    """Return, and lock, the cases that somebody claimed and then left."""
    query = (
        select(Assessment)
        .where(
            Assessment.status == Status.CLAIMED,
            or_(Assessment.claimed_at < claimed_before, Assessment.claimed_at.is_(None)),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await ctx.session.execute(query)).scalars().all()


async def abandoned(ctx: Context, silent_since: datetime, limit: int) -> Sequence[Assessment]:
    """Return, and lock, the cases that still have open questions and whose patient has long said nothing."""
    query = (
        select(Assessment)
        .join(Conversation, Conversation.id == Assessment.conversation_id)
        .where(Assessment.status == Status.OPEN, Conversation.last_message_at < silent_since)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Assessment)
    )
    return (await ctx.session.execute(query)).scalars().all()
