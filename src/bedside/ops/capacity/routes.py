"""``/api/capacity``: growth, limits and scaling, for whoever looks after Bedside."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from bedside.ops.capacity import service
from bedside.ops.capacity.schemas import CapacityReport
from bedside.platform.access.actor import Permission
from bedside.platform.http.dependencies import ActorDep, RuntimeDep
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/capacity", tags=["monitoring"])


@router.get("", responses=documented(401, 403, 422, 503))
async def capacity(
    runtime: RuntimeDep,
    actor: ActorDep,
    days: Annotated[int, Query(ge=7, le=3660, description="How many days back to look.")] = service.DAYS,
) -> CapacityReport:
    """Growth of data, load and latency, and when each limit is reached."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.VIEW_HEALTH)
    return await service.capacity(runtime, days)
