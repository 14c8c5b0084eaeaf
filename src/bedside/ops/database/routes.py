"""``/api/database``: the database as administrators see it. Statistics and advice; no row of any table."""

from __future__ import annotations

from fastapi import APIRouter

from bedside.ops.database import service
from bedside.ops.database.schemas import AdviceReport, DatabaseOverview
from bedside.platform.http.dependencies import ActorDep, RuntimeDep
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/database", tags=["database"])


@router.get("/status", responses=documented(401, 403, 503))
async def database_status(runtime: RuntimeDep, actor: ActorDep) -> DatabaseOverview:
    """The server, who has its connections, the slowest statements (without values), and who waits for a lock."""
    return await service.overview(runtime, actor)


@router.get("/advice", responses=documented(401, 403, 503))
async def database_advice(runtime: RuntimeDep, actor: ActorDep) -> AdviceReport:
    """What every check of the database advises, with the statements that mend it, and how to tune the server."""
    return await service.advice_for(runtime, actor)
