"""The numbers of a round, which its trends are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import column, func, or_, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.ops.alerts.tables import AlertRow
from bedside.ops.monitoring import repository as monitoring
from bedside.ops.procedures.tables import ProcedureRun
from bedside.ops.rounds.schemas import Period
from bedside.ops.series import repository as series
from bedside.ops.series.schemas import TWO_HOURS, SeriesName, SeriesUnit
from bedside.platform.access.actor import Actor
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.checks import CheckResult, Health
from bedside.platform.errors import BedsideError
from bedside.platform.figures import FigureSources
from bedside.platform.runtime import Runtime

LENGTHS = {
    Period.DAILY: timedelta(days=1),
    Period.WEEKLY: timedelta(days=7),
    Period.MONTHLY: timedelta(days=30),
    Period.QUARTERLY: timedelta(days=91),
}
"""How far back a round's figures look."""
HEARTBEAT_SECONDS = 30.0


@dataclass(frozen=True)
class FigureKind:
    """What a figure is called and counted in."""

    title: str
    unit: SeriesUnit


_COUNT, _PERCENT = SeriesUnit.COUNT, SeriesUnit.PERCENT
FIGURES = {
    "checks.healthy": FigureKind("Checks found healthy", _COUNT),
    "checks.degraded": FigureKind("Checks found degraded", _COUNT),
    "checks.down": FigureKind("Checks found down", _COUNT),
    "checks.skipped": FigureKind("Checks skipped", _COUNT),
    "requests.count": FigureKind("Requests", _COUNT),
    "requests.p95": FigureKind("Requests: 95th percentile, busiest two hours", SeriesUnit.MILLISECONDS),
    "requests.errors": FigureKind("Requests: errors", _PERCENT),
    "conversations.begun": FigureKind("Conversations begun", _COUNT),
    "cpu.used": FigureKind("Processors, busiest two hours", _PERCENT),
    "memory.used": FigureKind("Memory, fullest two hours", _PERCENT),
    "disk.used": FigureKind("Disk", _PERCENT),
    "database.size": FigureKind("Database", SeriesUnit.BYTES),
    "database.connections": FigureKind("Database connections, busiest two hours", _PERCENT),
    "database.pool": FigureKind("Connection pool, busiest two hours", _PERCENT),
    "database.cache_hit": FigureKind("Database: found in memory", _PERCENT),
    "database.dead_rows": FigureKind("Dead rows", _COUNT),
    "queue.failed": FigureKind("Background jobs failed in a day", _COUNT),
    "procedures.run": FigureKind("Procedures run", _COUNT),
    "procedures.failed": FigureKind("Procedures failed or partial", _COUNT),
    "alerts.begun": FigureKind("Alerts begun", _COUNT),
    "alerts.open": FigureKind("Alerts open", _COUNT),
    "sign_ins.made": FigureKind("Sign-ins", _COUNT),
    "sign_ins.refused": FigureKind("Sign-ins refused", _COUNT),
    "access.granted": FigureKind("Accesses and changes recorded", _COUNT),
    "access.denied": FigureKind("Accesses denied", _COUNT),
    "sessions.open": FigureKind("Sessions open", _COUNT),
}
"""Every figure by name, in the order in which they are told."""

_SIGN_IN = "account.sign_in"
_tables = table("pg_stat_user_tables", column("n_dead_tup"))


async def gather(runtime: Runtime, period: Period, results: Sequence[CheckResult]) -> dict[str, float]:
    """Return the figures that could be had, over the period's length. Raises Unavailable."""
    found: dict[str, float | None] = dict(_of_checks(results))
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        since = ctx.now() - LENGTHS[period]
        rows = await series.read(ctx.session, [name.value for name in SeriesName], TWO_HOURS.width, since)
        found |= _of_series(rows)
        found |= await _of_database(ctx.session, ctx.now())
        found |= await _of_records(ctx.session, since)
    found["sessions.open"] = await _sessions(runtime)
    return {name: float(value) for name in FIGURES if (value := found.get(name)) is not None}


