"""``bedside health``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bedside.ops.health import service
from bedside.ops.health.api_check import API_CHECK
from bedside.ops.health.drawing import draw
from bedside.ops.health.schemas import HealthReport
from bedside.platform.checks import Health
from bedside.platform.cli.options import JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import run
from bedside.platform.errors import BadInput, ExitCode
from bedside.platform.runtime import Runtime

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_EXIT = {Health.HEALTHY: ExitCode.WELL, Health.DEGRADED: ExitCode.NEEDS_ATTENTION, Health.DOWN: ExitCode.FAILED}


@app.command()
def health(
    parts: Annotated[
        list[str] | None, typer.Argument(metavar="[PART...]", help="Parts or checks only: api, db, disk, host.cpu.")
    ] = None,
    json: JsonOption = False,
    save_report: Annotated[
        Path | None, typer.Option("--save-report", metavar="FILE", help="Write the report as JSON into this file, too.")
    ] = None,
    alert_threshold: Annotated[
        int | None,
        typer.Option(
            "--alert-threshold", metavar="N", min=0, max=100, help="Fail when the score is below N, and only then."
        ),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Look again and again, until Ctrl-C.")] = False,
    every: Annotated[
        float, typer.Option("--every", metavar="SECONDS", min=0.5, max=3600, help="How often --watch looks.")
    ] = 5.0,
) -> None:
    """Look at every part and say how it is, by what evidence, and what to do; also when server or database are down.

    The score is 100, less 40 for each part that is down and 10 for each that is degraded. Exit: 0 all is well,
    3 something is degraded, 1 something is down; with --alert-threshold 0 wherever the score reaches N.
    """
    if save_report is not None and not save_report.parent.is_dir():
        raise BadInput(f"--save-report: the folder {save_report.parent} does not exist; make it, or name another.")
    last: list[HealthReport] = []

    async def look(runtime: Runtime) -> None:
        while True:
            report = await service.report(runtime, parts or (), (API_CHECK,), anew=True)
            last[:] = [report]
            _tell(report, json, save_report)
            if not watch:
                return
            await asyncio.sleep(every)

    try:
        run(look, start_database=False)
    except KeyboardInterrupt:
        say("Stopped.")
        if not last:
            raise typer.Exit(ExitCode.FAILED) from None
    raise typer.Exit(exit_code(last[0], alert_threshold))


def exit_code(report: HealthReport, alert_threshold: int | None) -> ExitCode:
    """Return what the report's status is worth as an exit code; well where it reaches ``alert_threshold``."""
    if alert_threshold is None:
        return _EXIT[report.status]
    if report.score >= alert_threshold:
        return ExitCode.WELL
    return max(_EXIT[report.status], ExitCode.FAILED)


def _tell(report: HealthReport, json: bool, save_report: Path | None) -> None:
    if save_report is not None:
        try:
            save_report.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise BadInput(f"--save-report: {save_report} can't be written ({error.strerror}).") from None

    def render(console: Console) -> None:
        draw(console, report)

    emit(report, as_json=json, render=render)
