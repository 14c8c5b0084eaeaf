"""What an operator does about the queue after something that jobs need was away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

from pydantic import Field

from bedside.ops.queue import repository
from bedside.platform.access.actor import Actor
from bedside.platform.procedures import Kind, Parameters, Procedure, Run, procedure

PAGE = 200


class RetryFailed(Parameters):
    """Which failed jobs."""

    name: str | None = Field(
        default=None, pattern=r"^[a-z0-9_.]{1,64}$", description="Jobs of this name alone; all without it."
    )
    within_hours: int = Field(default=24, ge=1, le=720, description="Jobs that failed within so many hours.")
    limit: int = Field(default=1000, ge=1, le=10_000, description="At most so many, the newest first.")


@procedure(
    "jobs.retry_failed",
    "Run failed jobs again",
    "Puts failed background jobs back in the queue, once what they need is there again.",
    parameters=RetryFailed,
    kind=Kind.EMERGENCY,
)
async def retry_failed(run: Run, parameters: RetryFailed) -> None:
    since = run.runtime.clock.now() - timedelta(hours=parameters.within_hours)
    async with run.step("Find the jobs that failed"):
        found = await _failed(run, parameters, since.timestamp())
        for name, number in sorted(Counter(found.values()).items()):
            run.found(f"{number} failed: {name}.")
    put_back = 0
    async with run.step("Put them back", total=len(found)):
        for place, (job_id, name) in enumerate(found.items(), 1):
            done = await run.act(f"Run job {job_id} again ({name})", _retry(run, job_id), key=str(job_id))
            put_back += done is True
            if done is False:
                run.found(f"Job {job_id} was changed by somebody else meanwhile.")
            await run.progress(place)
    run.output(failed=len(found), put_back=put_back)


def _retry(run: Run, job_id: int) -> Callable[[], Awaitable[bool]]:
    return lambda: run.runtime.jobs.try_again(job_id, run.runtime.clock.now())


async def _failed(run: Run, parameters: RetryFailed, since: float) -> dict[int, str]:
    """Return the jobs' names by their ids, the newest first."""
    found: dict[int, str] = {}
    before: int | None = None
    while len(found) < parameters.limit:
        async with run.runtime.unit_of_work(Actor.system(run.actor.via)) as ctx:
            page = await repository.page(ctx.session, before=before, limit=PAGE, status="failed", name=parameters.name)
            times = await repository.times(ctx.session, [row.id for row in page])
        recent = [row for row in page if (at := times[row.id].get("failed")) and at.timestamp() >= since]
        found |= {row.id: row.task_name for row in recent[: parameters.limit - len(found)]}
        if len(page) < PAGE:
            break
        before = page[-1].id
    return found


PROCEDURES: tuple[Procedure[RetryFailed], ...] = (retry_failed,)
