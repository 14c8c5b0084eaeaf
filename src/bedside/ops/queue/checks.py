"""Checks of the background jobs: do workers report, does work wait, fail, stick, or not begin when it should."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bedside.ops.queue import watching
from bedside.ops.queue.settings import QueueCheckSettings
from bedside.platform.checks import (
    NEEDS_DATABASE,
    Check,
    Condition,
    Finding,
    Health,
    Thresholds,
    measured,
    skipped,
)
from bedside.platform.config import Settings
from bedside.platform.jobs import Job, last_due
from bedside.platform.runtime import Runtime

# A worker reports every ten seconds (procrastinate's ``update_heartbeat_interval``), and has work every minute.
HEARTBEAT = timedelta(seconds=30)
IDLE_SECONDS = 120.0
MISSED_MANY = 3


async def _workers(runtime: Runtime) -> Finding:
    async with runtime.database.engine.connect() as connection:
        found = await watching.workers(connection, HEARTBEAT)
    # A database in which nothing has run yet says nothing: the first worker may be on its way.
    missing = found.count == 0 and found.idle is not None and found.idle > IDLE_SECONDS
    return Finding(
        status=Health.DEGRADED if missing else Health.HEALTHY,
        evidence=f"{found.count} workers report.",
        value=float(found.count),
        threshold=1.0,
        conditions=[
            Condition(
                name="workers",
                value=f"{found.count} report",
                threshold=f"one, or a job begun within {IDLE_SECONDS:.0f} s",
                ok=not missing,
            )
        ],
    )


async def _age(runtime: Runtime) -> Finding:
    async with runtime.database.engine.connect() as connection:
        found = await watching.oldest(connection)
    seconds = round(float(found.seconds), 1)
    evidence = f"{found.waiting} jobs are due; the oldest has waited for {seconds:.0f} s."
    return measured("oldest job", seconds, _limits("age", "s")(runtime.settings), evidence)


async def _failures(runtime: Runtime) -> Finding:
    async with runtime.database.engine.connect() as connection:
        found = await watching.given_up(connection)
    evidence = f"{found.day} jobs were given up in the last day and not tried again."
    return measured("given up in a day", found.day, _limits("failures")(runtime.settings), evidence)


async def _dead(runtime: Runtime) -> Finding:
    async with runtime.database.engine.connect() as connection:
        found = await watching.given_up(connection)
    evidence = f"{found.all} jobs that were given up are kept, and nobody has tried them again."
    return measured("given up in all", found.all, _limits("dead")(runtime.settings), evidence)


async def _stuck(runtime: Runtime) -> Finding:
    async with runtime.database.engine.connect() as connection:
        count = await watching.stuck(connection, HEARTBEAT)
    evidence = f"{count} jobs were begun by a worker that is gone."
    return measured("jobs without their worker", count, _limits("stuck")(runtime.settings), evidence)


async def _schedule(runtime: Runtime) -> Finding:
    jobs = [job for job in runtime.jobs.declared if job.cron]
    async with runtime.database.engine.connect() as connection:
        last = await watching.last_begun(connection, [job.name for job in jobs])
        since = await watching.known_since(connection)
    if since is None:
        return skipped("No job has run yet: there is no schedule that could have been missed.")
    grace = timedelta(seconds=runtime.settings.get(QueueCheckSettings).schedule_grace_seconds)
    return schedule_finding(jobs, last, since, runtime.clock.now(), grace)


def schedule_finding(
    jobs: Sequence[Job], last: Mapping[str, datetime], since: datetime, now: datetime, grace: timedelta
) -> Finding:
    """Return which jobs did not begin by their last time and ``grace``; what was due before ``since`` is not judged.

    Period and grace are as Healthchecks has them: late within the grace is well, beyond it missed.
    """
    missed = []
    for job in jobs:
        due = last_due(job, now - grace)
        if due is not None and due > since and (job.name not in last or last[job.name] < due):
            missed.append(f"{job.name} (due {due:%Y-%m-%d %H:%M} UTC)")
    return Finding(
        status=Health.HEALTHY if not missed else Health.DEGRADED if len(missed) < MISSED_MANY else Health.DOWN,
        evidence=f"Did not begin: {', '.join(missed)}." if missed else f"{len(jobs)} scheduled jobs began in time.",
        value=float(len(missed)),
        threshold=1.0,
        conditions=[
            Condition(
                name="missed schedules",
                value=str(len(missed)),
                threshold=f"none later than {grace.total_seconds():.0f} s",
                ok=not missed,
            )
        ],
    )


def _limits(name: str, unit: str = "jobs") -> Callable[[Settings], Thresholds]:
    return lambda settings: settings.get(QueueCheckSettings).limits(name, unit)


_RETRY = "See System > Jobs, and why in logs/worker.log; then try them again there, or cancel them."

CHECKS: tuple[Check, ...] = (
    Check(
        "worker",
        "Workers",
        _workers,
        "Start a worker (bedside worker), or see why it ended in logs/worker.log.",
        name="worker.heartbeat",
        needs=NEEDS_DATABASE,
    ),
    Check(
        "worker",
        "Waiting jobs",
        _age,
        "Start a worker, or one more; see in System > Jobs what waits and what takes long.",
        name="worker.age",
        needs=NEEDS_DATABASE,
        thresholds=_limits("age", "s"),
    ),
    Check(
        "worker",
        "Failures",
        _failures,
        _RETRY,
        name="worker.failures",
        needs=NEEDS_DATABASE,
        thresholds=_limits("failures"),
    ),
    Check(
        "worker",
        "Dead letters",
        _dead,
        _RETRY,
        name="worker.dead_letters",
        needs=NEEDS_DATABASE,
        period=timedelta(minutes=5),
        thresholds=_limits("dead"),
    ),
    Check(
        "worker",
        "Stuck jobs",
        _stuck,
        "A worker died in the middle of them. Start a worker: it takes up what may be run again; see logs/worker.log.",
        name="worker.stuck",
        needs=NEEDS_DATABASE,
        thresholds=_limits("stuck"),
    ),
    Check(
        "worker",
        "Schedule",
        _schedule,
        "Start a worker: it keeps the schedule; then run what was missed by hand in System > Jobs.",
        name="worker.schedule",
        needs=NEEDS_DATABASE,
    ),
)
