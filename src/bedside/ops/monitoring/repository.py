"""Reading and writing the history, and how the queue and the database are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Text,
    case,
    cast,
    column,
    delete,
    extract,
    func,
    literal,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.ops.monitoring.tables import CheckRecord, CheckState, TrafficMinute
from bedside.platform.checks import CheckResult, Health
from bedside.platform.traffic import ALL_ROUTES, Counts

_jobs = table("procrastinate_jobs", column("id"), column("status"), column("scheduled_at"))
_events = table("procrastinate_events", column("job_id"), column("type"), column("at"))
_workers = table("procrastinate_workers", column("id"), column("last_heartbeat"))


async def keep_results(session: AsyncSession, results: Sequence[CheckResult]) -> None:
    """Add results to the history, but for what was skipped, and make each its check's newest."""
    names = ("name", "part", "value", "threshold", "response_time_ms")
    rows = [
        {
            **{name: getattr(r, name) for name in names},
            "checked_at": r.last_checked,
            "status": r.status.value,
            "evidence": "" if r.status is Health.HEALTHY else r.evidence,
        }
        for r in results
        if r.skipped is None
    ]
    if rows:
        # Two looks of one moment (a clock that stands, somebody's beside the worker's) are one.
        await session.execute(upsert(CheckRecord).on_conflict_do_nothing(), rows)
    await _keep_states(session, results)


async def _keep_states(session: AsyncSession, results: Sequence[CheckResult]) -> None:
    if not results:
        return
    statement = upsert(CheckState)
    new = statement.excluded
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[CheckState.name],
            set_={
                "status": new.status,
                "since": case((CheckState.status == new.status, CheckState.since), else_=new.since),
                "checked_at": new.checked_at,
                "result": new.result,
            },
            where=new.checked_at >= CheckState.checked_at,
        ),
        [
            {
                "name": r.name,
                "status": r.status.value,
                "since": r.last_checked,
                "checked_at": r.last_checked,
                "result": r.model_dump(mode="json"),
            }
            for r in sorted(results, key=lambda r: r.name)  # one order, so that two that write never wait crosswise
        ],
    )


async def states(session: AsyncSession) -> Sequence[CheckState]:
    """Return each check's newest result."""
    return (await session.execute(select(CheckState))).scalars().all()


async def drop_states(session: AsyncSession, names: Sequence[str]) -> None:
    """Forget the newest results of checks that are not among ``names``: no version of Bedside makes them any more."""
    await session.execute(delete(CheckState).where(CheckState.name.not_in(names)))


async def history(session: AsyncSession, since: datetime, width: timedelta, name: str | None = None) -> Sequence[Any]:
    """Return each part's results since then, in stretches of ``width``: part, number of stretch, counts, evidence.

    With ``name`` that check's alone.
    """
    stretch = func.floor(extract("epoch", CheckRecord.checked_at - since) / width.total_seconds())
    newest_first = aggregate_order_by(CheckRecord.evidence, CheckRecord.checked_at.desc())
    query = (
        select(
            CheckRecord.part,
            stretch.label("stretch"),
            func.count().label("checks"),
            func.count().filter(CheckRecord.status == "degraded").label("degraded"),
            func.count().filter(CheckRecord.status == "down").label("down"),
            func.avg(CheckRecord.response_time_ms).label("milliseconds"),
            func.array_agg(newest_first).filter(CheckRecord.status != "healthy")[1].label("evidence"),
        )
        .where(CheckRecord.checked_at >= since)
        .group_by(CheckRecord.part, stretch)
    )
    return (await session.execute(query.where(CheckRecord.name == name) if name else query)).all()


async def standings(session: AsyncSession, since: datetime) -> Sequence[Any]:
    """Return for each check since then: name, part, looks, how many found it not healthy, how many down."""
    query = (
        select(
            CheckRecord.name,
            CheckRecord.part,
            func.count().label("looks"),
            func.count().filter(CheckRecord.status != "healthy").label("unhealthy"),
            func.count().filter(CheckRecord.status == "down").label("down"),
        )
        .where(CheckRecord.checked_at >= since)
        .group_by(CheckRecord.name, CheckRecord.part)
    )
    return (await session.execute(query)).all()


