"""``bedside db``: setup, migrate, seed; status, pool, slow-queries, blocked, advise, tune, shell."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from bedside.ops.database import drawing, service
from bedside.ops.database.schemas import SetupReport
from bedside.ops.database.service import Order, ShellRole
from bedside.platform.checks import Health
from bedside.platform.cli.options import DryRunOption, JsonOption, YesOption, confirm
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import current, operator, run
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
    """Show the server, the schema's revision, sizes, connections and cache hits. Exit 3 when the schema is not new."""
    result = run(service.status)
    emit(result, as_json=json, render=lambda console: drawing.draw_status(console, result))
    raise typer.Exit(ExitCode.WELL if result.up_to_date else ExitCode.NEEDS_ATTENTION)


@app.command()
def pool(json: JsonOption = False) -> None:
    """Show who has the server's connections. Exit 3 when too many are in use (DB_POOL_WARNING_PERCENT)."""
    result = run(service.pool)
    emit(result, as_json=json, render=lambda console: drawing.draw_pool(console, result))
    raise typer.Exit(ExitCode.WELL if result.status is Health.HEALTHY else ExitCode.NEEDS_ATTENTION)


@app.command("slow-queries")
def slow_queries(
    by: Annotated[Order, typer.Option("--by", help="Which come first: by mean, total or longest time, or calls.")] = (
        Order.MEAN
    ),
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many.")] = 20,
    json: JsonOption = False,
) -> None:
    """Show the slowest statements, without their values. Exit 3 when one is over DB_QUERY_TIME_WARNING_MS."""
    result = run(lambda runtime: service.slow_queries(runtime, by=by.value, limit=limit))
    emit(result, as_json=json, render=lambda console: drawing.draw_slow_queries(console, result))
    slow = any(item.status is not Health.HEALTHY for item in result.items)
    raise typer.Exit(ExitCode.NEEDS_ATTENTION if slow else ExitCode.WELL)


@app.command()
def blocked(json: JsonOption = False) -> None:
    """Show who waits for a lock, and the sessions that hold it. Exit 3 when somebody waits."""
    result = run(service.blocked)
    emit(result, as_json=json, render=lambda console: drawing.draw_blocked(console, result))
    raise typer.Exit(ExitCode.NEEDS_ATTENTION if result.waiting else ExitCode.WELL)


@app.command()
def advise(
    exact: Annotated[
        bool, typer.Option("--exact", help="Read every page for bloat and damage too, which takes minutes.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Advise on indexes, queries, tables and settings, with the SQL. Changes nothing. Exit 3 when there is advice."""
    result = run(lambda runtime: service.advice(runtime, exact=exact))
    emit(result, as_json=json, render=lambda console: drawing.draw_advice(console, result))
    raise typer.Exit(ExitCode.NEEDS_ATTENTION if result.advice else ExitCode.WELL)


@app.command()
def tune(
    memory: Annotated[
        float | None,
        typer.Option("--memory", min=0.25, help="The server's memory in GiB, where it is not this machine."),
    ] = None,
    processors: Annotated[int | None, typer.Option("--processors", min=1, help="Its processors.")] = None,
    json: JsonOption = False,
) -> None:
    """Compare the server's settings with the machine and say what would suit it, and why. Changes nothing."""
    result = run(lambda runtime: service.tuning(runtime, memory_gib=memory, processors=processors))
    emit(result, as_json=json, render=lambda console: drawing.draw_tuning(console, result))


@app.command()
def shell(
    role: Annotated[ShellRole, typer.Option("--role", help="As whom; what others than monitor do is recorded too.")] = (
        ShellRole.MONITOR
    ),
    command: Annotated[str | None, typer.Option("--command", "-c", help="Run this and end.")] = None,
    yes: YesOption = False,
) -> None:
    """Open psql on the database, as the monitor role unless told otherwise. Each session is in the audit log."""
    if role is ShellRole.OWNER:
        confirm("owner", what="The owner may drop every table.", yes=yes)
    code = run(lambda runtime: service.shell(runtime, operator(), role, command))
    raise typer.Exit(ExitCode.WELL if code == 0 else ExitCode.FAILED)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{n} {what}" for what, n in counts.items()) or "Nothing to do."


def _draw_setup(console: Console, report: SetupReport) -> None:
    for line in report.done:
        console.print(f"done     {line}")
    for line in report.missing:
        console.print(f"missing  {line}")
    for name, url in report.urls.items():
        console.print(f"{name}={url}")
    if report.urls:
        say("Keep these URLs in your settings file or secret store: they hold passwords and are not shown again.")
