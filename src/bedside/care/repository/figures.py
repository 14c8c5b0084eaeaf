"""Counts over all patients, for the monitoring page. One audited access."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import extract, func, literal, select

from bedside.care.assessment_tables import Assessment
from bedside.care.states import HANDED_OVER
from bedside.care.tables import Conversation
from bedside.platform.access.context import Context

_OPTIONS = {"access": "monitoring.count"}
_LEVEL = func.coalesce(Assessment.decided_level, Assessment.level).label("level")


async def conversations_since(ctx: Context, since: datetime) -> int:
    """Return how many conversations began since then."""
    query = select(func.count()).select_from(Conversation).where(Conversation.created_at >= since)
    return (await ctx.session.execute(query, execution_options=_OPTIONS)).scalar_one()


async def handed_over_since(ctx: Context, since: datetime) -> Sequence[Any]:
    """Return by level how many cases were handed over since then, whatever became of them."""
    query = select(_LEVEL, func.count().label("cases")).where(Assessment.handed_over_at >= since).group_by(_LEVEL)
    return (await ctx.session.execute(query, execution_options=_OPTIONS)).all()


async def waiting(ctx: Context) -> Sequence[Any]:
    """Return by level how many cases await a decision, how many are late, and how long the first has waited."""
    now = ctx.now()
    query = (
        select(
            _LEVEL,
            func.count().label("cases"),
            func.count().filter(Assessment.due_at <= now).label("late"),
            extract("epoch", literal(now) - func.min(Assessment.handed_over_at)).label("longest_seconds"),
        )
        .where(Assessment.status.in_(HANDED_OVER))
        .group_by(_LEVEL)
    )
    return (await ctx.session.execute(query, execution_options=_OPTIONS)).all()
