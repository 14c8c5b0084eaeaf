"""``/api/maintenance``: windows, holds and retention, for administrators; the window that is on, for all staff."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from bedside.ops.maintenance.schemas import (
    CurrentWindow,
    HoldList,
    HoldView,
    LiftHold,
    PlaceHold,
    PlanWindow,
    RetentionReport,
    WindowList,
    WindowView,
)
from bedside.ops.maintenance.service import holds as legal_holds
from bedside.ops.maintenance.service import retention as kept
from bedside.ops.maintenance.service import windows
from bedside.platform.http.dependencies import ContextDep, IdempotencyKey, RuntimeDep
from bedside.platform.http.idempotency import once
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/maintenance", tags=["maintenance"])


@router.get("/windows", responses=documented(401, 403, 503))
async def list_windows(ctx: ContextDep, runtime: RuntimeDep) -> WindowList:
    """Maintenance windows: those that are on or planned, and the last that are over."""
    return await windows.windows(ctx, runtime)


@router.get("/windows/current", responses=documented(401, 403, 503))
async def current_window(ctx: ContextDep, runtime: RuntimeDep) -> CurrentWindow:
    """The window that is on, and one that begins within a day: for all staff."""
    return await windows.current(ctx, runtime)


@router.post("/windows", status_code=201, responses=documented(400, 401, 403, 413, 422, 503))
async def plan_window(ctx: ContextDep, body: PlanWindow, key: IdempotencyKey = None) -> WindowView:
    """Plan a maintenance window, or begin one now. Alerts are silent in it."""
    return await once(ctx, key, "maintenance.windows", body, WindowView, lambda: windows.plan(ctx, body))


@router.post("/windows/{window_id}/end", responses=documented(401, 403, 404, 409, 422, 503))
async def end_window(ctx: ContextDep, window_id: UUID) -> WindowView:
    """End a window that is on, or cancel one that is planned."""
    return await windows.end(ctx, window_id)


@router.get("/holds", responses=documented(401, 403, 503))
async def list_holds(ctx: ContextDep) -> HoldList:
    """Legal holds, those in force first."""
    return await legal_holds.holds(ctx)


@router.post("/holds", status_code=201, responses=documented(400, 401, 403, 404, 413, 422, 503))
async def place_hold(ctx: ContextDep, body: PlaceHold, key: IdempotencyKey = None) -> HoldView:
    """Place a legal hold on a patient's records, or on everything."""
    return await once(ctx, key, "maintenance.holds", body, HoldView, lambda: legal_holds.place(ctx, body))


@router.post("/holds/{hold_id}/lift", responses=documented(400, 401, 403, 404, 413, 422, 503))
async def lift_hold(ctx: ContextDep, hold_id: UUID, body: LiftHold) -> HoldView:
    """Lift a legal hold. What is older than its retention is deleted at the next run."""
    return await legal_holds.lift(ctx, hold_id, body)


@router.get("/retention", responses=documented(401, 403, 503))
async def retention(ctx: ContextDep, runtime: RuntimeDep) -> RetentionReport:
    """What is kept for how long. Audit events are kept for good."""
    return await kept.report(ctx, runtime)
