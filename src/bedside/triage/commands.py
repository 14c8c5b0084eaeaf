"""``bedside triage``: assess messages, check protocol files, measure them. Needs neither server nor database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bedside.platform.cli.options import JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import current
from bedside.platform.config.core import CoreSettings
from bedside.platform.errors import BadInput, BedsideError, ExitCode
from bedside.triage import evaluation, service
from bedside.triage.schemas import EvaluationReport, Level, Numbers, Rate, TriageInput, TriageResult

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Assess messages; check and evaluate protocols.",
)

_COLOURS = {Level.EMERGENCY: "bold red", Level.URGENT: "yellow", Level.ROUTINE: "cyan", Level.SELF_CARE: "green"}
_MAX_LINE_BYTES = 1_000_000

Text = Annotated[str | None, typer.Argument(metavar="TEXT|-", help="What the person wrote; - reads standard input.")]
Batch = Annotated[Path | None, typer.Option("--batch", help="JSON lines, each with `text` and perhaps `id`.")]
Files = Annotated[
    list[Path] | None, typer.Argument(metavar="[FILE…]", help="Protocol files; the shipped ones if none.")
]


@app.command()
def assess(text: Text = None, batch: Batch = None, as_json: JsonOption = False) -> None:
    """Say how urgent a message is, and why. With --batch every line gives one JSON object.

    Exit code 1 when a line of the batch could not be assessed; the others are.
    """
    if (text is None) == (batch is None):
        raise BadInput("Give either a text (or - for standard input) or --batch FILE, not both.")
    if batch is not None:
        _assess_batch(batch)
        return
    words = _standard_input() if text == "-" else text or ""
    result = _assessed(words)
    if as_json:
        typer.echo(_line(None, result))
    else:
        emit(result, as_json=False, render=lambda console: _render(console, result))


def _assessed(text: str) -> TriageResult:
    return service.with_numbers(service.assess(TriageInput(utterances=[text])), _numbers())


@cache
def _numbers() -> Numbers:
    """The emergency number and crisis line of this machine's settings; the defaults where none can be read."""
    try:
        core = current().settings(generate_secrets=False, allow_unsafe=True).core
    except (LookupError, BedsideError):
        core = CoreSettings()
    return service.numbers(core)


def _standard_input() -> str:
    return _decode(sys.stdin.buffer.read(_MAX_LINE_BYTES + 1))


