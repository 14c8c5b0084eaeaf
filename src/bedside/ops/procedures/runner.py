"""Carries one run from queued to its end: lock, claim, body, heartbeat, time limit, cancel, record."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from bedside.ops.procedures import repository
from bedside.ops.procedures.lock import RunConnection
from bedside.ops.procedures.recorder import TOPIC, Recorder, Superseded, Watch
from bedside.ops.procedures.states import RunEvent, RunState
from bedside.ops.procedures.tables import ProcedureRun
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.context import Context
from bedside.platform.errors import BedsideError, ExitCode, Unavailable
from bedside.platform.procedures import Cancelled, Procedure, WhenLocked
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 5.0
LOST_SECONDS = 30.0
"""Not heard of for so long, and without its connection, a run's process is gone."""
LOCK_POLL_SECONDS = 0.5
END_SECONDS = 120.0
"""How long the end of a run is tried to be written while the database does not answer."""

Pump = Callable[[Context], Awaitable[None]]


@dataclass
class Runner:
    """Runs what is stored as queued. ``pump`` enqueues, at the end of a run, what waits for a worker."""

    runtime: Runtime
    procedure: Procedure[Any]
    pump: Pump
    watch: Watch | None = None
    patient: bool = False
    """Wait here for the lock where the procedure waits; else the run stays queued until the lock is free."""

    async def perform(self, run_id: UUID) -> None:
        """Run it, unless somebody else has it or it was cancelled. Raises Unavailable when it can't be begun."""
        row = await self._row(run_id)
        if row is None or row.state != RunState.QUEUED:
            return
        async with RunConnection(
            self.runtime.database, run_id, None if row.dry_run else self.procedure.lock
        ) as connection:
            if not await self._locked(connection, row):
                return
            started = await self._start(run_id, actor_of(row))
            if started is not None:
                await self._carry(started, connection)
        async with self.runtime.unit_of_work(Actor.system(row.via)) as ctx:
            await self.pump(ctx)

    async def _row(self, run_id: UUID) -> ProcedureRun | None:
        async with self.runtime.unit_of_work(Actor.system("job")) as ctx:
            return await repository.run(ctx.session, run_id)

    async def _locked(self, connection: RunConnection, row: ProcedureRun) -> bool:
        """Take the lock, or do what the procedure declares for when another run has it."""
        while not await connection.take():
            # One that was begun before is never refused: whoever died, or was paused, may hold its lock a while yet.
            if self.procedure.when_locked is WhenLocked.REFUSE and row.attempt == 0:
                await self._refuse(row)
                return False
            if not self.patient:
                return False
            await asyncio.sleep(LOCK_POLL_SECONDS)
            now = await self._row(row.id)
            if now is None or now.state != RunState.QUEUED:
                return False
        return True

    async def _refuse(self, row: ProcedureRun) -> None:
        async with self.runtime.unit_of_work(actor_of(row)) as ctx:
            held = await repository.holder(ctx.session, row.lock, states=[RunState.RUNNING])
            values = {"error": refusal(held), "finished_at": ctx.now()}
            if await repository.move(ctx.session, row.id, RunEvent.REFUSE, **values):
                ctx.record("procedure.refuse", "procedure_run", ids=[row.id], fields=[row.procedure], outcome="failed")
                ctx.notify(TOPIC, run_id=row.id)

    async def _start(self, run_id: UUID, actor: Actor) -> ProcedureRun | None:
        process = f"{socket.gethostname()}:{os.getpid()}"
        async with self.runtime.unit_of_work(actor) as ctx:
            started = await repository.start(ctx.session, run_id, ctx.now(), process)
            if started is None:
                return None
            # What an earlier attempt left begun, nobody has seen the end of.
            await repository.break_off(ctx.session, run_id)
            ctx.record("procedure.start", "procedure_run", ids=[run_id], fields=_fields(started))
            ctx.notify(TOPIC, run_id=run_id)
        return started

    async def _carry(self, row: ProcedureRun, connection: RunConnection) -> None:
        recorder = Recorder(self.runtime, actor_of(row), row.id, row.attempt, dry_run=row.dry_run, watch=self.watch)
        if row.attempt > 1:
            recorder.found(f"Begun again, attempt {row.attempt}: the process that ran it before ended in the middle.")
        with structlog.contextvars.bound_contextvars(procedure=row.procedure, run_id=str(row.id)):
            try:
                event, error = await self._run_body(row, recorder, connection)
            except asyncio.CancelledError:
                # The process was told to stop: another worker goes on, a command's operator wanted the end.
                event = RunEvent.INTERRUPT if row.runner == "worker" and not row.dry_run else RunEvent.CANCEL
                await asyncio.shield(self._end(row, recorder, event, None))
                raise
            except Superseded:
                _log.warning("this process was declared gone; the run is another's now")
                return
            await asyncio.shield(self._end(row, recorder, event, error))

    async def _run_body(
        self, row: ProcedureRun, recorder: Recorder, connection: RunConnection
    ) -> tuple[RunEvent, str | None]:
        """Run the body; return what happened to the run and why. Raises Superseded, asyncio.CancelledError."""
        limit = self.procedure.time_limit.total_seconds()
        body = asyncio.create_task(self._body(row, recorder), name=f"procedure {row.procedure}")
        pulse = asyncio.create_task(_beat(recorder, connection, body), name="procedure heartbeat")
        try:
            async with asyncio.timeout(limit) as timeout:
                await asyncio.wait({body})
        except TimeoutError:
            body.cancel()
            await asyncio.wait({body})
        except asyncio.CancelledError:
            body.cancel()
            await asyncio.wait({body})
            raise
        finally:
            pulse.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pulse
        if timeout.expired() and (body.cancelled() or body.exception() is not None):
            return RunEvent.FAIL, f"It took longer than its limit of {limit:g} s and was ended."
        if body.cancelled():
            raise Superseded
        return _outcome(body.exception(), recorder)

    async def _body(self, row: ProcedureRun, recorder: Recorder) -> None:
        await self.procedure.body(recorder, self.procedure.parameters.model_validate(row.parameters))

    async def _end(self, row: ProcedureRun, recorder: Recorder, event: RunEvent, error: str | None) -> None:
        """Write the run's end; try again while the database does not answer. Another process finds it otherwise."""
        give_up = time.monotonic() + END_SECONDS
        while True:
            try:
                await self._write_end(row, recorder, event, error)
            except Unavailable:
                if time.monotonic() > give_up:
                    _log.warning("the end of a run could not be written; it will be found as lost")
                    return
                await asyncio.sleep(HEARTBEAT_SECONDS)
            else:
                return

    async def _write_end(self, row: ProcedureRun, recorder: Recorder, event: RunEvent, error: str | None) -> None:
        async with self.runtime.unit_of_work(actor_of(row)) as ctx:
            mine, _ = await repository.beat(ctx.session, row.id, row.attempt, recorder.kept())
            if not mine:
                return
            ended = None if event is RunEvent.INTERRUPT else ctx.now()
            await repository.break_off(ctx.session, row.id)
            moved = await repository.move(ctx.session, row.id, event, error=error, finished_at=ended)
            assert moved is not None  # noqa: S101 - it was running a moment ago in this transaction
            outcome = "failed" if moved.state == RunState.FAILED else "success"
            ctx.record(
                "procedure.end", "procedure_run", ids=[row.id], fields=[*_fields(row), moved.state], outcome=outcome
            )
            ctx.notify(TOPIC, run_id=row.id)
            if event is RunEvent.INTERRUPT:
                await self.pump(ctx)


