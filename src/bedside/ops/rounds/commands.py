"""``bedside rounds``: walk a round, answer what it asks, show or write its report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bedside.ops.procedures import terminal
from bedside.ops.procedures.schemas import RunView
from bedside.ops.procedures.service import declared, run_here
from bedside.ops.procedures.states import RunState
from bedside.ops.rounds import service
from bedside.ops.rounds.procedures import PREFIX
from bedside.ops.rounds.rendering.document import STATES
from bedside.ops.rounds.rendering.files import render
from bedside.ops.rounds.schemas import Answer, ItemState, Period, ReportFormat, RoundsOverview, RoundView
from bedside.platform.access.context import Context
from bedside.platform.cli.options import DryRunOption, JsonOption, YesOption, confirm
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import operator, run
from bedside.platform.errors import BadInput, Conflict, ExitCode
from bedside.platform.runtime import Runtime

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Rounds: the runbooks' daily, weekly, monthly and quarterly lists, walked and reported.",
)

OutputOption = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write the report to this file; - is the terminal.")
]
FormatOption = Annotated[
    ReportFormat | None,
    typer.Option("--format", help="Of the report: markdown unless the file's name says otherwise."),
]
PeriodOption = Annotated[Period | None, typer.Option("--period", help="The last of this period; of all by default.")]
_ENDINGS = {
    ".md": ReportFormat.MARKDOWN,
    ".html": ReportFormat.HTML,
    ".htm": ReportFormat.HTML,
    ".pdf": ReportFormat.PDF,
    ".json": ReportFormat.JSON,
}
_EXITS = {
    ItemState.FAILED: ExitCode.NEEDS_ATTENTION,
    ItemState.ATTENTION: ExitCode.NEEDS_ATTENTION,
    ItemState.WELL: ExitCode.WELL,
    ItemState.WAITING: ExitCode.WELL,
}


def _walk(
    period: Period, *, dry_run: bool, yes: bool, json: bool, output: Path | None, format_: ReportFormat | None
) -> None:
    kind = _format(output, format_)

    async def act(runtime: Runtime) -> tuple[RunView, RoundView | None, bytes | None]:
        procedure = declared(runtime, f"{PREFIX}{period}")
        if procedure.destroys and not dry_run:
            confirm(procedure.name, what=f"{procedure.purpose} Old records are deleted for good.", yes=yes)
        ran = await run_here(runtime, operator(), procedure, {}, dry_run=dry_run, watch=terminal.watching(say))
        async with runtime.unit_of_work(operator()) as ctx:
            walked = await service.of_run(ctx, ran.id)
        written = (await render(walked, kind))[1] if walked and (output or format_) else None
        return ran, walked, written

    ran, walked, written = run(act)
    if walked is None or ran.state not in {RunState.COMPLETED, RunState.PARTIAL}:
        emit(ran, as_json=json, render=lambda console: terminal.draw_run(console, ran))
        raise typer.Exit(terminal.exit_code(ran))
    if (written is not None and not _write(written, output)) or written is None:
        emit(walked, as_json=json, render=lambda console: draw(console, walked))
    raise typer.Exit(_EXITS[walked.state])


def _format(output: Path | None, format_: ReportFormat | None) -> ReportFormat:
    ending = _ENDINGS.get(output.suffix.lower()) if output else None
    kind = format_ or ending or ReportFormat.MARKDOWN
    if kind is ReportFormat.PDF and output is None:
        raise BadInput("A PDF is no text for a terminal: add --output FILE.")
    return kind


def _write(content: bytes, output: Path | None) -> bool:
    """Write the report; return whether it went to the terminal. Raises BadInput."""
    if output is None or str(output) == "-":
        typer.echo(content, nl=False)
        return True
    try:
        output.write_bytes(content)
    except OSError as error:
        raise BadInput(
            f"{output} can't be written ({error.strerror}); the report is kept, see: rounds report"
        ) from None
    say(f"The report is in {output}.")
    return False


def _declare(period: Period) -> None:
    def command(
        dry_run: DryRunOption = False,
        yes: YesOption = False,
        json: JsonOption = False,
        output: OutputOption = None,
        format_: FormatOption = None,
    ) -> None:
        _walk(period, dry_run=dry_run, yes=yes, json=json, output=output, format_=format_)

    command.__doc__ = (
        f"Walk the {period} round here and now: look, care, report. Exit 3 where it leaves something for a person."
    )
    app.command(period.value)(command)


for _period in Period:
    _declare(_period)


@app.command("list")
def list_rounds(json: JsonOption = False) -> None:
    """Each period with its next round, and the rounds of late."""

    async def look(runtime: Runtime) -> RoundsOverview:
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.overview(ctx)

    found = run(look)
    emit(found, as_json=json, render=lambda console: _draw_list(console, found))


@app.command()
def report(
    period: PeriodOption = None,
    round_id: Annotated[UUID | None, typer.Option("--round", metavar="ID", help="This round.")] = None,
    json: JsonOption = False,
    output: OutputOption = None,
    format_: FormatOption = None,
) -> None:
    """The report of the last round: what was looked at, found, done and left for a person, and the trends."""
    kind = _format(output, ReportFormat.JSON if json else format_)

    async def look(runtime: Runtime) -> tuple[RoundView, bytes]:
        async with runtime.unit_of_work(operator()) as ctx:
            shown = await (service.last(ctx, period) if round_id is None else service.one(ctx, round_id))
        return shown, (await render(shown, kind))[1]

    shown, content = run(look)
    if output is None and format_ is None:
        emit(shown, as_json=json, render=lambda console: draw(console, shown))
    else:
        _write(content, output)


@app.command()
def answer(
    item: Annotated[str, typer.Argument(metavar="ITEM", show_default=False, help="As the report names it.")],
    done: Annotated[bool, typer.Option("--done", help="It was done, or is so.")] = False,
    not_done: Annotated[bool, typer.Option("--not-done", help="It was not; --note says why.")] = False,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What was seen; nothing about patients.")] = "",
    period: PeriodOption = None,
    round_id: Annotated[UUID | None, typer.Option("--round", metavar="ID", help="This round, not the last.")] = None,
    json: JsonOption = False,
) -> None:
    """Answer what the last round asks of a person."""
    if done == not_done:
        raise BadInput("Say either --done or --not-done.")

    async def act(runtime: Runtime) -> RoundView:
        async with runtime.unit_of_work(operator()) as ctx:
            chosen = round_id or await _asking(ctx, item, period)
            return await service.answer(ctx, chosen, item, Answer.DONE if done else Answer.NOT_DONE, note)

    found = run(act)
    emit(found, as_json=json, render=lambda console: console.print(f"Recorded. {found.open} questions are open."))


async def _asking(ctx: Context, item: str, period: Period | None) -> UUID:
    """Return the newest round that has the item open, or answered where none has."""
    if period is not None:
        return (await service.last(ctx, period)).id
    last = [each.last.id for each in (await service.overview(ctx)).periods if each.last]
    asking = [shown for shown in [await service.one(ctx, each) for each in last] if _has(shown, item)]
    still = [shown for shown in asking if any(each.item == item and each.open for each in shown.entries)]
    found = still or asking
    if len(found) > 1:
        names = ", ".join(shown.period for shown in found)
        raise Conflict(f"Several rounds ask this: add --period, one of {names}.")
    if not found:
        raise BadInput("No last round asks this; `bedside rounds report` names what it asks.")
    return found[0].id


def _has(shown: RoundView, item: str) -> bool:
    return any(each.item == item and each.question for each in shown.entries)


def draw(console: Console, shown: RoundView) -> None:
    """Print a round: each item, what is left for whom, and what changed."""
    end = f"{shown.finished_at:%Y-%m-%d %H:%M}" if shown.finished_at else "not ended"
    console.print(
        escape(
            f"{shown.period} round, {shown.began_at:%Y-%m-%d %H:%M} to {end} UTC, by {shown.performed_by}: "
            f"{STATES[shown.state]}  {shown.id}"
        )
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("item", "what", "how it is", "answer"):
        table.add_column(heading, overflow="fold")
    for each in shown.entries:
        answered = "open" if each.open else each.answer.replace("_", " ") if each.answer else ""
        table.add_row(each.item, escape(each.title), STATES[each.state], answered)
    console.print(table)
    for todo in shown.todo:
        console.print(escape(f"{todo.who}: {todo.what}{f' ({todo.how})' if todo.how else ''}  [{todo.item}]"))


def _draw_list(console: Console, found: RoundsOverview) -> None:
    for each in found.periods:
        due = f"{each.next_round:%Y-%m-%d %H:%M} UTC" if each.next_round else "not scheduled"
        console.print(f"{each.period}: next {due}")
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "period", "began", "by", "how it is", "open"):
        table.add_column(heading, overflow="fold")
    for row in found.rounds:
        began = f"{row.began_at:%Y-%m-%d %H:%M}"
        table.add_row(str(row.id), row.period, began, escape(row.performed_by), STATES[row.state], str(row.open))
    console.print(table)
