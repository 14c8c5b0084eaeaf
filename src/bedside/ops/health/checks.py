"""Checks of the platform's own parts."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Text, cast, column, extract, func, select, table

from bedside.platform.checks import NEEDS_DATABASE, Category, Check, Condition, Finding, Health
from bedside.platform.config import Settings
from bedside.platform.config.core import Environment
from bedside.platform.runtime import Runtime

# My Dr AI production database, "Monitoring": disk over 85 % is a warning, over 90 % critical.
DISK_WARNING_PERCENT = 85.0
DISK_CRITICAL_PERCENT = 90.0
OLDEST_JOB_SECONDS = 120.0
# A worker reports every ten seconds (procrastinate's ``update_heartbeat_interval``), and has work every minute.
HEARTBEAT_SECONDS = 30.0
IDLE_SECONDS = 120.0


async def _database(runtime: Runtime) -> Finding:
    await runtime.database.ping()
    await runtime.database.require_safe_role()
    return Finding(
        status=Health.HEALTHY,
        evidence="The database answers, and its role is bound by row security.",
        conditions=[
            Condition(name="row security", value="binds the role", threshold="binds the role", ok=True),
        ],
    )


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
        conditions=[
            Condition(
                name="disk used",
                value=f"{percent} %",
                threshold=f"under {DISK_WARNING_PERCENT:g} %",
                ok=percent < DISK_WARNING_PERCENT,
            )
        ],
    )


async def _worker(runtime: Runtime) -> Finding:
    async with runtime.database.engine.connect() as connection:
        seconds, waiting = (await connection.execute(_oldest_job())).one()
        workers, idle = (await connection.execute(_workers())).one()
    late = seconds > OLDEST_JOB_SECONDS
    # A database in which nothing has run yet says nothing: the first worker may be on its way.
    missing = workers == 0 and idle is not None and idle > IDLE_SECONDS
    return Finding(
        status=Health.DEGRADED if late or missing else Health.HEALTHY,
        evidence=f"{workers} workers report; {waiting} jobs wait, the oldest for {seconds:.0f} s.",
        value=float(seconds),
        threshold=OLDEST_JOB_SECONDS,
        remedy="Start a worker (bedside worker), or see why jobs fail in logs/worker.log." if late or missing else None,
        conditions=[
            Condition(
                name="oldest job",
                value=f"waits {seconds:.0f} s",
                threshold=f"under {OLDEST_JOB_SECONDS:.0f} s",
                ok=not late,
            ),
            Condition(
                name="workers",
                value=f"{workers} report",
                threshold=f"one, or a job begun within {IDLE_SECONDS:.0f} s",
                ok=not missing,
            ),
        ],
    )


async def _settings(runtime: Runtime) -> Finding:
    return settings_finding(runtime.settings)


def settings_finding(settings: Settings) -> Finding:
    """Return what is missing in ``settings`` that patients need; in production that is degraded."""
    warnings = settings.warnings()
    # Elsewhere than in production nobody is a patient, so a warning is told and nothing more.
    serves = settings.core.environment is Environment.PRODUCTION
    return Finding(
        status=Health.DEGRADED if warnings and serves else Health.HEALTHY,
        evidence=" ".join(warnings) or "Nothing is missing in the settings.",
        remedy="Add it to the settings, and start Bedside again; `bedside config check` says the same."
        if warnings
        else None,
        conditions=[
            Condition(
                name="settings to add before patients come",
                value=", ".join(warning.partition(" ")[0] for warning in warnings) or "none",
                threshold="none",
                ok=not warnings,
            )
        ],
    )


def _oldest_job() -> Select[Any, int]:
    return (
        select(func.coalesce(extract("epoch", func.now() - func.min(_events.c.at)), 0), func.count())
        .select_from(_jobs.join(_events, _events.c.job_id == _jobs.c.id))
        .where(
            cast(_jobs.c.status, Text) == "todo",
            _jobs.c.scheduled_at.is_(None),
            cast(_events.c.type, Text) == "deferred",
        )
    )


def _workers() -> Select[int, int]:
    """How many workers report, and how many seconds ago a job was begun (null: never)."""
    newest = select(_events.c.at).where(cast(_events.c.type, Text) == "started").order_by(_events.c.at.desc()).limit(1)
    heard = _heartbeats.c.last_heartbeat > func.now() - timedelta(seconds=HEARTBEAT_SECONDS)
    return select(
        select(func.count()).select_from(_heartbeats).where(heard).scalar_subquery(),
        extract("epoch", func.now() - newest.scalar_subquery()),
    )


_jobs = table("procrastinate_jobs", column("id"), column("status"), column("scheduled_at"))
_events = table("procrastinate_events", column("job_id"), column("type"), column("at"))
_heartbeats = table("procrastinate_workers", column("last_heartbeat"))

DATABASE_CHECK = Check(
    "db",
    "Connection",
    _database,
    "Start PostgreSQL, or mend DATABASE_URL; `bedside config check` tells which.",
    name="db.connection",
    vital=True,
    time_limit_seconds=1.0,
)
DISK_CHECK = Check(
    "disk",
    "Space",
    _disk,
    "Make sure that BEDSIDE_HOME is mounted and readable.",
    name="disk.space",
    category=Category.HOST,
    procedure=None,
)
WORKER_CHECK = Check(
    "worker",
    "Queue",
    _worker,
    "See the database first: the queue is in it.",
    name="worker.queue",
    needs=NEEDS_DATABASE,
)
SETTINGS_CHECK = Check(
    "settings", "Missing settings", _settings, "Run `bedside config check`.", name="settings.missing"
)
