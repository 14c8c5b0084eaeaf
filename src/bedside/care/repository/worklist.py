"""The worklist's two queries: one page in order of urgency, and the counters. Both are one audited access."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import aliased

from bedside.care.assessment_tables import Assessment
from bedside.care.repository.worklist_conditions import (
    AWAITED,
    LEVEL,
    age_in_years,
    breached,
    conditions,
    counted,
    warning,
)
from bedside.care.schemas import Author
from bedside.care.tables import Conversation, Message, Patient
from bedside.care.worklist_schemas import WorklistFilters
from bedside.platform.access.context import Context
from bedside.triage.schemas import Level

ACCESS = "worklist.list"
COMPLAINT_LONGEST = 200
"""How much of a case's first message the worklist shows, in characters."""
_UNKNOWN_RANK = len(Level)

_RANK = case({level.value: level.rank for level in Level}, value=LEVEL, else_=_UNKNOWN_RANK)
_DUE = func.coalesce(Assessment.due_at, Assessment.created_at)


def _complaint() -> Any:
    """How the case's first message begins. Each earlier case of the conversation ended with its decision's reply."""
    decision = aliased(Message)
    ended = (
        select(func.max(decision.ordinal))
        .where(
            decision.conversation_id == Assessment.conversation_id,
            decision.assessment_id < Assessment.id,  # UUIDv7: an earlier case has a smaller id
            decision.retracted_at.is_(None),
        )
        .correlate(Assessment)
        .scalar_subquery()
    )
    return (
        # More than is shown, for what is cut at a word and has its white space folded.
        select(func.left(Message.text, 2 * COMPLAINT_LONGEST))
        .where(
            Message.conversation_id == Assessment.conversation_id,
            Message.author == Author.PATIENT,
            Message.ordinal > func.coalesce(ended, 0),
        )
        .order_by(Message.ordinal)
        .limit(1)
        .correlate(Assessment)
        .scalar_subquery()
    )


_COMPLAINT = _complaint()


@dataclass(frozen=True)
class Place:
    """Where a page ended: the order's three keys."""

    rank: int
    due: datetime
    id: UUID


async def page(ctx: Context, filters: WorklistFilters, limit: int, after: Place | None) -> Sequence[Any]:
    """Return up to ``limit`` cases: most urgent first, then the soonest due."""
    now = ctx.now()
    query = (
        select(
            Assessment.id,
            Assessment.conversation_id,
            Assessment.patient_id,
            Patient.display_name,
            Conversation.about,
            age_in_years(now).label("age_years"),
            LEVEL.label("level"),
            Assessment.status,
            Assessment.reasons[0]["text"].astext.label("summary"),
            _COMPLAINT.label("complaint"),
            Assessment.handed_over_at,
            Assessment.due_at,
            Assessment.created_at,
            Assessment.decided_at,
            breached(now).label("breached"),
            warning(now).label("warning"),
            Assessment.for_physician,
            Assessment.nurse_review,
            Assessment.claimed_by,
            Assessment.claimed_by_name,
            Assessment.version,
            _RANK.label("rank"),
            _DUE.label("due"),
        )
        .join(Patient, Patient.id == Assessment.patient_id)
        .join(Conversation, Conversation.id == Assessment.conversation_id)
        .where(*conditions(ctx, filters))
        .order_by(_RANK, _DUE, Assessment.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(_RANK, _DUE, Assessment.id) > tuple_(after.rank, after.due, after.id))
    return (await ctx.session.execute(query, execution_options={"access": ACCESS})).all()


async def counts(ctx: Context) -> Sequence[Any]:
    """Return, for each level and status of the worklist: ``total`` and each of ``worklist_conditions.counted``."""
    columns = [func.count().filter(condition).label(name) for name, condition in counted(ctx).items()]
    query = (
        select(Assessment.level, Assessment.status, func.count().label("total"), *columns)
        .join(Patient, Patient.id == Assessment.patient_id)
        .join(Conversation, Conversation.id == Assessment.conversation_id)
        .where(AWAITED)
        .group_by(Assessment.level, Assessment.status)
    )
    return (await ctx.session.execute(query, execution_options={"access": ACCESS})).all()


async def levels(ctx: Context) -> Sequence[Any]:
    """Return how many cases of each level await a decision."""
    query = select(Assessment.level, func.count().label("total")).where(AWAITED).group_by(Assessment.level)
    return (await ctx.session.execute(query, execution_options={"access": "worklist.count"})).all()