async def _beat(recorder: Recorder, connection: RunConnection, body: asyncio.Task[None]) -> None:
    """Say again and again that the run lives; end its body when it must not go on."""
    heard = time.monotonic()
    while True:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        try:
            if not await connection.hold():
                body.cancel()
                return
            await recorder.save()
            heard = time.monotonic()
        except Superseded:
            body.cancel()
            return
        except BedsideError:
            # Before anybody may take it for gone and begin it again.
            if time.monotonic() - heard > LOST_SECONDS - 2 * HEARTBEAT_SECONDS:
                body.cancel()
                return


def _outcome(error: BaseException | None, recorder: Recorder) -> tuple[RunEvent, str | None]:
    match error:
        case None:
            return (RunEvent.COMPLETE_PARTLY if recorder.failures else RunEvent.COMPLETE), None
        case Superseded():
            raise error
        case Cancelled():
            return RunEvent.CANCEL, None
        case BedsideError() if error.exit_code is not ExitCode.FAULT:
            return RunEvent.FAIL, error.message
        case Exception():
            # Its text may quote anything; the log has the place.
            _log.error("a procedure failed", exc_info=error)
            return RunEvent.FAIL, f"A fault of Bedside's own ({type(error).__name__}); see the log."
        case _:
            raise error


def refusal(held: ProcedureRun | None) -> str:
    """Return why a second run is refused, naming who runs the first and since when."""
    if held is None:
        return "Another run holds its lock; wait for that to end."
    since = (held.started_at or held.created_at).isoformat(timespec="seconds")
    verb = "runs" if held.state == RunState.RUNNING else "has asked for"
    return f"{held.performed_by} {verb} {held.procedure} since {since}; wait for that to end, or cancel it: {held.id}."


def actor_of(row: ProcedureRun) -> Actor:
    """Return who asked for the run."""
    return Actor(role=Role(row.actor_role), id=row.actor_id, via=row.via, operator=row.operator, name=row.performed_by)


def _fields(row: ProcedureRun) -> list[str]:
    return [row.procedure, "dry run" if row.dry_run else "run"]
