"""``bedside procedures``: list, show, run, history, cancel."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

import typer

from bedside.ops.procedures import history as reading
from bedside.ops.procedures import service, terminal
from bedside.ops.procedures.schemas import ProcedureDetail, RunView
from bedside.ops.procedures.states import ENDED, RunState
from bedside.platform.cli.options import DryRunOption, JsonOption, YesOption, confirm
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import operator, run
from bedside.platform.errors import BadInput, ExitCode
from bedside.platform.procedures import Procedure
from bedside.platform.runtime import Runtime

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Procedures: what an operator runs, by hand or by schedule, and what became of it.",
)

POLL_SECONDS = 0.5
_NAME = typer.Argument(metavar="NAME", show_default=False, help="The procedure.")
_RUN = typer.Argument(metavar="RUN", show_default=False, help="The run's id.")


@app.command("list")
def list_procedures(json: JsonOption = False) -> None:
    """Every procedure: purpose, schedule, last run, what was missed."""

    async def look(runtime: Runtime) -> Any:
        async with runtime.unit_of_work(operator()) as ctx:
            return await reading.catalogue(ctx, runtime)

    found = run(look)
    emit(found, as_json=json, render=lambda console: terminal.draw_catalogue(console, found))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME|RUN", show_default=False, help="A procedure, or a run's id.")],
    json: JsonOption = False,
) -> None:
    """A procedure with its parameters, or one run with everything that is kept of it."""
    run_id = _id_or_none(name)

    async def look(runtime: Runtime) -> ProcedureDetail | RunView:
        async with runtime.unit_of_work(operator()) as ctx:
            if run_id is not None:
                return await service.run(ctx, runtime, run_id)
            return await reading.detail(ctx, runtime, name)

    found = run(look)
    emit(
        found,
        as_json=json,
        render=lambda console: (
            terminal.draw_run(console, found) if isinstance(found, RunView) else terminal.draw_detail(console, found)
        ),
    )


@app.command("run")
def run_procedure(
    name: Annotated[str, _NAME],
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="A parameter; again for a list.")
    ] = None,
    dry_run: DryRunOption = False,
    queue: Annotated[bool, typer.Option("--queue", help="Hand it to a worker instead of running it here.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="With --queue: wait until it has ended.")] = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Run a procedure here and now; exit 0 when it completed, 3 when something could not be done, 1 otherwise."""
    if wait and not queue:
        raise BadInput("--wait belongs to --queue: without it the command ends with the run anyway.")

    async def act(runtime: Runtime) -> RunView:
        procedure = service.declared(runtime, name)
        given = terminal.parameters_of(param or [], procedure.parameters)
        service.parse(procedure, given)
        if procedure.destroys and not dry_run:
            confirm(procedure.name, what=f"{procedure.purpose} This can't be undone.", yes=yes)
        if queue:
            return await _queued(runtime, procedure, given, dry_run=dry_run, wait=wait)
        return await service.run_here(
            runtime, operator(), procedure, given, dry_run=dry_run, watch=terminal.watching(say)
        )

    found = run(act)
    emit(found, as_json=json, render=lambda console: terminal.draw_run(console, found))
    raise typer.Exit(ExitCode.WELL if found.state is RunState.QUEUED else terminal.exit_code(found))


async def _queued(
    runtime: Runtime, procedure: Procedure[Any], given: dict[str, Any], *, dry_run: bool, wait: bool
) -> RunView:
    async with runtime.unit_of_work(operator()) as ctx:
        asked = await service.ask(ctx, runtime, procedure.name, given, dry_run=dry_run, confirm=procedure.name)
    told = 0
    while wait and asked.state not in ENDED:
        await asyncio.sleep(POLL_SECONDS)
        async with runtime.unit_of_work(operator()) as ctx:
            asked = await service.run(ctx, runtime, asked.id)
        for step in asked.steps[told:]:
            say(step.title)
        told = len(asked.steps)
    return asked


@app.command()
def history(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False, help="One procedure's.")] = None,
    state: Annotated[RunState | None, typer.Option("--state", help="Runs in this state alone.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="How many, the newest first.")] = 20,
    json: JsonOption = False,
) -> None:
    """What was run: by whom, when, how it ended."""

    async def look(runtime: Runtime) -> Any:
        if name is not None:
            service.declared(runtime, name)
        async with runtime.unit_of_work(operator()) as ctx:
            return await reading.history(ctx, runtime, limit=limit, procedure=name, state=state)

    found = run(look).items
    emit(found, as_json=json, render=lambda console: terminal.draw_history(console, found))


@app.command()
def cancel(run_id: Annotated[str, _RUN], json: JsonOption = False) -> None:
    """Cancel a run that waits; ask one that goes on to end at its next step."""
    number = _id_or_none(run_id)
    if number is None:
        raise BadInput("This is no run's id; `bedside procedures history` shows them.")

    async def act(runtime: Runtime) -> RunView:
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.cancel(ctx, runtime, number)

    found = run(act)
    told = "Cancelled." if found.state is RunState.CANCELLED else "It ends at its next step."
    emit(found, as_json=json, render=lambda console: console.print(told))


def _id_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