async def keep_traffic(session: AsyncSession, process_id: UUID, taken: Sequence[tuple[datetime, str, Counts]]) -> None:
    """Write a process's counts; what it wrote before of the same minutes is replaced, so writing twice is no harm."""
    rows = [
        {
            "minute": minute,
            "route": route,
            "process_id": process_id,
            "requests": counts.requests,
            "client_errors": counts.client_errors,
            "server_errors": counts.server_errors,
            "latencies": counts.latencies,
        }
        for minute, route, counts in taken
    ]
    statement = upsert(TrafficMinute)
    counted = {name: statement.excluded[name] for name in rows[0] if name not in ("minute", "route", "process_id")}
    keys = [TrafficMinute.minute, TrafficMinute.route, TrafficMinute.process_id]
    await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=counted), rows)


async def traffic(session: AsyncSession, since: datetime, *, by_route: bool) -> Sequence[Any]:
    """Return rows of minute, route and counts since then: of all routes together, or of each."""
    query = select(
        TrafficMinute.minute,
        TrafficMinute.route,
        TrafficMinute.requests,
        TrafficMinute.client_errors,
        TrafficMinute.server_errors,
        TrafficMinute.latencies,
    ).where(TrafficMinute.minute >= since)
    wanted = TrafficMinute.route != ALL_ROUTES if by_route else TrafficMinute.route == ALL_ROUTES
    return (await session.execute(query.where(wanted))).all()


async def queue(session: AsyncSession, now: datetime, heartbeat_seconds: float) -> Any:
    """Return how the queue is: one row."""
    status, type_ = cast(_jobs.c.status, Text), cast(_events.c.type, Text)
    deferred = _jobs.join(_events, (_events.c.job_id == _jobs.c.id) & (type_ == "deferred"))
    due = (status == "todo") & (func.coalesce(_jobs.c.scheduled_at, now) <= now)
    ended = select(func.count(_events.c.job_id.distinct())).where(_events.c.at > now - timedelta(days=1))
    query = select(
        select(func.count()).select_from(_jobs).where(status == "todo").scalar_subquery().label("waiting"),
        select(func.count()).select_from(_jobs).where(status == "doing").scalar_subquery().label("running"),
        select(extract("epoch", literal(now) - func.min(func.coalesce(_jobs.c.scheduled_at, _events.c.at))))
        .select_from(deferred)
        .where(due)
        .scalar_subquery()
        .label("oldest_waiting_seconds"),
        ended.where(type_ == "succeeded").scalar_subquery().label("succeeded_last_day"),
        ended.join(_jobs, _jobs.c.id == _events.c.job_id)
        .where(type_ == "failed", status == "failed")
        .scalar_subquery()
        .label("failed_last_day"),
        select(func.count())
        .select_from(_workers)
        .where(_workers.c.last_heartbeat > func.now() - timedelta(seconds=heartbeat_seconds))
        .scalar_subquery()
        .label("workers"),
    )
    return (await session.execute(query)).one()


async def database(session: AsyncSession) -> Any:
    """Return the database's size, connections and cache hits: one row."""
    here = func.current_database()
    activity = table("pg_stat_activity", column("datname"))
    statistics = table("pg_stat_database", column("datname"), column("blks_hit"), column("blks_read"))
    connections = select(func.count()).select_from(activity).where(activity.c.datname == here)
    read = statistics.c.blks_hit + statistics.c.blks_read
    query = select(
        func.pg_database_size(here).label("size_bytes"),
        connections.scalar_subquery().label("connections"),
        func.current_setting("max_connections").label("max_connections"),
        (100.0 * statistics.c.blks_hit / func.nullif(read, 0)).label("cache_hit_percent"),
    ).where(statistics.c.datname == here)
    return (await session.execute(query)).one()


async def blocks(session: AsyncSession) -> Any:
    """Return how many blocks the database found in its memory (``hits``) and how many it read, since it began."""
    statistics = table("pg_stat_database", column("datname"), column("blks_hit"), column("blks_read"))
    query = select(statistics.c.blks_hit.label("hits"), statistics.c.blks_read.label("reads"))
    return (await session.execute(query.where(statistics.c.datname == func.current_database()))).one()
