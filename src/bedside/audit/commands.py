"""``bedside audit``: list, access, export."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TextIO

import typer
from pydantic import ValidationError

from bedside.audit import service
from bedside.audit.schemas import AccessSummary, AuditEventOut, AuditFilter
from bedside.audit.terminal import draw_access, draw_events
from bedside.kit.durations import parse_duration
from bedside.kit.paging import Page
from bedside.platform.access.names import ActorNames
from bedside.platform.cli.options import JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import operator, run
from bedside.platform.errors import BadInput
from bedside.platform.runtime import Runtime

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="The audit log.")

Last = Annotated[str | None, typer.Option("--last", help="Only the last 30m, 24h, 7d, …")]
Action = Annotated[str | None, typer.Option("--action", help="Only actions that begin so: account, assessment.read, …")]
Patient = Annotated[str | None, typer.Option("--patient", help="Only events about this patient's id.")]
Actor = Annotated[str | None, typer.Option("--actor", help="Only events of this account's id.")]


@app.command("list")
def list_(
    last: Last = None,
    action: Action = None,
    patient: Patient = None,
    actor: Actor = None,
    entity: Annotated[str | None, typer.Option("--entity", help="Only this kind of thing: patient, account, …")] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="Only success, denied or failed.")] = None,
    flag: Annotated[list[str] | None, typer.Option("--flag", help="Only with this flag: break-glass, …")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many, newest first.")] = 50,
    json: JsonOption = False,
) -> None:
    """Show events, the newest first."""
    chosen = _filter(
        last, action=action, patient_id=patient, actor_id=actor, entity=entity, outcome=outcome, flag=flag or []
    )

    async def read(runtime: Runtime) -> Page[AuditEventOut]:
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.list_events(ctx, chosen, runtime.part(ActorNames), after=None, limit=limit)

    page = run(read)
    emit(page.items, as_json=json, render=lambda console: draw_events(console, page.items))


@app.command()
def access(last: Last = "24h", patient: Patient = None, json: JsonOption = False) -> None:
    """Show who reached patient data: how often, how many patients, denials, break-glass."""
    chosen = _filter(last, patient_id=patient)

    async def read(runtime: Runtime) -> list[AccessSummary]:
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.access(ctx, chosen, runtime.part(ActorNames))

    found = run(read)
    emit(found, as_json=json, render=lambda console: draw_access(console, found))


@app.command()
def export(
    to: Annotated[Path | None, typer.Option("--to", help="A new file; without it, stdout.")] = None,
    last: Last = None,
    action: Action = None,
) -> None:
    """Write events as they are stored, one JSON object a line, the oldest first."""
    chosen = _filter(last, action=action)

    async def write(runtime: Runtime) -> int:
        count = 0
        with _opened(to) as file:
            async with runtime.unit_of_work(operator()) as ctx:
                async for event in service.export(ctx, chosen):
                    file.write(event.model_dump_json() + "\n")
                    count += 1
        return count

    say(f"{run(write)} events exported.")


def _filter(last: str | None, **fields: str | list[str] | None) -> AuditFilter:
    try:
        since = datetime.now(UTC) - parse_duration(last) if last else None
        return AuditFilter.model_validate({"since": since, **fields})
    except ValidationError as error:
        names = ", ".join(str(e["loc"][0]) for e in error.errors(include_input=False))
        raise BadInput(f"Not valid: {names}. An id is a UUID.") from None
    except ValueError as error:
        raise BadInput(str(error)) from None


def _opened(path: Path | None) -> TextIO:
    if path is None:
        return os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"Can't write a new file {path} ({error.strerror}).") from None
