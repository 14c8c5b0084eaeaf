"""Whether the audit log is written without a gap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from bedside.platform.access.actor import Actor
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.checks import NEEDS_DATABASE, Category, Check, Condition, Finding, Health
from bedside.platform.runtime import Runtime

WINDOW = timedelta(days=1)
_IN_FUTURE = timedelta(minutes=1)


async def _gaps(runtime: Runtime) -> Finding:
    seq = AuditEvent.writer_seq
    missing = func.max(seq) - func.min(seq) + 1 - func.count()
    async with runtime.unit_of_work(Actor.system()) as ctx:
        writers = (
            select(func.count().label("events"), missing.label("missing"))
            .where(AuditEvent.recorded_at >= ctx.now() - WINDOW)
            .group_by(AuditEvent.writer_id)
            .subquery()
        )
        query = select(
            func.count().label("writers"),
            func.coalesce(func.sum(writers.c.events), 0).label("events"),
            func.coalesce(func.sum(writers.c.missing), 0).label("missing"),
        ).select_from(writers)
        found: Any = (await ctx.session.execute(query)).one()
    lost = int(found.missing)
    return Finding(
        status=Health.DOWN if lost else Health.HEALTHY,
        evidence=f"{found.events} events of {found.writers} writers in the last day; {lost} are missing.",
        value=float(lost),
        threshold=1.0,
        conditions=[Condition(name="missing events", value=str(lost), threshold="0", ok=not lost)],
    )


async def _newest(runtime: Runtime) -> Finding:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        newest = (await ctx.session.execute(select(func.max(AuditEvent.recorded_at)))).scalar_one()
    if newest is None:
        return Finding(status=Health.HEALTHY, evidence="Nothing has been recorded yet.")
    age = runtime.clock.now() - newest
    ahead = age < -_IN_FUTURE
    return Finding(
        status=Health.DEGRADED if ahead else Health.HEALTHY,
        evidence=f"The newest event is of {newest:%Y-%m-%d %H:%M:%S} UTC.",
        value=round(age.total_seconds(), 1),
        threshold=-_IN_FUTURE.total_seconds(),
        conditions=[
            Condition(
                name="newest event",
                value="is of the future" if ahead else "is of the past",
                threshold="is of the past",
                ok=not ahead,
            )
        ],
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "audit",
        "Gaps",
        _gaps,
        "Events have been lost or taken away. Keep the database as it is, tell who answers for privacy, and compare "
        "with the last export and backup.",
        name="audit.gaps",
        category=Category.COMPLIANCE,
        needs=NEEDS_DATABASE,
        period=timedelta(minutes=5),
    ),
    Check(
        "audit",
        "Newest event",
        _newest,
        "A process whose clock was ahead has written it: see host.clock, and NTP on every machine.",
        name="audit.newest",
        category=Category.COMPLIANCE,
        needs=NEEDS_DATABASE,
        period=timedelta(minutes=5),
    ),
)