def _of_checks(results: Sequence[CheckResult]) -> dict[str, float]:
    made = [result for result in results if result.skipped is None]
    counted = {f"checks.{status}": float(sum(1 for each in made if each.status is status)) for status in Health}
    return {**counted, "checks.skipped": float(len(results) - len(made))}


def _of_series(rows: Sequence[Any]) -> dict[str, float | None]:
    def values(name: SeriesName, label: str = "") -> list[float]:
        return [row.mean for row in rows if row.name == name and row.label == label]

    def most(name: SeriesName) -> float | None:
        return max(values(name), default=None)

    def mean(name: SeriesName) -> float | None:
        seen = values(name)
        return sum(seen) / len(seen) if seen else None

    rates, disk = values(SeriesName.REQUEST_RATE), values(SeriesName.DISK_USE)
    begun: dict[Any, float] = {}
    for row in rows:
        if row.name == SeriesName.CONVERSATIONS and row.label == "begun":
            begun[row.at.date()] = max(begun.get(row.at.date(), 0.0), row.greatest)
    return {
        "requests.count": round(sum(rates) * TWO_HOURS.width.total_seconds()) if rates else None,
        "requests.p95": most(SeriesName.REQUEST_P95),
        "requests.errors": mean(SeriesName.REQUEST_ERRORS),
        "conversations.begun": sum(begun.values()) if begun else None,
        "cpu.used": most(SeriesName.CPU_USE),
        "memory.used": most(SeriesName.MEMORY_USE),
        "disk.used": disk[-1] if disk else None,
        "database.connections": most(SeriesName.CONNECTIONS),
        "database.pool": most(SeriesName.POOL_USE),
        "database.cache_hit": mean(SeriesName.CACHE_HIT),
    }


async def _of_database(session: AsyncSession, now: datetime) -> dict[str, float | None]:
    size = await monitoring.database(session)
    queue = await monitoring.queue(session, now, HEARTBEAT_SECONDS)
    dead = await session.execute(select(func.sum(_tables.c.n_dead_tup)))
    return {
        "database.size": size.size_bytes,
        "queue.failed": queue.failed_last_day,
        "database.dead_rows": dead.scalar_one(),
    }


async def _of_records(session: AsyncSession, since: datetime) -> dict[str, float | None]:
    runs = select(
        func.count().label("run"),
        func.count().filter(ProcedureRun.state.in_(["failed", "partial", "lost"])).label("failed"),
    ).where(ProcedureRun.created_at >= since, ProcedureRun.dry_run.is_(False))
    open_states = AlertRow.state.in_(["firing", "acknowledged"])
    alerts = select(
        func.count().filter(AlertRow.fired_at >= since).label("begun"), func.count().filter(open_states).label("open")
    ).where(or_(AlertRow.fired_at >= since, open_states))
    signed = AuditEvent.action == _SIGN_IN
    events = select(
        func.count().filter(signed, AuditEvent.outcome == "success").label("made"),
        func.count().filter(signed, AuditEvent.outcome != "success").label("refused"),
        func.count().filter(~signed, AuditEvent.outcome == "success").label("granted"),
        func.count().filter(~signed, AuditEvent.outcome == "denied").label("denied"),
    ).where(AuditEvent.recorded_at >= since)
    ran = (await session.execute(runs)).one()
    rang = (await session.execute(alerts)).one()
    seen = (await session.execute(events)).one()
    return {
        "procedures.run": ran.run,
        "procedures.failed": ran.failed,
        "alerts.begun": rang.begun,
        "alerts.open": rang.open,
        "sign_ins.made": seen.made,
        "sign_ins.refused": seen.refused,
        "access.granted": seen.granted,
        "access.denied": seen.denied,
    }


async def _sessions(runtime: Runtime) -> float | None:
    for source in runtime.part(FigureSources).sources:
        try:
            figures = await source(runtime)
        except BedsideError:
            continue
        for figure in figures:
            if figure.name == "sign_ins.active":
                return figure.value
    return None
