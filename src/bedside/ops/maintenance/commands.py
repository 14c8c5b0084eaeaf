"""``bedside maintenance``: run, log, retention, windows, holds."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from bedside.kit.durations import parse_duration
from bedside.kit.ids import new_id
from bedside.kit.text import clean_text
from bedside.ops.maintenance import terminal
from bedside.ops.maintenance.moments import parse_moment
from bedside.ops.maintenance.procedures import RunParameters, Task, maintenance
from bedside.ops.maintenance.schemas import LiftHold, PlaceHold, PlanWindow, WindowState, WindowView
from bedside.ops.maintenance.service import holds as legal_holds
from bedside.ops.maintenance.service import retention as kept
from bedside.ops.maintenance.service import windows as planned
from bedside.ops.procedures import history
from bedside.ops.procedures.schemas import RunView
from bedside.ops.procedures.service import run_here
from bedside.ops.procedures.terminal import draw_log, draw_run, exit_code, watching
from bedside.platform.access.context import Context
from bedside.platform.cli.options import DryRunOption, JsonOption, YesOption, confirm
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import operator
from bedside.platform.cli.session import run as with_runtime
from bedside.platform.errors import BadInput
from bedside.platform.runtime import Runtime

T = TypeVar("T")

_PLAIN = {"add_completion": False, "rich_markup_mode": None, "no_args_is_help": True}
app = typer.Typer(**_PLAIN, help="Database care, retention, legal holds, maintenance windows.")  # type: ignore[arg-type]  # options of Typer
windows = typer.Typer(**_PLAIN, help="Maintenance windows: alerts are silent in one.")  # type: ignore[arg-type]  # as above
holds = typer.Typer(**_PLAIN, help="Legal holds: nothing that one covers is deleted.")  # type: ignore[arg-type]  # as above
app.add_typer(windows, name="windows")
app.add_typer(holds, name="holds")

_ID = typer.Argument(metavar="ID", show_default=False, help="Its id, as `list` shows it.")
_REASON = typer.Option("--reason", show_default=False, help="Why; people read it. No patient's data.")


@app.command("run")
def run_maintenance(
    more: Annotated[list[Task] | None, typer.Argument(metavar="[TASK]...", help="Further tasks.", hidden=True)] = None,
    tasks: Annotated[
        list[Task] | None,
        typer.Option("--tasks", metavar="TASK...", help=f"Which, of: {', '.join(Task)}. All of them by default."),
    ] = None,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="Make no backup first.")] = False,
    retention_days: Annotated[
        int | None,
        typer.Option("--retention-days", min=1, max=3660, help="Forget what is older, for this run. No conversations."),
    ] = None,
    save_report: Annotated[
        Path | None, typer.Option("--save-report", metavar="FILE", help="Write the run to this file, as JSON.")
    ] = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Care for the database, online; exit 0 when all was done, 3 when something was not, 1 otherwise."""
    if more and not tasks:
        raise BadInput("Name the tasks behind --tasks: --tasks vacuum_analyze update_statistics")
    if save_report is not None and not save_report.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {save_report.absolute().parent}; make it first.")
    parameters = RunParameters(
        tasks=tuple(dict.fromkeys([*(tasks or []), *(more or [])])) or tuple(Task),
        backup=not no_backup,
        retention_days=retention_days,
    )
    # What the settings say is deleted each night anyway.
    if retention_days is not None and Task.CLEANUP_OLD_DATA in parameters.tasks and not dry_run:
        confirm(
            maintenance.name, what=f"This deletes what is older than {retention_days} days; settings are passed over.",
            yes=yes,
        )  # fmt: skip
    found = with_runtime(
        lambda runtime: run_here(runtime, operator(), maintenance, parameters, dry_run=dry_run, watch=watching(say))
    )
    if save_report is not None:
        _save(found, save_report)
    emit(found, as_json=json, render=lambda console: draw_run(console, found))
    raise typer.Exit(exit_code(found))