def _decode(raw: bytes) -> str:
    if len(raw) > _MAX_LINE_BYTES:
        raise BadInput(f"The message is over {_MAX_LINE_BYTES:,} bytes; send one that says what is wrong.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("The message is not UTF-8 text.") from error.with_traceback(None)


def _assess_batch(path: Path) -> None:
    failed = 0
    for number, raw in _lines(path):
        try:
            row = _row(raw)
            result = _assessed(row["text"])
        except BedsideError as error:
            failed += 1
            say(f"line {number}: {error.message}")
            continue
        typer.echo(_line(row.get("id", number), result))
    if failed:
        say(f"{failed} line(s) could not be assessed; mend them and run them again.")
        raise typer.Exit(ExitCode.FAILED)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as stream:
            for number, raw in enumerate(iter(lambda: stream.readline(_MAX_LINE_BYTES + 1), b""), start=1):
                if raw.strip():
                    yield number, raw
    except OSError as error:
        raise BadInput(f"{path.name} can't be read ({error.strerror}); check the path.") from error


def _row(raw: bytes) -> dict[str, Any]:
    try:
        row = json.loads(_decode(raw))
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadInput("is not a JSON object; mend or delete the line.") from error.with_traceback(None)
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise BadInput("has no `text` (a string); add it.")
    return row


def _line(row_id: Any, result: TriageResult) -> str:
    data = result.model_dump(mode="json", exclude={"record"})
    data["findings"] = [f for f in data["findings"] if f["counts"] or f["state"] != "present"]
    return json.dumps({"id": row_id, **data}, ensure_ascii=False)


def _render(console: Console, result: TriageResult) -> None:
    if result.level is None:
        console.print("[bold]No level yet[/bold]: ask the questions below, then a nurse decides.")
    else:
        console.print(f"[{_COLOURS[result.level]}]{result.level.upper()}[/], {result.status}. {result.deadline}")
    for reason in result.reasons[:5]:
        console.print(f"  - {escape(reason.text)}{'' if reason.deciding else ' [dim](does not decide)[/dim]'}")
        if reason.quote:
            console.print(f'    "{escape(reason.quote)}"')
        console.print(f"    [dim]{escape(reason.rule)}: {escape(reason.source)}[/dim]")
    for heading, lines in (("What to do", result.advice), ("Questions", [q.text for q in result.questions])):
        if lines:
            console.print(f"[bold]{heading}[/bold]")
            for line in lines:
                console.print(f"  - {escape(line)}")
    ref = result.protocol
    console.print(f"[dim]Protocol {ref.id} {ref.version}, sha256 {ref.hash}[/dim]")


@app.command()
def validate(files: Files = None, as_json: JsonOption = False) -> None:
    """Check protocol files: schema, contradictions, phrases. Exit code 2 when one can't be used."""
    loaded = service.load_protocols(files or None)
    report = {"valid": True, "protocols": len(loaded.protocols), "rules": len(loaded.rules), "hash": loaded.hash}
    emit(
        report, as_json=as_json,
        render=lambda console: console.print(f"{len(loaded.protocols)} protocols, {len(loaded.rules)} rules: valid."),
    )  # fmt: skip


@app.command()
def protocols(as_json: JsonOption = False) -> None:
    """List the protocols that decide, with version, review and hash."""
    loaded = service.load_protocols()
    rows = [
        {
            **loaded.refs[p.id].model_dump(), "title": p.title, "rules": len(p.rules),
            "questions": len(p.questions), "clinical_review": p.clinical_review,
        }
        for p in sorted(loaded.protocols.values(), key=lambda p: p.id)
    ]  # fmt: skip

    def render(console: Console) -> None:
        table = Table("protocol", "title", "version", "rules", "questions", "review", "sha256")
        for row in rows:
            cells = (row["id"], row["title"], row["version"], row["rules"], row["questions"], row["clinical_review"])
            table.add_row(*map(str, cells), row["hash"][:12])
        console.print(table)

    emit({"hash": loaded.hash, "protocols": rows}, as_json=as_json, render=render)


@app.command()
def evaluate(file: Annotated[Path, typer.Argument(help="Labelled JSON lines.")], as_json: JsonOption = False) -> None:
    """Measure the protocols on labelled messages: confusion, under- and over-triage, bars, with Wilson intervals."""
    report = service.evaluate(evaluation.read_rows(file))
    emit(report, as_json=as_json, render=lambda console: _render_report(console, report))


def _render_report(console: Console, report: EvaluationReport) -> None:
    console.print(f"{report.rows} messages")
    if report.confusion:
        table = Table("expected", *[str(level) for level in Level], "none yet")
        for expected, cells in report.confusion.items():
            table.add_row(expected, *[str(cells[name]) for name in [*Level, "none"]])
        console.print(table)
        rates = {"exact": report.exact, "acceptable": report.acceptable}
        rates |= {"under-triage": report.under_triage, "over-triage": report.over_triage}
        _rates(console, "all", rates)
    _rates(console, "bar, by message", report.bars)
    _rates(console, "bar, by family", report.bars_by_family)


def _rates(console: Console, title: str, rates: dict[str, Rate]) -> None:
    if not rates:
        return
    table = Table(title, "hits", "of", "rate", "95 % interval")
    for name, rate in rates.items():
        interval = f"{rate.low:.3f} to {rate.high:.3f}" if rate.low is not None and rate.high is not None else "-"
        table.add_row(
            name, str(rate.hits), str(rate.total), f"{rate.rate:.3f}" if rate.rate is not None else "-", interval
        )
    console.print(table)
