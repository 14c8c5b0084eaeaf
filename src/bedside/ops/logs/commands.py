"""``bedside logs``: read Bedside's own logs; ``bedside logs sanitize``: clean those that others wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bedside.ops.logs import showing
from bedside.ops.logs.files import ERRORS, processes
from bedside.ops.logs.following import follow as following
from bedside.ops.logs.reading import matching, moment, recent
from bedside.ops.logs.sanitize import SanitizeReport, check_arguments, sanitize_files
from bedside.ops.logs.schemas import LEVELS, Counted, LogLine, LogQuery
from bedside.platform.cli.options import DryRunOption, JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import current
from bedside.platform.errors import BadInput, NotFound

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def logs(
    ctx: typer.Context,
    level: Annotated[str | None, typer.Option("--level", help="This level and above: debug … critical.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="From then on: 15m, 24h, 2026-11-22T18:40.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Up to then, in the same forms.")] = None,
    grep: Annotated[str | None, typer.Option("--grep", metavar="REGEX", help="Lines that match.")] = None,
    part: Annotated[list[str] | None, typer.Option("--part", help="Of these parts: knowledge, http, care.")] = None,
    process: Annotated[list[str] | None, typer.Option("--process", help="Of these logs: api, worker, error.")] = None,
    request_id: Annotated[str | None, typer.Option("--request-id", help="Of this request.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="The last so many lines; 0 for all.")] = 200,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines are written, until Ctrl-C.")] = False,
    json: JsonOption = False,
) -> None:
    """Read the logs of every process in the order of time; with --json one JSON object a line."""
    if ctx.invoked_subcommand is not None:
        return
    now = datetime.now(UTC)
    query = LogQuery(
        level=_level(level),
        since=moment(since, now) if since else None,
        until=moment(until, now) if until else None,
        grep=_expression(grep),
        parts=tuple(name.removeprefix("bedside.") for name in part or ()),
        request_id=request_id,
    )
    folder = current().settings(generate_secrets=False, allow_unsafe=True).home / "logs"
    names = _names(folder, process or [])
    counted = Counted()
    # What is written from here on is what is followed.
    ends = {path: path.stat().st_size for name in names if (path := folder / f"{name}.log").exists()}
    _print(recent(folder, names, query, counted, limit=limit or None, ends=ends), as_json=json)
    _tell(counted)
    if follow:
        chosen = names if process else []
        _print(matching(following(folder, chosen, ends, counted), query, counted), as_json=json)


@app.command()
def sanitize(
    files: Annotated[list[Path], typer.Argument(help="Log files, also compressed (.gz).")],
    output: Annotated[Path | None, typer.Option("--output", help="Where to: a new file, or a folder.")] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Replace each file once it is whole.")] = False,
    ips: Annotated[bool, typer.Option("--ips", help="Take out IP addresses, too.")] = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Take names behind known keys, phones, e-mail addresses, birth dates, people's numbers, secrets out of logs."""
    check_arguments(files, output, in_place=in_place, dry_run=dry_run)
    report = sanitize_files(files, output=output, in_place=in_place, addresses=ips, dry_run=dry_run)
    emit(report, as_json=json, render=lambda console: _draw(console, report))


def _level(text: str | None) -> str | None:
    if text is not None and text.lower() not in LEVELS:
        raise BadInput(f"--level is one of {', '.join(LEVELS)}.")
    return text.lower() if text else None


def _expression(text: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except (re.error, RecursionError, OverflowError):
        raise BadInput("--grep is not a regular expression that can be used.") from None


def _names(folder: Path, wanted: list[str]) -> list[str]:
    there = processes(folder)
    for name in wanted:
        if name not in there:
            raise NotFound(f"There is no log of {name}; there are: {', '.join(there) or 'none'}.")
    if not there:
        raise NotFound(f"There are no logs in {folder}; has Bedside run here?")
    # What is in error.log is in a process's own log, too.
    return wanted or [name for name in there if name != ERRORS]


def _print(found: Iterable[LogLine], *, as_json: bool) -> None:
    shape = showing.as_json if as_json else showing.as_text
    try:
        for line in found:
            typer.echo(shape(line))
    except KeyboardInterrupt:
        raise typer.Exit from None


def _tell(counted: Counted) -> None:
    if counted.malformed:
        say(f"{counted.malformed} of {counted.lines} lines are not log lines of Bedside's; they are left out.")
    if counted.cut:
        say(f"{counted.cut} lines were too long to be read.")
    for name in counted.unreadable_files:
        say(f"{showing.harmless(name)} can't be read to its end.")


def _draw(console: Console, report: SanitizeReport) -> None:
    table = Table("file", "lines", "changed", "found", "written to")
    for file in report.files:
        found = ", ".join(f"{kind.value} {count}" for kind, count in sorted(file.found.items())) or "nothing"
        table.add_row(
            showing.harmless(file.file), str(file.lines), str(file.changed_lines), found, file.output or "nowhere"
        )
    console.print(table, markup=False)
