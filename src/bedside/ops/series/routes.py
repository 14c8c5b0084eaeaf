"""``/api/monitoring/series``: figures over time, for whoever looks after Bedside."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from bedside.ops.series import service
from bedside.ops.series.schemas import Range, SeriesName, SeriesReport
from bedside.platform.access.actor import Permission
from bedside.platform.http.dependencies import ActorDep, RuntimeDep
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/monitoring", tags=["monitoring"])

Names = Annotated[
    list[SeriesName], Query(alias="name", max_length=len(SeriesName), description="Which figures; all without any.")
]


@router.get("/series", responses=documented(401, 403, 422, 503))
async def figures_over_time(
    runtime: RuntimeDep,
    actor: ActorDep,
    name: Names = [],  # noqa: B006 - FastAPI copies it
    range_: Annotated[Range, Query(alias="range", description="How far back.")] = Range.HOUR,
) -> SeriesReport:
    """Figures over time: requests, latency, errors, conversations, queue, pool, database, disk."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.VIEW_HEALTH)
    return await service.report(runtime, name, range_)
