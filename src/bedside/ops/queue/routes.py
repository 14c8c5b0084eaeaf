"""``/api/jobs``: background jobs, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from bedside.kit.paging import Page
from bedside.ops.queue import service
from bedside.ops.queue.schemas import JobStatus, JobView, Schedule
from bedside.platform.http.dependencies import ActorDep, ContextDep, RuntimeDep
from bedside.platform.http.paging import After, Limit
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/jobs", tags=["jobs"])

_NAME = r"^[a-z0-9_.]{1,64}$"
JobId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("", responses=documented(401, 403, 422, 503))
async def list_jobs(
    ctx: ContextDep,
    limit: Limit = 50,
    after: After = None,
    status: Annotated[JobStatus | None, Query()] = None,
    name: Annotated[str | None, Query(pattern=_NAME)] = None,
) -> Page[JobView]:
    """Background jobs, the newest first."""
    return await service.list_jobs(ctx, after=after, limit=limit, status=status, name=name)


@router.get("/schedule", responses=documented(401, 403, 503))
async def schedule(ctx: ContextDep, runtime: RuntimeDep) -> Schedule:
    """What runs by itself: when it ran last, how that went, and when it is due next."""
    return await service.schedule(ctx, runtime)


@router.post("/schedule/{name}/run", status_code=202, responses=documented(401, 403, 404, 409, 422, 503))
async def run_now(ctx: ContextDep, runtime: RuntimeDep, name: Annotated[str, Path(pattern=_NAME)]) -> None:
    """Run a scheduled job now, beside its schedule. A worker takes it within seconds."""
    await service.run_now(ctx, runtime, name)


@router.post("/{job_id}/retry", responses=documented(401, 403, 404, 409, 422, 503))
async def retry(runtime: RuntimeDep, actor: ActorDep, job_id: JobId) -> JobView:
    """Let a failed job run once more."""
    return await service.try_again(runtime, actor, job_id)


@router.post("/{job_id}/cancel", responses=documented(401, 403, 404, 409, 422, 503))
async def cancel(runtime: RuntimeDep, actor: ActorDep, job_id: JobId) -> JobView:
    """Cancel a job that waits."""
    return await service.cancel(runtime, actor, job_id)
