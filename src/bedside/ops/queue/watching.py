"""What the checks of the queue ask the database; read as the app's role may, and of no job its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Text, and_, cast, column, extract, func, literal, or_, select, table, true
from sqlalchemy.ext.asyncio import AsyncConnection

_jobs = table("procrastinate_jobs", *map(column, ("id", "task_name", "status", "scheduled_at", "worker_id")))
_events = table("procrastinate_events", *map(column, ("job_id", "type", "at")))
_workers = table("procrastinate_workers", *map(column, ("id", "last_heartbeat")))
_STATUS, _TYPE = cast(_jobs.c.status, Text), cast(_events.c.type, Text)
DAY = timedelta(days=1)


async def oldest(connection: AsyncConnection) -> Any:
    """Return ``seconds``, how long the oldest job has been due, and ``waiting``, how many are."""
    due = func.coalesce(_jobs.c.scheduled_at, _events.c.at)
    query = (
        select(
            func.coalesce(extract("epoch", func.now() - func.min(due)), 0).label("seconds"),
            func.count().label("waiting"),
        )
        .select_from(_jobs.join(_events, and_(_events.c.job_id == _jobs.c.id, _TYPE == "deferred")))
        .where(_STATUS == "todo", due <= func.now())
    )
    return (await connection.execute(query)).one()


async def workers(connection: AsyncConnection, heard_within: timedelta) -> Any:
    """Return ``count``, how many workers report, and ``idle``, seconds since a job was begun (null: never)."""
    newest = select(_events.c.at).where(_TYPE == "started").order_by(_events.c.at.desc()).limit(1)
    heard = _workers.c.last_heartbeat > func.now() - literal(heard_within)
    query = select(
        select(func.count()).select_from(_workers).where(heard).scalar_subquery().label("count"),
        extract("epoch", func.now() - newest.scalar_subquery()).label("idle"),
    )
    return (await connection.execute(query)).one()


async def given_up(connection: AsyncConnection) -> Any:
    """Return how many jobs were given up and not tried again since: in the last ``day``, and ``all`` that are kept."""
    failed = and_(_events.c.job_id == _jobs.c.id, _TYPE == "failed", _events.c.at > func.now() - literal(DAY))
    recent = select(literal(1)).select_from(_events).where(failed).exists()
    query = (
        select(func.count().label("all"), func.count().filter(recent).label("day"))
        .select_from(_jobs)
        .where(_STATUS == "failed")
    )
    return (await connection.execute(query)).one()


async def stuck(connection: AsyncConnection, heard_within: timedelta) -> int:
    """Return how many jobs run by a worker that is gone."""
    gone = or_(_workers.c.id.is_(None), _workers.c.last_heartbeat < func.now() - literal(heard_within))
    query = (
        select(func.count())
        .select_from(_jobs.outerjoin(_workers, _workers.c.id == _jobs.c.worker_id))
        .where(_STATUS == "doing", gone)
    )
    return (await connection.execute(query)).scalar_one()


async def last_begun(connection: AsyncConnection, names: Sequence[str]) -> dict[str, datetime]:
    """Return for each name when its newest job was put into the queue."""
    wanted = func.unnest(cast(list(names), ARRAY(Text))).table_valued("name").alias("wanted")
    newest = (
        select(_jobs.c.task_name, _events.c.at)
        .select_from(_jobs.join(_events, and_(_events.c.job_id == _jobs.c.id, _TYPE == "deferred")))
        .where(_jobs.c.task_name == wanted.c.name)
        .order_by(_jobs.c.id.desc())
        .limit(1)
        .lateral("newest")
    )
    rows = await connection.execute(select(newest.c.task_name, newest.c.at).select_from(wanted.join(newest, true())))
    return {row.task_name: row.at for row in rows}


async def known_since(connection: AsyncConnection) -> datetime | None:
    """Return the time of the oldest event that is kept: of the time before, nothing is known."""
    oldest_event: datetime | None = (await connection.execute(select(func.min(_events.c.at)))).scalar_one()
    return oldest_event
