"""Care's background jobs."""

from __future__ import annotations

from bedside.care import service
from bedside.platform.access.actor import Actor
from bedside.platform.jobs import Job
from bedside.platform.runtime import Runtime


async def _watch(runtime: Runtime) -> None:
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        await service.watch_breaches(ctx)


WATCH_BREACHES = Job(
    "care.watch_breaches",
    _watch,
    cron="* * * * *",
    attempts=1,
    purpose="Tells of cases over their target and gives abandoned ones back.",
)

JOBS: tuple[Job, ...] = (WATCH_BREACHES,)
