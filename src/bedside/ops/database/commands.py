"""``bedside db``: setup, migrate, seed, status."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from bedside.ops.database import service
from bedside.platform.cli.options import DryRunOption, JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import current, run
from bedside.platform.errors import ExitCode

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="The database.")


@app.command()
def setup(
    test_only: Annotated[bool, typer.Option("--test-only", help="Check the roles and rights; change nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Make the database, its five roles and its extensions; print the URL of each role once."""
    settings = current().settings()
    report = service.check_setup(settings) if test_only else service.set_up(settings)
    emit(report, as_json=json, render=lambda console: _draw_setup(console, report))
    raise typer.Exit(ExitCode.WELL if report.complete else ExitCode.NEEDS_ATTENTION)


@app.command()
def migrate(dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Bring the schema to this version (alembic upgrade head)."""
    result = service.migrate_schema(current().settings(), dry_run=dry_run)
    emit(result, as_json=json, render=lambda console: console.print(result.sentence))


@app.command()
def seed(json: JsonOption = False) -> None:
    """Load the starter knowledge, and sample people and cases where SAMPLE_DATA is on."""
    counts = run(current().seed)
    emit(counts, as_json=json, render=lambda console: console.print(_counted(counts)))


@app.command()
def status(json: JsonOption = False) -> None:
    """Show the server's version, the schema's revision, the database's size and its connections."""
    result = run(service.status)
    emit(result, as_json=json, render=lambda console: console.print(_described(result)))


def _described(status: service.DatabaseStatus) -> str:
    schema = status.revision or "none yet"
    newest = "the newest" if status.revision == status.newest_revision else f"the newest is {status.newest_revision}"
    return "\n".join(
        (
            f"server       PostgreSQL {status.server_version}",
            f"schema       {schema} ({newest})",
            f"size         {status.size_bytes / 2**20:.0f} MiB",
            f"connections  {status.connections} of {status.max_connections}",
        )
    )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{n} {what}" for what, n in counts.items()) or "Nothing to do."


def _draw_setup(console: Console, report: service.SetupReport) -> None:
    for line in report.done:
        console.print(f"done     {line}")
    for line in report.missing:
        console.print(f"missing  {line}")
    for name, url in report.urls.items():
        console.print(f"{name}={url}")
    if report.urls:
        say("Keep these URLs in your settings file or secret store: they hold passwords and are not shown again.")
