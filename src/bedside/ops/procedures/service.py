"""Asking for a run, running it here, cancelling it, finding what was lost; and what people read of it all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel, ValidationError

from bedside.kit.ids import new_id
from bedside.ops.procedures import repository
from bedside.ops.procedures.recorder import TOPIC, Watch
from bedside.ops.procedures.runner import LOST_SECONDS, Runner, refusal
from bedside.ops.procedures.schemas import RunView
from bedside.ops.procedures.states import ACTIVE, RunEvent, RunState
from bedside.ops.procedures.tables import ProcedureRun
from bedside.ops.procedures.views import run_view
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, Conflict, Fault, NotFound
from bedside.platform.jobs import Job
from bedside.platform.procedures import Parameters, Procedure, ProcedureList, WhenLocked
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

MOST_AT_ONCE = 2
"""Procedures that one worker process runs side by side; others wait, and its other jobs go on."""
MOST_ATTEMPTS = 3
PUMPED = 10
LARGEST_PARAMETERS = 32 * 1024
SCHEDULE = "schedule"
"""Who performed what nobody asked for."""


class Running:
    """How many procedures this process runs just now. Kept among the runtime's parts."""

    def __init__(self) -> None:
        self.ids: set[UUID] = set()


def declared(runtime: Runtime, name: str) -> Procedure[Any]:
    """Return the procedure ``name``. Raises NotFound."""
    found = runtime.part(ProcedureList).named(name)
    if found is None:
        raise NotFound("No procedure has this name; `bedside procedures list` shows them all.")
    return found


def parse(procedure: Procedure[Any], given: Mapping[str, Any] | Parameters) -> Parameters:
    """Return ``given`` as the procedure's parameters. Raises BadInput, which names the parameter and not its value."""
    try:
        parameters: Parameters = procedure.parameters.model_validate(
            given.model_dump() if isinstance(given, BaseModel) else given
        )
    except ValidationError as error:
        raise BadInput("; ".join(_problem(item) for item in error.errors()[:10])) from None
    try:
        size = len(parameters.model_dump_json().encode())
    except (UnicodeEncodeError, ValueError):
        raise BadInput("The parameters are not text that can be kept.") from None
    if size > LARGEST_PARAMETERS:
        raise BadInput(f"The parameters may have {LARGEST_PARAMETERS} bytes; send less.")
    if "\\u0000" in parameters.model_dump_json():
        raise BadInput("The parameters may not hold the character NUL.")
    return parameters


def _problem(item: Any) -> str:
    """Say where and why, never what was sent; an unknown name is what was sent, too."""
    loc = item["loc"][:-1] if item["type"] == "extra_forbidden" else item["loc"]
    where = ".".join(str(part) for part in loc)
    return f"{where or 'parameters'}: {item['msg'] if item['type'] != 'extra_forbidden' else 'there is no such one'}"


async def ask(
    ctx: Context,
    runtime: Runtime,
    name: str,
    given: Mapping[str, Any],
    *,
    dry_run: bool = False,
    confirm: str | None = None,
) -> RunView:
    """Store a run for a worker, which takes it within seconds.

    Raises NotFound, Forbidden, BadInput, Conflict where another run of it waits or goes on and it refuses a second.
    """
    ctx.require(Permission.RUN_PROCEDURES)
    procedure = declared(runtime, name)
    ctx.require(procedure.permission)
    if procedure.destroys and not dry_run and confirm != procedure.name:
        raise BadInput(f"This destroys something: confirm it with the procedure's name, {procedure.name}.")
    row = _new(ctx, procedure, parse(procedure, given), dry_run=dry_run, runner="worker")
    if procedure.when_locked is WhenLocked.REFUSE and not dry_run:
        held = await repository.holder(ctx.session, procedure.lock, states=sorted(ACTIVE))
        if held is not None:
            raise Conflict(refusal(held))
    ctx.session.add(row)
    await ctx.session.flush()
    ctx.record("procedure.ask", "procedure_run", ids=[row.id], fields=[name, "dry run" if dry_run else "run"])
    ctx.notify(TOPIC, run_id=row.id)
    await ctx.defer(RUN, run_id=row.id)
    return run_view(row, procedure.title)


async def run_here(
    runtime: Runtime,
    actor: Actor,
    procedure: Procedure[Any],
    given: Mapping[str, Any] | Parameters,
    *,
    dry_run: bool = False,
    watch: Watch | None = None,
) -> RunView:
    """Run a procedure in this process and return the run, whichever way it ended. ``watch`` hears of its progress.

    For commands, and for procedures that are made of others. Raises Forbidden, BadInput, Unavailable; Conflict
    where another run goes on and this one refuses to wait.
    """
    parameters = parse(procedure, given)
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.RUN_PROCEDURES)
        ctx.require(procedure.permission)
        row = _new(ctx, procedure, parameters, dry_run=dry_run, runner="command")
        ctx.session.add(row)
    await Runner(runtime, procedure, _pump, watch, patient=True).perform(row.id)
    async with runtime.unit_of_work(actor) as ctx:
        ended = await run(ctx, runtime, row.id)
    if ended.attempt == 0 and ended.state is RunState.FAILED:
        raise Conflict(ended.error or "It was refused.", run_id=str(ended.id))
    return ended


def _new(
    ctx: Context, procedure: Procedure[Any], parameters: Parameters, *, dry_run: bool, runner: str
) -> ProcedureRun:
    return ProcedureRun(**_values(ctx, procedure, parameters), dry_run=dry_run, runner=runner)


