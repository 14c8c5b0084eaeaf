"""Running what was asked for, starting what is due, finding what was lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bedside.ops.procedures.service import RUN, start_scheduled, sweep
from bedside.platform.jobs import Job
from bedside.platform.procedures import Procedure
from bedside.platform.runtime import Runtime

SWEEP = Job(
    "procedures.sweep",
    sweep,
    cron="* * * * *",
    attempts=1,
    purpose="Takes up procedures whose worker died, and starts those that wait.",
)


def procedure_jobs(procedures: Iterable[Procedure[Any]]) -> tuple[Job, ...]:
    """Return the jobs behind procedures: one for each schedule, named as its procedure."""
    return (RUN, SWEEP, *(_schedule(each, each.cron) for each in procedures if each.cron))


def _schedule(procedure: Procedure[Any], cron: str) -> Job:
    async def start(runtime: Runtime, timestamp: int) -> None:
        await start_scheduled(runtime, procedure, timestamp)

    return Job(procedure.name, start, cron=cron, purpose=procedure.purpose, takes_moment=True)
