"""What the worklist's filters and counters mean, as conditions on its rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Double, Text, and_, case, cast, extract, func, or_

from bedside.care.assessment_tables import Assessment
from bedside.care.schemas import Status
from bedside.care.states import HANDED_OVER
from bedside.care.tables import Conversation, Patient
from bedside.care.targets import WARNING_SHARE
from bedside.care.worklist_schemas import WAITING_HOURS, AgeBand, WorklistFilters
from bedside.platform.access.context import Context
from bedside.triage.schemas import Level, Subject

DAYS_IN_YEAR = 365.2425
ADULT_YEARS = 16
"""Triage takes those under 16 years as children."""
OLDER_YEARS = 65

LEVEL = func.coalesce(Assessment.decided_level, Assessment.level)
_FLAGS = frozenset({"mine", "breached"})
AWAITED = Assessment.status.in_(HANDED_OVER)


def age_in_years(now: datetime) -> ColumnElement[Any]:
    """The age of whom the case is about; NULL where nobody said it."""
    days = now.date() - Patient.birth_date  # date minus date is a number of days in PostgreSQL
    own = case((Conversation.about == Subject.SELF, cast(days, Double) / DAYS_IN_YEAR))
    return func.coalesce(Conversation.subject_age_years, own)


def breached(now: datetime) -> ColumnElement[bool]:
    return and_(AWAITED, Assessment.due_at <= now)


def warning(now: datetime) -> ColumnElement[bool]:
    left, whole = (extract("epoch", Assessment.due_at - since) for since in (now, Assessment.handed_over_at))
    return and_(AWAITED, left > 0, left <= whole * WARNING_SHARE)


def conditions(ctx: Context, filters: WorklistFilters) -> list[ColumnElement[bool]]:
    """Return what ``filters`` ask for."""
    now = ctx.now()
    age = age_in_years(now)
    wanted: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "level": lambda level: LEVEL.in_([level]),
        "mine": lambda _: Assessment.claimed_by == ctx.actor.id,
        "breached": lambda _: breached(now),
        "about": lambda about: Conversation.about == about,
        "age": lambda band: _bands(age)[band],
        "age_from": lambda years: age >= years,
        "age_to": lambda years: age <= years,
        "waiting_over_minutes": lambda minutes: _waits(now, timedelta(minutes=minutes)),
        "for_physician": lambda is_for: Assessment.for_physician.is_(is_for),
    }
    # Unasked, ``mine`` and ``breached`` are false and leave the list as it is.
    asked = {name: getattr(filters, name) for name in wanted if name not in _FLAGS or getattr(filters, name)}
    return [*_which(filters), *(wanted[name](value) for name, value in asked.items() if value is not None)]


def counted(ctx: Context) -> dict[str, ColumnElement[bool]]:
    """Return what is counted beside levels and statuses, by the counter's name."""
    now = ctx.now()
    bands = {f"age-{band}": condition for band, condition in _bands(age_in_years(now)).items()}
    waiting = {f"over-{hours}h": _waits(now, timedelta(hours=hours)) for hours in WAITING_HOURS}
    return {
        "breached": breached(now),
        "warning": warning(now),
        "mine": Assessment.claimed_by == ctx.actor.id,
        "for-physician": Assessment.for_physician.is_(True),
        "emergency-waiting": and_(Assessment.status == Status.WAITING, LEVEL.in_([Level.EMERGENCY])),
        **bands,
        **waiting,
    }


def _bands(age: ColumnElement[Any]) -> dict[AgeBand, ColumnElement[bool]]:
    return {
        AgeBand.CHILD: age < ADULT_YEARS,
        AgeBand.ADULT: and_(age >= ADULT_YEARS, age < OLDER_YEARS),
        AgeBand.OLDER: age >= OLDER_YEARS,
        AgeBand.UNKNOWN: age.is_(None),
    }


def _waits(now: datetime, over: timedelta) -> ColumnElement[bool]:
    return and_(AWAITED, Assessment.handed_over_at <= now - over)


def _which(filters: WorklistFilters) -> list[ColumnElement[bool]]:
    """Whoever names a case means it in any status; else, without a status, what awaits a decision."""
    found: list[ColumnElement[bool]] = []
    if filters.status is not None:
        found.append(Assessment.status == filters.status)
    elif filters.id is None:
        found.append(AWAITED)
    if filters.id is not None:
        digits = func.replace(cast(Assessment.id, Text), "-", "")
        found.append(or_(digits.startswith(filters.id), digits.endswith(filters.id)))
    return found