def _values(ctx: Context, procedure: Procedure[Any], parameters: Parameters) -> dict[str, Any]:
    actor = ctx.actor
    return {
        "id": new_id(),
        "created_at": ctx.now(),
        "procedure": procedure.name,
        "kind": procedure.kind.value,
        "lock": procedure.lock,
        "state": RunState.QUEUED.value,
        "parameters": json.loads(parameters.model_dump_json()),
        "performed_by": actor.name or actor.operator or (SCHEDULE if actor.via == "job" else actor.role.value),
        "actor_id": actor.id,
        "actor_role": actor.role.value,
        "via": actor.via,
        "operator": actor.operator,
        "attempt": 0,
        "steps": [],
        "findings": [],
        "follow_up": [],
        "failures": [],
        "output": {},
    }


async def run(ctx: Context, runtime: Runtime, run_id: UUID) -> RunView:
    """Return one run. Raises Forbidden, NotFound."""
    ctx.require(Permission.RUN_PROCEDURES)
    row = await repository.run(ctx.session, run_id)
    if row is None:
        raise NotFound("There is no such run; those of long ago are deleted after PROCEDURE_HISTORY_DAYS.")
    return run_view(row, title_of(runtime, row.procedure), *await repository.actions(ctx.session, row.id))


def title_of(runtime: Runtime, name: str) -> str:
    """Return a procedure's title; its name where a newer version has no such procedure any more."""
    found = runtime.part(ProcedureList).named(name)
    return found.title if found else name


async def cancel(ctx: Context, runtime: Runtime, run_id: UUID) -> RunView:
    """Cancel a run that waits; ask one that goes on to end at its next step. Raises Forbidden, NotFound, Conflict."""
    shown = await run(ctx, runtime, run_id)
    procedure = runtime.part(ProcedureList).named(shown.procedure)
    if procedure is not None:
        ctx.require(procedure.permission)
    by = ctx.actor.name or ctx.actor.operator or ctx.actor.role.value
    asked = {"cancel_requested_at": ctx.now(), "cancelled_by": by}
    moved = (
        await repository.move(ctx.session, run_id, RunEvent.CANCEL, **asked, finished_at=ctx.now())
        if (shown.state is RunState.QUEUED)
        else await repository.ask_to_cancel(ctx.session, run_id, asked)
    )
    if moved is None:
        now = await run(ctx, runtime, run_id)
        raise Conflict(f"This run can't be cancelled: it is {now.state}.")
    ctx.record("procedure.cancel", "procedure_run", ids=[run_id], fields=[shown.procedure])
    ctx.notify(TOPIC, run_id=run_id)
    return await run(ctx, runtime, run_id)


async def _perform_queued(runtime: Runtime, run_id: str) -> None:
    running, number = runtime.part(Running), UUID(run_id)
    if len(running.ids) >= MOST_AT_ONCE or number in running.ids:
        return  # it stays queued; the end of another run, or the next minute, brings it back
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        row = await repository.run(ctx.session, number)
    if row is None or row.state != RunState.QUEUED:
        return
    procedure = runtime.part(ProcedureList).named(row.procedure)
    if procedure is None:
        raise Fault(f"The procedure {row.procedure} is not listed in bootstrap.")
    running.ids.add(number)
    try:
        await Runner(runtime, procedure, _pump).perform(number)
    finally:
        running.ids.discard(number)


# Not tried again as a job: the run's own state says whether it is to be run, and the minute's sweep asks it.
RUN = Job("procedures.run", _perform_queued, attempts=1, purpose="Runs a procedure that somebody asked for.")


async def _pump(ctx: Context) -> None:
    for waiting in await repository.queued(ctx.session, PUMPED):
        await ctx.defer(RUN, run_id=waiting)


async def start_scheduled(runtime: Runtime, procedure: Procedure[Any], moment: int) -> None:
    """Store the run of one moment (seconds since 1970) of a schedule, once however many workers try."""
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        due = {"scheduled_for": datetime.fromtimestamp(moment, UTC), "dry_run": False, "runner": "worker"}
        added = await repository.add_scheduled(ctx.session, {**_values(ctx, procedure, parse(procedure, {})), **due})
        if added is not None:
            ctx.record("procedure.ask", "procedure_run", ids=[added], fields=[procedure.name, SCHEDULE])
            ctx.notify(TOPIC, run_id=added)
            await ctx.defer(RUN, run_id=added)


async def sweep(runtime: Runtime) -> None:
    """Find the runs whose process is gone, take them up again or report them, and see to those that wait."""
    procedures = runtime.part(ProcedureList)
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        for row in await repository.silent(ctx.session, LOST_SECONDS):
            await _lose(ctx, row)
        await _pump(ctx)
        crons = {each.name: each.cron for each in procedures.procedures if each.cron}
        await repository.keep_schedules(ctx.session, crons, ctx.now())
    await runtime.jobs.take_up_stalled(LOST_SECONDS)


async def _lose(ctx: Context, row: ProcedureRun) -> None:
    why = "Its process ended in the middle. See its actions for what was done."
    lost = await repository.move(ctx.session, row.id, RunEvent.LOSE, error=why, finished_at=ctx.now())
    if lost is None:
        return
    await repository.break_off(ctx.session, row.id)
    again = row.runner == "worker" and not row.dry_run and row.attempt < MOST_ATTEMPTS
    ctx.record(
        "procedure.lose",
        "procedure_run",
        ids=[row.id],
        fields=[row.procedure, f"attempt={row.attempt}"],
        outcome="failed",
    )
    ctx.notify(TOPIC, run_id=row.id)
    _log.warning("a run's process ended in the middle", procedure=row.procedure, run_id=str(row.id), again=again)
    if again and row.cancel_requested_at is None:
        await repository.move(ctx.session, row.id, RunEvent.TAKE_UP, error=None, finished_at=None)
