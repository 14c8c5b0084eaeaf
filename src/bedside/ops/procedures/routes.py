"""``/api/procedures``: what an operator can run, asking for a run, following and cancelling it, the history."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from bedside.kit.paging import Page
from bedside.ops.procedures import history, service
from bedside.ops.procedures.schemas import ProcedureCatalogue, ProcedureDetail, RunRequest, RunSummary, RunView
from bedside.ops.procedures.states import RunState
from bedside.platform.http.dependencies import ContextDep, IdempotencyKey, RuntimeDep
from bedside.platform.http.idempotency import once
from bedside.platform.http.paging import After, Limit
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/procedures", tags=["procedures"])

_NAME = r"^[a-z0-9_.]{1,64}$"
Name = Annotated[str, Path(pattern=_NAME)]


@router.get("", responses=documented(401, 403, 503))
async def procedures(ctx: ContextDep, runtime: RuntimeDep) -> ProcedureCatalogue:
    """Every procedure: its purpose, its schedule, its last run, whether one goes on."""
    return await history.catalogue(ctx, runtime)


@router.get("/runs", responses=documented(401, 403, 422, 503))
async def runs(
    ctx: ContextDep,
    runtime: RuntimeDep,
    limit: Limit = 50,
    after: After = None,
    procedure: Annotated[str | None, Query(pattern=_NAME)] = None,
    state: Annotated[RunState | None, Query()] = None,
    dry_run: Annotated[bool | None, Query(description="Dry runs alone, or none of them.")] = None,
) -> Page[RunSummary]:
    """Runs, the newest first."""
    return await history.history(
        ctx, runtime, after=after, limit=limit, procedure=procedure, state=state, dry_run=dry_run
    )


@router.get("/runs/{run_id}", responses=documented(401, 403, 404, 422, 503))
async def run(ctx: ContextDep, runtime: RuntimeDep, run_id: UUID) -> RunView:
    """One run: its steps, actions, findings, what is left for a person, its output."""
    return await service.run(ctx, runtime, run_id)


@router.post("/runs/{run_id}/cancel", responses=documented(401, 403, 404, 409, 422, 503))
async def cancel(ctx: ContextDep, runtime: RuntimeDep, run_id: UUID) -> RunView:
    """Cancel a run that waits; ask one that goes on to end at its next step."""
    return await service.cancel(ctx, runtime, run_id)


@router.get("/{name}", responses=documented(401, 403, 404, 422, 503))
async def procedure(ctx: ContextDep, runtime: RuntimeDep, name: Name) -> ProcedureDetail:
    """One procedure, with the JSON schema of its parameters."""
    return await history.detail(ctx, runtime, name)


@router.post("/{name}/runs", status_code=201, responses=documented(401, 403, 404, 409, 413, 422, 503))
async def ask(
    ctx: ContextDep, runtime: RuntimeDep, name: Name, body: RunRequest, key: IdempotencyKey = None
) -> RunView:
    """Ask for a run, or with `dry_run` for a dry run. A worker takes it within seconds; `procedure` events tell."""

    async def make() -> RunView:
        return await service.ask(ctx, runtime, name, body.parameters, dry_run=body.dry_run, confirm=body.confirm)

    return await once(ctx, key, f"procedures/{name}/runs", body, RunView, make)
