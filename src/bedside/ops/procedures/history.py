"""What people read: the list of procedures, the history of runs, the maintenance log, what was missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from croniter import croniter  # type: ignore[import-untyped]  # its stubs are not worth a dependency

from bedside.kit.paging import Page
from bedside.ops.procedures import repository
from bedside.ops.procedures.schemas import (
    MaintenanceLog,
    ProcedureCatalogue,
    ProcedureDetail,
    ProcedureView,
    RunSummary,
)
from bedside.ops.procedures.service import declared, title_of
from bedside.ops.procedures.states import ACTIVE, ENDED, RunState
from bedside.ops.procedures.tables import ProcedureRun, ProcedureSchedule
from bedside.ops.procedures.views import maintenance_log, run_summary
from bedside.platform.access.actor import Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput
from bedside.platform.procedures import Procedure, ProcedureList
from bedside.platform.runtime import Runtime

GRACE = timedelta(minutes=15)
"""How late a run may begin before it counts as missed: procrastinate starts it up to ten minutes late."""


async def catalogue(ctx: Context, runtime: Runtime) -> ProcedureCatalogue:
    """Return every procedure with its schedule and its last run. Raises Forbidden."""
    ctx.require(Permission.RUN_PROCEDURES)
    last = await repository.newest(ctx.session, states=sorted(ENDED))
    active = await repository.newest(ctx.session, states=sorted(ACTIVE))
    missed = await missed_runs(ctx, runtime)
    items = [
        ProcedureView(**_view(ctx, each, last.get(each.name), active.get(each.name), missed.get(each.name)))
        for each in runtime.part(ProcedureList).procedures
    ]
    return ProcedureCatalogue(items=items)


async def detail(ctx: Context, runtime: Runtime, name: str) -> ProcedureDetail:
    """Return one procedure with its parameters' schema. Raises Forbidden, NotFound."""
    procedure = declared(runtime, name)
    shown = next(item for item in (await catalogue(ctx, runtime)).items if item.name == name)
    return ProcedureDetail(**dict(shown), parameters=procedure.parameters.model_json_schema())


def _view(
    ctx: Context,
    procedure: Procedure[Any],
    last: ProcedureRun | None,
    active: ProcedureRun | None,
    missed: datetime | None,
) -> dict[str, Any]:
    return {
        "name": procedure.name,
        "title": procedure.title,
        "purpose": procedure.purpose,
        "type": procedure.kind,
        "cron": procedure.cron,
        "next_run": croniter(procedure.cron, ctx.now()).get_next(datetime) if procedure.cron else None,
        "missed": missed,
        "destroys": procedure.destroys,
        "permitted": ctx.actor.may(procedure.permission),
        "time_limit_seconds": procedure.time_limit.total_seconds(),
        "when_locked": procedure.when_locked,
        "last": run_summary(last, procedure.title) if last else None,
        "active": run_summary(active, procedure.title) if active else None,
    }


async def missed_runs(ctx: Context, runtime: Runtime) -> dict[str, datetime]:
    """Return for each procedure that should have been started by its schedule and was not, the last such moment."""
    known = await repository.schedules(ctx.session)
    started = await repository.last_scheduled(ctx.session)
    found = {}
    for each in runtime.part(ProcedureList).procedures:
        if each.cron and (moment := _missed(ctx.now(), each.cron, known.get(each.name), started.get(each.name))):
            found[each.name] = moment
    return found


def _missed(now: datetime, cron: str, schedule: ProcedureSchedule | None, started: datetime | None) -> datetime | None:
    """Return the last moment that is over the grace, unless it or a later one started a run, or it is too long ago."""
    if schedule is None or schedule.cron != cron:
        return None
    due: datetime = croniter(cron, now.astimezone(UTC) - GRACE).get_prev(datetime)
    if due <= schedule.since or (started is not None and started >= due):
        return None
    return due


async def history(
    ctx: Context,
    runtime: Runtime,
    *,
    after: str | None = None,
    limit: int = 50,
    procedure: str | None = None,
    state: RunState | None = None,
    dry_run: bool | None = None,
) -> Page[RunSummary]:
    """Return runs, the newest first. Raises Forbidden, BadInput for a cursor that is not ours."""
    ctx.require(Permission.RUN_PROCEDURES)
    rows = await repository.page(
        ctx.session,
        below=_cursor(after),
        limit=limit + 1,
        procedure=procedure,
        states=[state] if state else [],
        dry_run=dry_run,
    )
    shown = rows[:limit]
    items = [run_summary(row, title_of(runtime, row.procedure)) for row in shown]
    return Page(items=items, next=str(shown[-1].id) if len(rows) > limit else None)


def _cursor(after: str | None) -> UUID | None:
    try:
        return None if after is None else UUID(after)
    except ValueError:
        raise BadInput("`after` is not a cursor that this list gave; begin without it.") from None


async def log(
    ctx: Context,
    *,
    limit: int = 50,
    procedure: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    dry_runs: bool = False,
) -> list[MaintenanceLog]:
    """Return ended runs in the shape of the runbook's MaintenanceLog, the newest first. Raises Forbidden."""
    ctx.require(Permission.RUN_PROCEDURES)
    rows = await repository.page(
        ctx.session,
        below=None,
        limit=limit,
        procedure=procedure,
        states=sorted(ENDED),
        dry_run=None if dry_runs else False,
        since=since,
        until=until,
    )
    words = await repository.action_words(ctx.session, [row.id for row in rows])
    return [maintenance_log(row, words[row.id]) for row in rows]
