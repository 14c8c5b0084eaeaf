"""Maintenance windows: planned, on, over."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from bedside.kit.ids import new_id
from bedside.ops.maintenance import repository
from bedside.ops.maintenance.schemas import CurrentWindow, PlanWindow, WindowList, WindowState, WindowView
from bedside.ops.maintenance.tables import MaintenanceWindow
from bedside.platform.access.actor import STAFF, Actor, Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, Conflict, Forbidden, NotFound
from bedside.platform.runtime import Runtime
from bedside.platform.site import SiteDescription

LONGEST = timedelta(days=7)
"""Alerts are silent in a window: one that somebody forgot must not silence them for good."""
_LATE = timedelta(minutes=5)
_FURTHEST = timedelta(days=400)
_SOON = timedelta(days=1)
_PAST_SHOWN = 50


async def plan(ctx: Context, request: PlanWindow) -> WindowView:
    """Plan a window. Raises Forbidden, BadInput when its times can't be right."""
    check(ctx, request)
    now = ctx.now()
    row = MaintenanceWindow(
        id=new_id(),
        created_at=now,
        starts_at=request.starts_at or now,
        ends_at=request.ends_at,
        reason=request.reason,
        planned_by=ctx.actor.id,
        planned_by_name=acting_name(ctx.actor),
    )
    ctx.session.add(row)
    ctx.record("maintenance_window.plan", "maintenance_window", ids=[row.id], content={"reason": request.reason})
    return _view(row, now)


def check(ctx: Context, request: PlanWindow) -> None:
    """Raise what ``plan`` would raise."""
    ctx.require(Permission.RUN_PROCEDURES)
    now = ctx.now()
    starts_at = request.starts_at or now
    if request.ends_at <= max(starts_at, now):
        raise BadInput("A window ends after it begins, and not in the past.")
    if request.ends_at - starts_at > LONGEST:
        raise BadInput(f"A window lasts {LONGEST.days} days at most: alerts are silent in it.")
    if starts_at < now - _LATE:
        raise BadInput("A window can't begin in the past; what was silent then is decided already.")
    if starts_at > now + _FURTHEST:
        raise BadInput(f"A window begins within {_FURTHEST.days} days.")


async def end(ctx: Context, window_id: UUID) -> WindowView:
    """End a window that is on, or cancel one that is planned. Raises Forbidden, NotFound, Conflict when it is over."""
    ctx.require(Permission.RUN_PROCEDURES)
    now = ctx.now()
    if not await repository.end_window(ctx.session, window_id, now, ctx.actor.id, acting_name(ctx.actor)):
        if await repository.window(ctx.session, window_id) is None:
            raise NotFound("No such maintenance window.")
        raise Conflict("This maintenance window is over already.")
    ctx.record("maintenance_window.end", "maintenance_window", ids=[window_id])
    row = await repository.window(ctx.session, window_id)
    assert row is not None  # noqa: S101 - it was changed in this transaction
    return _view(row, now)


async def windows(ctx: Context, runtime: Runtime) -> WindowList:
    """Return the windows. Raises Forbidden."""
    ctx.require(Permission.VIEW_HEALTH)
    now = ctx.now()
    rows = [
        *await repository.windows_ahead(ctx.session, now),
        *await repository.windows_over(ctx.session, now, _PAST_SHOWN),
    ]
    return WindowList(time_zone=time_zone(runtime, now), items=[_view(row, now) for row in rows])


async def current(ctx: Context, runtime: Runtime) -> CurrentWindow:
    """Return what staff are to know. Raises Forbidden for patients."""
    if ctx.actor.role not in STAFF:
        raise Forbidden("Maintenance windows are told to staff.")
    now = ctx.now()
    on = await active_window(ctx)
    ahead = [row for row in await repository.windows_ahead(ctx.session, now) if now < row.starts_at <= now + _SOON]
    return CurrentWindow(active=on, next=_view(ahead[0], now) if ahead else None, time_zone=time_zone(runtime, now))


async def active_window(ctx: Context, at: datetime | None = None) -> WindowView | None:
    """Return the window that is on now, or at a moment; of several the one that ends last. For staff and Bedside."""
    moment = at or ctx.now()
    row = await repository.active(ctx.session, moment)
    return None if row is None else _view(row, moment)


def time_zone(runtime: Runtime, now: datetime) -> str:
    """Return the service's time zone by its IANA name."""
    return runtime.part(SiteDescription).describe(now).time_zone


def acting_name(actor: Actor) -> str:
    """Return how people read who acted."""
    return actor.operator or actor.name or actor.role.value.title()


def _view(row: MaintenanceWindow, now: datetime) -> WindowView:
    return WindowView(
        id=row.id,
        state=_state(row, now),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        reason=row.reason,
        planned_by=row.planned_by_name,
        planned_at=row.created_at,
        ended_by=row.ended_by_name,
    )


def _state(row: MaintenanceWindow, now: datetime) -> WindowState:
    if row.ended_at is not None and row.ended_at <= now:
        return WindowState.CANCELLED if row.ended_at < row.starts_at else WindowState.ENDED_EARLY
    if now < row.starts_at:
        return WindowState.PLANNED
    return WindowState.ACTIVE if now < row.ends_at else WindowState.ENDED
