"""``/api/monitoring``: for whoever looks after Bedside."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from bedside.ops.monitoring import service
from bedside.ops.monitoring.schemas import MonitoringReport, RouteList
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.http.dependencies import ActorDep, RuntimeDep
from bedside.platform.http.problems import documented
from bedside.platform.runtime import Runtime

router = APIRouter(prefix="/api/monitoring", tags=["monitoring"])

Hours = Annotated[int, Query(ge=1, le=168, description="How far the history of each part goes back.")]


@router.get("", responses=documented(401, 403, 422, 503))
async def monitoring(runtime: RuntimeDep, actor: ActorDep, hours: Hours = 24) -> MonitoringReport:
    """How everything goes: parts with their history, requests, cases, queue, database, machine. At most 5 s old."""
    await _require(runtime, actor)
    return await runtime.part(service.Monitor).report(runtime, hours)


@router.get("/routes", responses=documented(401, 403, 503))
async def routes_of_the_last_hour(runtime: RuntimeDep, actor: ActorDep) -> RouteList:
    """The last hour's requests by route, the busiest first."""
    await _require(runtime, actor)
    return await service.routes(runtime)


async def _require(runtime: Runtime, actor: Actor) -> None:
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.VIEW_HEALTH)
