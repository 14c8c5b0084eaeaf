"""``bedside config``: init, check, show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bedside.ops.config import service
from bedside.platform.cli.options import DryRunOption, JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import current
from bedside.platform.config.address import read_address
from bedside.platform.errors import Conflict

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Settings.")


@app.command()
def init(
    file: Annotated[Path, typer.Option("--file", help="Where to write the settings file.")] = Path(".env"),
    interactive: Annotated[bool, typer.Option("--interactive", help="Ask for the settings that matter most.")] = False,
    env_only: Annotated[bool, typer.Option("--env-only", help="Print the file instead of writing it.")] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Write a settings file in which every setting stands with its meaning and default."""
    sections = list(current().settings(generate_secrets=False, allow_unsafe=True))
    answers = (
        {name: typer.prompt(ask, default=default) for name, ask, default in service.QUESTIONS} if interactive else {}
    )
    text = service.settings_file_text(sections, answers)
    if env_only:
        typer.echo(text)
        return
    if file.exists():
        raise Conflict(f"{file} exists already; edit it, or write another one with --file.")
    if dry_run:
        say(f"Would write {file} ({len(text.splitlines())} lines).")
        return
    service.write_settings_file(file, text)
    say(f"Wrote {file}. Edit it, then run: bedside config check")


@app.command()
def check(json: JsonOption = False) -> None:
    """Check every setting; exit 2 and name all that is wrong, or say that all is well. Warnings exit 0."""
    settings = current().settings(generate_secrets=False)
    warnings = settings.warnings()
    result = {
        "status": "valid",
        "file": str(settings.file) if settings.file else None,
        "home": str(settings.home),
        "warnings": warnings,
    }
    for warning in warnings:
        say(f"Warning: {warning}")
    emit(result, as_json=json, render=lambda console: console.print("The settings are valid."))


@app.command()
def show(json: JsonOption = False) -> None:
    """Show every setting as this terminal's environment and settings file have it, secrets masked."""
    settings = current().settings(generate_secrets=False, allow_unsafe=True)
    rows = service.rows(settings)
    emit(rows, as_json=json, render=lambda console: _draw(console, rows))
    running = read_address(settings.home)
    if running is not None:
        say(service.about_the_running(running, settings))


def _draw(console: Console, rows: list[service.SettingRow]) -> None:
    table = Table("section", "name", "value", "from", "meaning")
    for row in rows:
        table.add_row(row.section, row.name, row.value, row.origin, row.description)
    console.print(table)
