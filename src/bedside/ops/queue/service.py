"""Reading the queue, and acting on it: try again, cancel, run now. Each act is an event of the audit."""

from __future__ import annotations

from typing import Any

from bedside.kit.paging import Page
from bedside.ops.queue import repository
from bedside.ops.queue.schemas import JobStatus, JobView, Schedule, ScheduledJob
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, Conflict, NotFound
from bedside.platform.jobs import next_run
from bedside.platform.runtime import Runtime

HEARTBEAT_SECONDS = 30.0
_SHOWN = {"todo": JobStatus.WAITING, "doing": JobStatus.RUNNING, "aborting": JobStatus.RUNNING}
_STORED = {JobStatus.WAITING: "todo", JobStatus.RUNNING: "doing"}


async def list_jobs(
    ctx: Context, *, after: str | None, limit: int, status: JobStatus | None, name: str | None
) -> Page[JobView]:
    """Return jobs, the newest first. Raises Forbidden, BadInput for a cursor that is not ours."""
    ctx.require(Permission.VIEW_HEALTH)
    if after is not None and not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise BadInput("`after` is not a cursor that this list gave; begin without it.")
    stored = None if status is None else _STORED.get(status, status.value)
    before = None if after is None else int(after)
    rows = await repository.page(ctx.session, before=before, limit=limit + 1, status=stored, name=name)
    shown = rows[:limit]
    return Page(items=await _shown(ctx, shown), next=str(shown[-1].id) if len(rows) > limit else None)


async def schedule(ctx: Context, runtime: Runtime) -> Schedule:
    """Return what runs by itself, with its last run and its next. Raises Forbidden."""
    ctx.require(Permission.VIEW_HEALTH)
    jobs = [job for job in runtime.jobs.declared if job.cron]
    names = [job.name for job in jobs]
    last = {view.name: view for view in await _shown(ctx, await repository.last_ended(ctx.session, names))}
    pending = await repository.pending(ctx.session, names)
    items = [
        ScheduledJob(
            name=job.name,
            purpose=job.purpose,
            cron=job.cron,
            next_run=due,
            pending=job.name in pending,
            last=last.get(job.name),
        )
        for job in jobs
        if job.cron and (due := next_run(job, ctx.now()))
    ]
    return Schedule(workers=await repository.workers(ctx.session, HEARTBEAT_SECONDS), items=items)


async def try_again(runtime: Runtime, actor: Actor, job_id: int) -> JobView:
    """Let a failed job run once more. Raises Forbidden, NotFound, Conflict when it has not failed, Unavailable."""
    await _announce(runtime, actor, job_id, "job.retry", JobStatus.FAILED, "has not failed")
    if not await runtime.jobs.try_again(job_id, runtime.clock.now()):
        raise Conflict("Somebody else has changed this job meanwhile; load the list again.")
    return await _again(runtime, actor, job_id)


async def cancel(runtime: Runtime, actor: Actor, job_id: int) -> JobView:
    """Cancel a job that waits. Raises Forbidden, NotFound, Conflict when it does not wait, Unavailable."""
    await _announce(runtime, actor, job_id, "job.cancel", JobStatus.WAITING, "does not wait any more")
    if not await runtime.jobs.cancel(job_id):
        raise Conflict("A worker has begun this job meanwhile; load the list again.")
    return await _again(runtime, actor, job_id)


async def run_now(ctx: Context, runtime: Runtime, name: str) -> None:
    """Enqueue a scheduled job; those take no arguments and may run at any time.

    Raises Forbidden, NotFound, Conflict when one waits or runs already.
    """
    ctx.require(Permission.RUN_PROCEDURES)
    job = next((job for job in runtime.jobs.declared if job.name == name and job.cron), None)
    if job is None:
        raise NotFound("No scheduled job has this name; GET /api/jobs/schedule lists them.")
    if name in await repository.pending(ctx.session, [name]):
        raise Conflict("This job waits or runs already.")
    ctx.record("job.run", "job", fields=[name])
    # What the schedule would give it.
    await ctx.defer(job, timestamp=int(ctx.now().timestamp()))


async def _announce(
    runtime: Runtime, actor: Actor, job_id: int, action: str, wanted: JobStatus, otherwise: str
) -> None:
    """Check the act and commit its event: what the queue's own connection then does can't be undone by a roll-back."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.RUN_PROCEDURES)
        found = await _job(ctx, job_id)
        if found.status is not wanted:
            raise Conflict(f"This job {otherwise}: it is {found.status}.")
        ctx.record(action, "job", fields=[found.name, f"id={job_id}"])


async def _again(runtime: Runtime, actor: Actor, job_id: int) -> JobView:
    async with runtime.unit_of_work(actor) as ctx:
        return await _job(ctx, job_id)


async def _job(ctx: Context, job_id: int) -> JobView:
    row = await repository.job(ctx.session, job_id)
    if row is None:
        raise NotFound("There is no such job; finished ones are deleted after JOB_HISTORY_DAYS.")
    return (await _shown(ctx, [row]))[0]


async def _shown(ctx: Context, rows: Any) -> list[JobView]:
    times = await repository.times(ctx.session, [row.id for row in rows])
    return [_view(row, times[row.id]) for row in rows]


def _view(row: Any, at: dict[str, Any]) -> JobView:
    status = _SHOWN.get(row.status) or JobStatus(row.status)
    ended = row.status not in repository.PENDING
    return JobView(
        id=row.id,
        name=row.task_name,
        status=status,
        attempts=row.attempts,
        created_at=at.get("deferred"),
        due_at=row.scheduled_at if status is JobStatus.WAITING else None,
        started_at=at.get("started"),
        finished_at=at.get(row.status) if ended else None,
    )
