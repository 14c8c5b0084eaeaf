"""``/api/sample-data``: for administrators, where there is sample data."""

from __future__ import annotations

from fastapi import APIRouter

from bedside.ops.sample import service
from bedside.ops.sample.schemas import SampleReport, SampleReset, SampleState
from bedside.platform.http.dependencies import ActorDep, RuntimeDep
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/sample-data", tags=["sample data"])


@router.get("", responses=documented(401, 403, 503))
async def sample_data(runtime: RuntimeDep, actor: ActorDep) -> SampleState:
    """Whether there is sample data here, and what a reset would delete."""
    return await service.state(runtime, actor)


@router.post("/reset", responses=documented(400, 401, 403, 409, 413, 422, 503))
async def reset(runtime: RuntimeDep, actor: ActorDep, body: SampleReset) -> SampleReport:
    """Delete what sample use made and seed anew. The body confirms it: {"confirm": "reset sample data"}."""
    del body  # its form is the confirmation
    return await service.reset(runtime, actor)
