"""``bedside health``."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bedside.ops.health import service
from bedside.ops.health.api_check import API_CHECK
from bedside.ops.health.schemas import HealthReport
from bedside.platform.checks import Health
from bedside.platform.cli.options import JsonOption
from bedside.platform.cli.output import emit
from bedside.platform.cli.session import run
from bedside.platform.errors import ExitCode

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_EXIT = {Health.HEALTHY: ExitCode.WELL, Health.DEGRADED: ExitCode.NEEDS_ATTENTION, Health.DOWN: ExitCode.FAILED}


@app.command()
def health(
    part: Annotated[str | None, typer.Argument(help="One part only: api, db, worker, disk.")] = None,
    json: JsonOption = False,
) -> None:
    """Look at every part and say how it is, by what evidence, and what to do."""
    report = run(lambda runtime: service.report(runtime, part, (API_CHECK,)))
    emit(report, as_json=json, render=lambda console: _draw(console, report))
    raise typer.Exit(_EXIT[report.status])


def _draw(console: Console, report: HealthReport) -> None:
    table = Table("part", "status", "ms", "evidence", "what to do", title=f"Bedside {report.version}: {report.status}")
    for result in report.parts:
        table.add_row(
            result.part, result.status, f"{result.response_time_ms:.0f}", result.evidence, result.remedy or ""
        )
    console.print(table)
