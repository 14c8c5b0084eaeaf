"""The worklist's two queries: one page in order of urgency, and the counters. Both are one audited access."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Double, Text, and_, case, cast, extract, func, or_, select, tuple_

from bedside.care.assessment_tables import Assessment
from bedside.care.states import HANDED_OVER
from bedside.care.tables import Conversation, Patient
from bedside.care.targets import WARNING_SHARE
from bedside.care.worklist_schemas import WorklistFilters
from bedside.platform.access.context import Context
from bedside.triage.schemas import Level, Subject

ACCESS = "worklist.list"
DAYS_IN_YEAR = 365.2425
_UNKNOWN_RANK = len(Level)

_LEVEL = func.coalesce(Assessment.decided_level, Assessment.level)
_RANK = case({level.value: level.rank for level in Level}, value=_LEVEL, else_=_UNKNOWN_RANK)
_DUE = func.coalesce(Assessment.due_at, Assessment.created_at)
_AWAITED = Assessment.status.in_(HANDED_OVER)


@dataclass(frozen=True)
class Place:
    """Where a page ended: the order's three keys."""

    rank: int
    due: datetime
    id: UUID


def _age(now: datetime) -> ColumnElement[Any]:
    days = now.date() - Patient.birth_date  # date minus date is a number of days in PostgreSQL
    own = case((Conversation.about == Subject.SELF, cast(days, Double) / DAYS_IN_YEAR))
    return func.coalesce(Conversation.subject_age_years, own)


def _breached(now: datetime) -> ColumnElement[bool]:
    return and_(_AWAITED, Assessment.due_at <= now)


def _warning(now: datetime) -> ColumnElement[bool]:
    left, whole = (extract("epoch", Assessment.due_at - since) for since in (now, Assessment.handed_over_at))
    return and_(_AWAITED, left > 0, left <= whole * WARNING_SHARE)


async def page(ctx: Context, filters: WorklistFilters, limit: int, after: Place | None) -> Sequence[Any]:
    """Return up to ``limit`` cases: most urgent first, then the soonest due."""
    now = ctx.now()
    age = _age(now)
    query = (
        select(
            Assessment.id,
            Assessment.conversation_id,
            Assessment.patient_id,
            Patient.display_name,
            Conversation.about,
            age.label("age_years"),
            _LEVEL.label("level"),
            Assessment.status,
            Assessment.reasons[0]["text"].astext.label("summary"),
            Assessment.handed_over_at,
            Assessment.due_at,
            Assessment.created_at,
            Assessment.decided_at,
            _breached(now).label("breached"),
            _warning(now).label("warning"),
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
        .where(*_conditions(ctx, filters, now, age))
        .order_by(_RANK, _DUE, Assessment.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(_RANK, _DUE, Assessment.id) > tuple_(after.rank, after.due, after.id))
    return (await ctx.session.execute(query, execution_options={"access": ACCESS})).all()


def _conditions(
    ctx: Context, filters: WorklistFilters, now: datetime, age: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    conditions = _which(filters)
    if filters.level is not None:
        conditions.append(_LEVEL.in_([filters.level]))
    if filters.mine:
        conditions.append(Assessment.claimed_by == ctx.actor.id)
    if filters.breached:
        conditions.append(_breached(now))
    if filters.about is not None:
        conditions.append(Conversation.about == filters.about)
    if filters.age_from is not None:
        conditions.append(age >= filters.age_from)
    if filters.age_to is not None:
        conditions.append(age <= filters.age_to)
    if filters.for_physician is not None:
        conditions.append(Assessment.for_physician.is_(filters.for_physician))
    return conditions


def _which(filters: WorklistFilters) -> list[ColumnElement[bool]]:
    """Whoever names a case means it in any status; else, without a status, what awaits a decision."""
    conditions: list[ColumnElement[bool]] = []
    if filters.status is not None:
        conditions.append(Assessment.status == filters.status)
    elif filters.id is None:
        conditions.append(_AWAITED)
    if filters.id is not None:
        digits = func.replace(cast(Assessment.id, Text), "-", "")
        conditions.append(or_(digits.startswith(filters.id), digits.endswith(filters.id)))
    return conditions


async def counts(ctx: Context, *, access: str = ACCESS) -> Sequence[Any]:
    """Return, for each level and status of the worklist: how many, breached, in warning, the actor's own."""
    now = ctx.now()
    query = (
        select(
            Assessment.level,
            Assessment.status,
            func.count().label("total"),
            func.count().filter(_breached(now)).label("breached"),
            func.count().filter(_warning(now)).label("warning"),
            func.count().filter(Assessment.claimed_by == ctx.actor.id).label("mine"),
        )
        .where(_AWAITED)
        .group_by(Assessment.level, Assessment.status)
    )
    return (await ctx.session.execute(query, execution_options={"access": access})).all()
