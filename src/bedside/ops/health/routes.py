"""Health for people, probes and Prometheus. No sign-in: what is told here holds no patient data."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bedside.ops.health import service
from bedside.ops.health.schemas import Alive, HealthReport, Readiness
from bedside.platform.gauges import Gauges
from bedside.platform.http.dependencies import RuntimeDep
from bedside.platform.http.problems import documented
from bedside.platform.metrics import DATABASE_CONNECTIONS, DATABASE_POOL, REGISTRY

router = APIRouter(tags=["health"])

_DOWN: dict[int | str, dict[str, Any]] = {
    503: {"model": HealthReport, "description": "A part is down without which nobody can be served."}
}


@router.get("/health", responses=_DOWN)
async def health(runtime: RuntimeDep, response: Response) -> HealthReport:
    """Every part's health."""
    found = service.for_everybody(await service.report(runtime))
    response.status_code = service.http_status(found)
    return found


@router.get("/health/live", include_in_schema=False)
async def health_live() -> Alive:
    """`/live` by the name that orchestrators' examples use."""
    return await live()


@router.get("/health/ready", include_in_schema=False)
async def health_ready(runtime: RuntimeDep, response: Response) -> Readiness:
    """`/ready` by the name that orchestrators' examples use."""
    return await ready(runtime, response)


@router.get("/health/{part}", responses={**_DOWN, **documented(404, 422)})
async def health_of_part(
    part: Annotated[str, Path(max_length=40)], runtime: RuntimeDep, response: Response
) -> HealthReport:
    """One part's health."""
    found = service.for_everybody(await service.report(runtime, [part]))
    response.status_code = service.http_status(found)
    return found


@router.get("/ready", responses={503: {"model": Readiness, "description": "Not ready."}})
async def ready(runtime: RuntimeDep, response: Response) -> Readiness:
    """Whether this process can serve people now (readiness probe)."""
    found = await service.readiness(runtime)
    response.status_code = 200 if found.ready else 503
    return found


@router.get("/live")
async def live() -> Alive:
    """Whether this process answers at all (liveness probe)."""
    return Alive()


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(runtime: RuntimeDep) -> Response:
    """Metrics in Prometheus's text format."""
    await runtime.part(Gauges).refresh(runtime)
    DATABASE_CONNECTIONS.set(runtime.database.active)
    DATABASE_POOL.set(runtime.database.limit)
    return Response(generate_latest(REGISTRY), headers={"content-type": CONTENT_TYPE_LATEST})