def _save(run: RunView, path: Path) -> None:
    """Write the report for its owner alone; a reader never sees half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(run.model_dump_json(indent=2) + "\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        say(f"The report could not be written to {path}: {error.strerror}.")
        return
    say(f"The report is in {path}.")


@app.command()
def log(
    procedure: Annotated[
        str | None, typer.Option("--procedure", metavar="NAME", help="Runs of this procedure alone.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many, the newest first.")] = 20,
    json: JsonOption = False,
) -> None:
    """Every procedure that was run: by whom, when, for how long, actions, findings, what is left."""
    found = _ask(lambda ctx, _: history.log(ctx, limit=limit, procedure=procedure))
    emit(found, as_json=json, render=lambda console: draw_log(console, found))


@app.command()
def retention(json: JsonOption = False) -> None:
    """What is kept for how long, and by which setting."""
    found = _ask(kept.report)
    emit(found, as_json=json, render=lambda console: terminal.draw_retention(console, found))


@windows.command("list")
def list_windows(json: JsonOption = False) -> None:
    """The windows that are on or planned, and the last that are over."""
    found = _ask(planned.windows)
    emit(found, as_json=json, render=lambda console: terminal.draw_windows(console, found))


@windows.command("add")
def add_window(
    reason: Annotated[str, _REASON],
    start: Annotated[
        str | None, typer.Option("--from", metavar="WHEN", help="2026-11-29 02:00, in the service's zone; now without.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="WHEN", help="When it ends.")] = None,
    length: Annotated[str | None, typer.Option("--for", metavar="LENGTH", help="How long, instead: 90m, 2h.")] = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Plan a maintenance window, or begin one now."""
    if (end is None) == (length is None):
        raise BadInput("Say when it ends: with --to, or with --for how long it lasts.")

    async def plan(ctx: Context, runtime: Runtime) -> tuple[WindowView, str]:
        zone = planned.time_zone(runtime, ctx.now())
        starts_at = parse_moment(start, zone) if start else ctx.now()
        request = PlanWindow(
            starts_at=starts_at if start else None, ends_at=_end(starts_at, end, length, zone), reason=_text(reason)
        )
        if dry_run:
            planned.check(ctx, request)
            return _as_planned(ctx, request, starts_at), zone
        return await planned.plan(ctx, request), zone

    window, zone = _ask(plan)
    emit(window, as_json=json, render=lambda console: terminal.draw_window(console, window, zone, dry_run=dry_run))


def _end(starts_at: datetime, end: str | None, length: str | None, zone: str) -> datetime:
    if end is not None:
        return parse_moment(end, zone)
    try:
        return starts_at + parse_duration(length or "")
    except ValueError as error:
        raise BadInput(str(error)) from None


def _as_planned(ctx: Context, request: PlanWindow, starts_at: datetime) -> WindowView:
    return WindowView(
        id=new_id(),
        state=WindowState.PLANNED,
        starts_at=starts_at,
        ends_at=request.ends_at,
        ended_at=None,
        reason=request.reason,
        planned_by=planned.acting_name(ctx.actor),
        planned_at=ctx.now(),
        ended_by=None,
    )


@windows.command("cancel")
def cancel_window(window_id: Annotated[UUID, _ID], json: JsonOption = False) -> None:
    """Cancel a window that is planned, or end the one that is on."""

    async def end(ctx: Context, runtime: Runtime) -> tuple[WindowView, str]:
        return await planned.end(ctx, window_id), planned.time_zone(runtime, ctx.now())

    window, zone = _ask(end)
    emit(window, as_json=json, render=lambda console: terminal.draw_window(console, window, zone))


@holds.command("list")
def list_holds(
    in_force: Annotated[bool, typer.Option("--in-force", help="Only those that are in force.")] = False,
    json: JsonOption = False,
) -> None:
    """Legal holds, those in force first."""
    found = _ask(lambda ctx, _: legal_holds.holds(ctx, in_force=in_force))
    emit(found, as_json=json, render=lambda console: terminal.draw_holds(console, found))


@holds.command("place")
def place_hold(
    reason: Annotated[str, _REASON],
    patient: Annotated[UUID | None, typer.Option("--patient", metavar="ID", help="Whose records.")] = None,
    everything: Annotated[bool, typer.Option("--everything", help="All records and other evidence.")] = False,
    json: JsonOption = False,
) -> None:
    """Keep a patient's records, or everything, from being deleted."""
    request = PlaceHold(patient_id=patient, everything=everything, reason=_text(reason))
    found = _ask(lambda ctx, _: legal_holds.place(ctx, request))
    emit(found, as_json=json, render=lambda console: terminal.draw_hold(console, found))


@holds.command("lift")
def lift_hold(
    hold_id: Annotated[UUID, _ID],
    reason: Annotated[str, _REASON],
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Lift a hold: what is older than its retention is deleted at the next run."""
    request = LiftHold(reason=_text(reason))
    confirm("lift", what="What this hold keeps is deleted once it is older than its retention.", yes=yes)
    found = _ask(lambda ctx, _: legal_holds.lift(ctx, hold_id, request))
    emit(found, as_json=json, render=lambda console: terminal.draw_hold(console, found))


def _text(reason: str) -> str:
    """Return a reason as it is kept. Raises BadInput."""
    text = clean_text(reason)
    if not 3 <= len(text) <= 500:
        raise BadInput("A reason has 3 to 500 characters.")
    return text


def _ask(action: Callable[[Context, Runtime], Awaitable[T]]) -> T:
    """Run ``action`` in one unit of work, as the operator."""

    async def act(runtime: Runtime) -> T:
        async with runtime.unit_of_work(operator()) as ctx:
            return await action(ctx, runtime)

    return with_runtime(act)
