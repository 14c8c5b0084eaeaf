"""``bedside alerts on-call``: list, add, remove."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError

from bedside.ops.alerts import service, terminal
from bedside.ops.alerts.schemas import NewShift, ShiftList, ShiftView
from bedside.platform.cli.options import DryRunOption, JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import operator, run
from bedside.platform.errors import BadInput
from bedside.platform.runtime import Runtime

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Who is on call.")


@app.command("list")
def list_(json: JsonOption = False) -> None:
    """Show who is on call now, and the shifts to come."""

    async def read(runtime: Runtime) -> ShiftList:
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.list_shifts(ctx)

    found = run(read)
    emit(found.items, as_json=json, render=lambda console: terminal.shifts(console, found.items))


@app.command()
def add(
    rota: Annotated[str, typer.Argument(help="The rota that an escalation names: on_call, level_1.")],
    who: Annotated[str, typer.Argument(help="The person's name.")],
    channel: Annotated[str, typer.Option("--channel", help="The channel that reaches them.")],
    starts: Annotated[str, typer.Option("--from", metavar="TIME", help="Local time: 2026-11-23 08:00.")],
    zone: Annotated[str, typer.Option("--time-zone", help="Of that time: Europe/Berlin.")] = "UTC",
    json: JsonOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Put somebody on call from a time on, until the next shift of the rota begins."""
    try:
        asked = NewShift(rota=rota, who=who, channel=channel, starts=starts, time_zone=zone)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadInput(f"{first['loc'][0]}: {first['msg']}.") from None
    if dry_run:
        say(f"Would put {asked.who} on call in {rota} from {starts} ({zone}).")
        return

    async def do(runtime: Runtime) -> ShiftView:
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.add_shift(ctx, asked)

    made = run(do)
    emit(made, as_json=json, render=lambda console: terminal.shifts(console, [made]))


@app.command()
def remove(
    shift_id: Annotated[UUID, typer.Argument(metavar="SHIFT", help="Its id: bedside alerts on-call list")],
    dry_run: DryRunOption = False,
) -> None:
    """Take a shift out of its rota; the one before it goes on."""
    if dry_run:
        say(f"Would take out the shift {shift_id}.")
        return

    async def do(runtime: Runtime) -> None:
        async with runtime.unit_of_work(operator()) as ctx:
            await service.delete_shift(ctx, shift_id)

    run(do)
    say(f"Took out the shift {shift_id}.")
