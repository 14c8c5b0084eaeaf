"""``bedside audit``: list, access, export."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TextIO
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bedside.audit import service
from bedside.audit.schemas import AccessSummary, AuditEventOut, AuditFilter
from bedside.kit.durations import parse_duration
from bedside.kit.paging import Page
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

_SHORT = 8
_IDS_SHOWN = 2


@app.command("list")
def list_(
    last: Last = None,
    action: Action = None,
    patient: Patient = None,
    actor: Actor = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many, newest first.")] = 50,
    json: JsonOption = False,
) -> None:
    """Show events, the newest first."""
    chosen = _filter(last, action=action, patient_id=patient, actor_id=actor)

    async def read(runtime: Runtime) -> Page[AuditEventOut]:
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.list_events(ctx, chosen, after=None, limit=limit)

    page = run(read)
    emit(page.items, as_json=json, render=lambda console: _draw_events(console, page.items))


@app.command()
def access(last: Last = "24h", patient: Patient = None, json: JsonOption = False) -> None:
    """Show who reached patient data: how often, how many patients, denials, break-glass."""
    chosen = _filter(last, patient_id=patient)

    async def read(runtime: Runtime) -> list[AccessSummary]:
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.access(ctx, chosen)

    found = run(read)
    emit(found, as_json=json, render=lambda console: _draw_access(console, found))


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


def _filter(last: str | None, **fields: str | None) -> AuditFilter:
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


def _draw_events(console: Console, events: list[AuditEventOut]) -> None:
    if not events:
        console.print("No events.")
        return
    table = _table("at (UTC)", "who", last="what")
    for event in events:
        who = event.operator or (_short(event.actor_id) if event.actor_id else event.via)
        ids = [_short(one) for one in event.entity_ids[:_IDS_SHOWN]]
        more = len(event.entity_ids) - len(ids)
        marks = [*event.flags, *([] if event.outcome == "success" else [event.outcome.upper()])]
        what = [event.action, event.entity, *ids, *([f"and {more} more"] if more else []), *marks]
        table.add_row(f"{event.recorded_at:%Y-%m-%d %H:%M:%S}", Text(f"{event.actor_role} {who}"), Text(" ".join(what)))
    console.print(table)
    console.print(Text("Ids are cut to their last 8 digits; --json has them whole."))


def _draw_access(console: Console, rows: list[AccessSummary]) -> None:
    if not rows:
        console.print("Nobody reached patient data in that time.")
        return
    table = _table("who", "via", "events", "patients", "denied", "glass", last="last at (UTC)")
    for row in rows:
        table.add_row(
            Text(f"{row.actor_role} {_short(row.actor_id) if row.actor_id else ''}".strip()),
            Text(row.via),
            str(row.events),
            str(row.patients),
            str(row.denied),
            str(row.break_glass),
            f"{row.last_at:%Y-%m-%d %H:%M:%S}",
        )
    console.print(table)
    console.print(Text("glass: uses of break-glass. Ids are cut to their last 8 digits; --json has them whole."))


def _table(*headers: str, last: str) -> Table:
    """Return a table that fits 80 columns: all but the last column keep their words whole."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for header in headers:
        table.add_column(header, no_wrap=True)
    table.add_column(last, overflow="fold")
    return table


def _short(id_: UUID) -> str:
    # The end tells ids apart: a version 7 UUID begins with the time (RFC 9562, section 5.7).
    return str(id_)[-_SHORT:]
