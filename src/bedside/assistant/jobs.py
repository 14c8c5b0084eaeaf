"""Turns that were broken off are finished within a minute or so, whoever comes back or not."""

from __future__ import annotations

from bedside.assistant import service
from bedside.platform.jobs import Job
from bedside.platform.runtime import Runtime


async def _finish_unfinished(runtime: Runtime) -> None:
    await service.finish_unfinished(runtime)


FINISH_UNFINISHED = Job(
    "assistant.finish_unfinished_turns",
    _finish_unfinished,
    cron="* * * * *",
    purpose="Answers messages whose turn was broken off.",
)

JOBS: tuple[Job, ...] = (FINISH_UNFINISHED,)
