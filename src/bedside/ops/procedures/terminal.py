"""Procedures and runs as a terminal shows them; parameters as a command line gives them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bedside.ops.procedures.recorder import Progress, Watch
from bedside.ops.procedures.schemas import (
    ActionState,
    MaintenanceLog,
    ProcedureCatalogue,
    ProcedureDetail,
    RunSummary,
    RunView,
)
from bedside.ops.procedures.states import RunState
from bedside.platform.errors import BadInput, ExitCode

EXIT_CODES = {RunState.COMPLETED: ExitCode.WELL, RunState.PARTIAL: ExitCode.NEEDS_ATTENTION}
"""How a command ends that ran a procedure; every other state is a failure."""
PROGRESS_SECONDS = 2.0
_MARKS = {
    ActionState.PLANNED: "would",
    ActionState.BEGUN: "doing",
    ActionState.DONE: "done",
    ActionState.FAILED: "failed",
    ActionState.BROKEN_OFF: "broken off",
}


def exit_code(run: RunSummary) -> ExitCode:
    """Return the exit code of a command that ran ``run``."""
    return EXIT_CODES.get(run.state, ExitCode.FAILED)


def parameters_of(given: Iterable[str], model: type[BaseModel]) -> dict[str, Any]:
    """Return ``--param KEY=VALUE`` options as parameters; one that is given again is a list. Raises BadInput.

    A value that begins with [ or { is JSON where the parameter takes such.
    """
    kinds = {name: _kind(field) for name, field in model.model_json_schema().get("properties", {}).items()}
    found: dict[str, Any] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise BadInput("A parameter is given as --param NAME=VALUE.")
        if name not in kinds:
            raise BadInput(f"There is no such parameter; there are: {', '.join(kinds) or 'none'}.")
        if kinds[name] == "array" and not value.startswith("["):
            found.setdefault(name, []).append(value)
        elif name in found:
            raise BadInput(f"{name} is given twice and takes one value.")
        else:
            found[name] = _json(name, value) if kinds[name] in {"array", "object"} else value
    return found


def _kind(schema: dict[str, Any]) -> str:
    options = [schema, *schema.get("anyOf", [])]
    return next((str(each["type"]) for each in options if each.get("type") in {"array", "object"}), "value")


def _json(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise BadInput(f"{name} is not the JSON that it has to be.") from None


def watching(tell: Callable[[str], None]) -> Watch:
    """Return what tells an operator of a run's progress, a line for each step and action."""
    told_at, step = 0.0, None

    def watch(progress: Progress) -> None:
        nonlocal told_at, step
        if progress.action is not None:
            tell(f"  {progress.action}")
        elif progress.step != step:
            step = progress.step
            tell(step or "")
        elif progress.done and time.monotonic() - told_at > PROGRESS_SECONDS:
            told_at = time.monotonic()
            tell(f"  {progress.done}{f' of {progress.total}' if progress.total is not None else ''}")

    return watch


def draw_catalogue(console: Console, catalogue: ProcedureCatalogue) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "schedule (UTC)", "last run", "ended", "purpose"):
        table.add_column(heading, overflow="fold")
    for each in catalogue.items:
        state = each.last.state.value if each.last else "never"
        if each.active:
            state = f"{each.active.state}, by {each.active.performed_by}"
        elif each.missed:
            state = f"missed {each.missed:%Y-%m-%d %H:%M}"
        ended = each.last.finished_at if each.last else None
        table.add_row(
            each.name, each.cron or "", escape(state), f"{ended:%Y-%m-%d %H:%M}" if ended else "", each.purpose
        )
    console.print(table)


def draw_detail(console: Console, shown: ProcedureDetail) -> None:
    console.print(f"{shown.name}: {escape(shown.title)}")
    console.print(escape(shown.purpose))
    limit = f"{shown.time_limit_seconds:g} s"
    second = "waits" if shown.when_locked == "wait" else "is refused"
    console.print(f"type {shown.type}, time limit {limit}; a second run at once {second}")
    if shown.destroys:
        console.print("It destroys something: a run is to be confirmed.")
    if shown.cron and shown.next_run:
        console.print(f"schedule {shown.cron} (UTC), next {shown.next_run:%Y-%m-%d %H:%M}")
    required = set(shown.parameters.get("required", ()))
    for name, field in shown.parameters.get("properties", {}).items():
        default = "required" if name in required else f"default {json.dumps(field.get('default'))}"
        console.print(escape(f"  --param {name}=…  {field.get('description', '')} ({default})"))


def draw_history(console: Console, runs: Iterable[RunSummary]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "procedure", "state", "by", "began", "seconds"):
        table.add_column(heading, overflow="fold")
    for each in runs:
        began = each.started_at or each.created_at
        seconds = "" if each.duration_seconds is None else f"{each.duration_seconds:.1f}"
        state = f"{each.state}{' (dry run)' if each.dry_run else ''}"
        table.add_row(
            str(each.id), each.procedure, state, escape(each.performed_by), f"{began:%Y-%m-%d %H:%M:%S}", seconds
        )
    console.print(table)


def draw_run(console: Console, run: RunView) -> None:
    seconds = "" if run.duration_seconds is None else f" after {run.duration_seconds:.1f} s"
    console.print(escape(f"{run.procedure} {'dry run ' if run.dry_run else ''}{run.state}{seconds}  {run.id}"))
    for each in run.actions:
        console.print(escape(f"  {_MARKS[each.state]}: {each.action}"))
    if run.actions_total > len(run.actions):
        console.print(f"  and {run.actions_total - len(run.actions)} more")
    for heading, lines in (
        ("found", run.findings),
        ("could not", run.failures),
        ("left for a person", run.follow_up),
        ("because", [run.error] if run.error else []),
    ):
        for line in lines:
            console.print(escape(f"  {heading}: {line}"))
    for name, value in run.output.items():
        console.print(escape(f"  {name} = {json.dumps(value, ensure_ascii=False)}"))


def draw_log(console: Console, entries: Iterable[MaintenanceLog]) -> None:
    """Print the maintenance log: a line for each task, and below it what was done, found and left."""
    for entry in entries:
        at, done = entry.performed, entry.details
        console.print(
            escape(
                f"{at.at:%Y-%m-%d %H:%M} {entry.task_id} ({entry.type}) {entry.status}, {at.by}, {at.duration:.1f} s"
            )
        )
        for heading, lines in (("did", done.actions), ("found", done.findings), ("left", done.follow_up)):
            for line in lines:
                console.print(escape(f"  {heading}: {line}"))
