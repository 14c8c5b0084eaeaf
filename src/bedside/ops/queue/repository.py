"""Reading the queue as the app's role may: names, states and times, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, Select, Text, cast, column, func, literal, select, table, true
from sqlalchemy.ext.asyncio import AsyncSession

_jobs = table(
    "procrastinate_jobs",
    *map(column, ("id", "task_name", "status", "attempts", "scheduled_at")),
)
_events = table("procrastinate_events", *map(column, ("job_id", "type", "at")))
_workers = table("procrastinate_workers", *map(column, ("id", "last_heartbeat")))
_STATUS = cast(_jobs.c.status, Text)
ENDED = ("succeeded", "failed", "aborted")
PENDING = ("todo", "doing")


def _query() -> Select[Any]:
    return select(_jobs.c.id, _jobs.c.task_name, _STATUS.label("status"), _jobs.c.attempts, _jobs.c.scheduled_at)


async def page(
    session: AsyncSession, *, before: int | None, limit: int, status: str | None, name: str | None
) -> Sequence[Any]:
    """Return jobs, the newest first."""
    query = _query().order_by(_jobs.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(_jobs.c.id < before)
    if status is not None:
        query = query.where(_STATUS.in_([status]))
    if name is not None:
        query = query.where(_jobs.c.task_name == name)
    found: Sequence[Any] = (await session.execute(query)).all()
    return found


async def job(session: AsyncSession, job_id: int) -> Any | None:
    return (await session.execute(_query().where(_jobs.c.id == job_id))).one_or_none()


async def times(session: AsyncSession, job_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return for each job when each kind of event happened last."""
    type_ = cast(_events.c.type, Text)
    query = select(_events.c.job_id, type_, func.max(_events.c.at)).where(_events.c.job_id.in_(job_ids))
    found: dict[int, dict[str, Any]] = {job_id: {} for job_id in job_ids}
    for job_id, kind, at in await session.execute(query.group_by(_events.c.job_id, type_)):
        found[job_id][kind] = at
    return found


async def last_ended(session: AsyncSession, names: Sequence[str]) -> Sequence[Any]:
    """Return for each name the newest job that ended."""
    wanted = func.unnest(cast(list(names), ARRAY(Text))).table_valued("name").alias("wanted")
    newest = (
        _query()
        .where(_jobs.c.task_name == wanted.c.name, _STATUS.in_(ENDED))
        .order_by(_jobs.c.id.desc())
        .limit(1)
        .lateral("newest")
    )
    return (await session.execute(select(newest).select_from(wanted.join(newest, true())))).all()


async def pending(session: AsyncSession, names: Sequence[str]) -> set[str]:
    """Return which of the names have a job that waits or runs."""
    query = select(_jobs.c.task_name).distinct().where(_jobs.c.task_name.in_(names), _STATUS.in_(PENDING))
    return set((await session.execute(query)).scalars())


async def workers(session: AsyncSession, heartbeat_seconds: float) -> int:
    """Return how many workers were heard of within ``heartbeat_seconds``."""
    heard = _workers.c.last_heartbeat > func.now() - literal(timedelta(seconds=heartbeat_seconds))
    return (await session.execute(select(func.count()).select_from(_workers).where(heard))).scalar_one()
