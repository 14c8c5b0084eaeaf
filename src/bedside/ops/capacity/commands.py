"""``bedside capacity``: growth of data, load and latency, and when each limit is reached."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bedside.ops.capacity import service, wording
from bedside.ops.capacity.schemas import CapacityReport, LimitReach, Projection
from bedside.platform.access.actor import Permission
from bedside.platform.cli.options import JsonOption
from bedside.platform.cli.output import emit
from bedside.platform.cli.session import operator, run
from bedside.platform.errors import ExitCode
from bedside.platform.runtime import Runtime

app = typer.Typer(add_completion=False, rich_markup_mode=None, help="Growth, and when each limit is reached.")


@app.callback(invoke_without_command=True)
def capacity(
    days: Annotated[
        int, typer.Option("--days", min=7, max=3660, metavar="N", help="How many days back to look.")
    ] = service.DAYS,
    json: JsonOption = False,
) -> None:
    """Growth of data, load and latency, when each limit is reached, and what the thresholds for scaling say.

    Exit 3 where a limit is reached or will be within 30 days.
    """

    async def look(runtime: Runtime) -> CapacityReport:
        async with runtime.unit_of_work(operator()) as ctx:
            ctx.require(Permission.VIEW_HEALTH)
        return await service.capacity(runtime, days)

    found = run(look)
    emit(found, as_json=json, render=lambda console: draw(console, found))
    raise typer.Exit(ExitCode.NEEDS_ATTENTION if service.needs_somebody(found) else ExitCode.WELL)


def draw(console: Console, report: CapacityReport) -> None:
    """Print the projections and what the thresholds for scaling say."""
    table = Table(box=None, pad_edge=False)
    for heading in ("what", "now", "a day", "95 %", "limit", "reached", "earliest", "latest"):
        table.add_column(heading, overflow="fold")
    for each in report.projections:
        if each.now is None:
            table.add_row(escape(each.title), "", "", "", "", f"not enough history ({len(each.history)} days)")
            continue
        for number, limit in enumerate(each.limits or [None]):
            table.add_row(*(_start(each) if number == 0 else ("", "", "", "")), *_limit(each, limit))
    console.print(table)
    for sentence in service.needs_somebody(report):
        console.print(escape(f"to do: {sentence}"))
    advice = report.scaling
    console.print(escape(advice.summary))
    if advice.replicas_wanted is not None:
        console.print(f"API processes: {advice.replicas}; an autoscaler at 70 % would have {advice.replicas_wanted}.")


def _start(each: Projection) -> tuple[str, str, str, str]:
    def told(value: float | None, *, signed: bool = True) -> str:
        return "" if value is None else wording.figure(value, each.unit, signed=signed)

    spread = f"{told(each.per_day_low)} to {told(each.per_day_high)}"
    return escape(each.title), told(each.now, signed=False), told(each.per_day), spread


def _limit(each: Projection, limit: LimitReach | None) -> tuple[str, str, str, str]:
    if limit is None:
        return "", "", "", ""
    name = f"{wording.figure(limit.limit, each.unit)} {limit.severity}"
    if limit.reached:
        return name, "now", "", ""
    at, earliest, latest = (
        "never" if each is None else wording.date(each) for each in (limit.at, limit.earliest, limit.latest)
    )
    return name, at, earliest, latest
