"""``bedside sample-data``: reset."""

from __future__ import annotations

import typer

from bedside.ops.sample import service
from bedside.ops.sample.schemas import SampleReport
from bedside.platform.cli.options import DryRunOption, JsonOption, YesOption, confirm
from bedside.platform.cli.output import emit
from bedside.platform.cli.session import current, operator, run
from bedside.platform.errors import Conflict

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Sample data, in development alone."
)


@app.callback()
def group() -> None:
    """Sample data, in development alone."""


@app.command()
def reset(dry_run: DryRunOption = False, yes: YesOption = False, json: JsonOption = False) -> None:
    """Delete what sample use made, and make the sample people and cases anew. Bedside may run meanwhile."""
    reason = service.why_not(current().settings())
    if reason is not None:
        raise Conflict(reason)
    if dry_run:
        found = run(lambda runtime: service.state(runtime, operator()))
        emit(found, as_json=json, render=lambda console: console.print(f"Would delete {_counted(found.records)}."))
        return
    confirm("reset", what="This deletes every record that was made here.", yes=yes)
    report = run(lambda runtime: service.reset(runtime, operator()))
    emit(report, as_json=json, render=lambda console: console.print(_told(report)))


def _told(report: SampleReport) -> str:
    return f"Deleted {_counted(report.deleted)}; made {_counted(report.created)}."


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in counts.items()) or "nothing"
