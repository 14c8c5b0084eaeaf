"""Checks of the platform's own parts."""

from __future__ import annotations

import shutil

from sqlalchemy import Text, cast, column, extract, func, select, table

from bedside.platform.checks import Check, Finding, Health
from bedside.platform.runtime import Runtime

# My Dr AI production database, "Monitoring": disk over 85 % is a warning, over 90 % critical.
DISK_WARNING_PERCENT = 85.0
DISK_CRITICAL_PERCENT = 90.0
OLDEST_JOB_SECONDS = 120.0


async def _database(runtime: Runtime) -> Finding:
    await runtime.database.ping()
    await runtime.database.require_safe_role()
    return Finding(status=Health.HEALTHY, evidence="The database answers, and its role is bound by row security.")


async def _disk(runtime: Runtime) -> Finding:
    usage = shutil.disk_usage(runtime.settings.home)
    percent = round(100 * usage.used / usage.total, 1)
    status = (
        Health.DOWN
        if percent >= DISK_CRITICAL_PERCENT
        else Health.DEGRADED
        if percent >= DISK_WARNING_PERCENT
        else Health.HEALTHY
    )
    return Finding(
        status=status,
        evidence=f"{percent} % of the disk below BEDSIDE_HOME is used; {usage.free // 2**20} MiB are free.",
        value=percent,
        threshold=DISK_WARNING_PERCENT,
        remedy=None if status is Health.HEALTHY else "Free space, or move BEDSIDE_HOME to a larger disk.",
    )


async def _worker(runtime: Runtime) -> Finding:
    jobs = table("procrastinate_jobs", column("id"), column("status"), column("scheduled_at"))
    events = table("procrastinate_events", column("job_id"), column("type"), column("at"))
    oldest = (
        select(func.coalesce(extract("epoch", func.now() - func.min(events.c.at)), 0), func.count())
        .select_from(jobs.join(events, events.c.job_id == jobs.c.id))
        .where(
            cast(jobs.c.status, Text) == "todo",
            jobs.c.scheduled_at.is_(None),
            cast(events.c.type, Text) == "deferred",
        )
    )
    async with runtime.database.engine.connect() as connection:
        seconds, waiting = (await connection.execute(oldest)).one()
    late = seconds > OLDEST_JOB_SECONDS
    return Finding(
        status=Health.DEGRADED if late else Health.HEALTHY,
        evidence=f"{waiting} jobs wait; the oldest for {seconds:.0f} s.",
        value=float(seconds),
        threshold=OLDEST_JOB_SECONDS,
        remedy="Start a worker (bedside worker), or see why jobs fail in logs/worker.log." if late else None,
    )


DATABASE_CHECK = Check("db", _database, "Start PostgreSQL, or mend DATABASE_URL; `bedside config check` tells which.")
DISK_CHECK = Check("disk", _disk, "Make sure that BEDSIDE_HOME is mounted and readable.")
WORKER_CHECK = Check("worker", _worker, "See /health/db first: the queue is in the database.")
