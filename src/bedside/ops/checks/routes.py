"""``/api/checks``: for whoever looks after Bedside."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from bedside.ops.checks import service
from bedside.ops.checks.schemas import CheckCatalogue, CheckPast, CheckSummary
from bedside.platform.http.dependencies import ActorDep, RuntimeDep
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/checks", tags=["checks"])

Name = Annotated[str, Path(pattern=r"^[a-z0-9_.]{1,64}$")]
Hours = Annotated[int, Query(ge=1, le=168, description="How far the history goes back.")]


@router.get("", responses=documented(401, 403, 503))
async def checks(runtime: RuntimeDep, actor: ActorDep) -> CheckCatalogue:
    """Every check: what it found last with its evidence, thresholds, remedy, statements and procedure."""
    return await service.catalogue(runtime, actor)


# Not "/run": "/{name}" has that address too, and its GET would be allowed there without being documented.
@router.post("/all/run", responses=documented(401, 403, 503))
async def run_all(runtime: RuntimeDep, actor: ActorDep) -> CheckCatalogue:
    """Make every check now that ends within two seconds; the others keep what was found last."""
    return await service.look_at_all(runtime, actor)


@router.get("/{name}", responses=documented(401, 403, 404, 422, 503))
async def check(runtime: RuntimeDep, actor: ActorDep, name: Name, hours: Hours = 24) -> CheckPast:
    """One check with its history."""
    return await service.past(runtime, actor, name, hours)


@router.post("/{name}/run", responses=documented(401, 403, 404, 422, 503))
async def run(runtime: RuntimeDep, actor: ActorDep, name: Name) -> CheckSummary:
    """Make one check now."""
    return await service.look_again(runtime, actor, name)
