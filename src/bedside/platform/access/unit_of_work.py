"""One transaction on behalf of one actor, with its audit events inside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from bedside.kit.clock import Clock
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.context import Context
from bedside.platform.access.gate import Gate
from bedside.platform.access.ledger import Entry, Ledger
from bedside.platform.config.load import Settings
from bedside.platform.database.engine import Database, unavailable
from bedside.platform.errors import BedsideError, Conflict, Forbidden
from bedside.platform.events.publish import payload
from bedside.platform.jobs import JobQueue

_ACT_AS = "BEGIN; SELECT set_config('bedside.actor_id', '{}', true), set_config('bedside.actor_role', '{}', true)"
"""Two statements in one round trip, which PostgreSQL takes without parameters only."""


@dataclass
class UnitsOfWork:
    """Opens units of work; one for each process.

    ``exceptional`` says which of some patients the actor reaches by an exceptional right alone, and its flag
    (care's break-glass): every event that touches them carries it, whichever feature made the access.
    """

    database: Database
    ledger: Ledger
    settings: Settings
    clock: Clock
    jobs: JobQueue
    request_id: Callable[[], str | None]
    exceptional: Callable[[Context, set[UUID]], Awaitable[Mapping[UUID, str]]] | None = None

    @asynccontextmanager
    async def begin(self, actor: Actor) -> AsyncIterator[Context]:
        """Run the block as one transaction, committed with its audit events when the block ends well.

        Raises Unavailable when the database can't be reached, Conflict when a row's version had changed.
        """
        await self.database.require_safe_role()
        try:
            async with self.database.session() as session:
                context = await self._open(session, actor)
                try:
                    yield context
                    await self._commit(context)
                except BaseException as error:
                    await _rolled_back(session)
                    if isinstance(error, Exception):
                        await self._record_denial(actor, error)
                    raise
        except StaleDataError:
            raise Conflict("Somebody else changed this meanwhile; load it again.") from None
        except BedsideError:
            raise
        except Exception as error:
            known = unavailable(error)
            if known is None:
                raise
            raise known from None

    async def _open(self, session: AsyncSession, actor: Actor) -> Context:
        gate = Gate(session.sync_session)
        await session.run_sync(_act_as, actor)
        return Context(actor, session, self.settings, self.clock, gate, self.jobs, self.request_id())

    async def _commit(self, context: Context) -> None:
        session = context.session
        if session.new or session.dirty or session.deleted:
            await session.flush()
        entries = context.gate.entries()
        await self._flag(context, entries)
        await session.run_sync(self._write, context, entries)

    def _write(self, session: Session, context: Context, entries: Sequence[Entry]) -> None:
        notices = [payload(topic, ids) for topic, ids in context.notices]
        pending = None
        if entries or notices:
            pending = self.ledger.write(
                session.connection(),
                context.actor,
                entries,
                notices,
                at=self.clock.now(),
                request_id=context.request_id,
            )
        session.commit()
        if pending is not None:
            pending.advance()

    async def _flag(self, context: Context, entries: Sequence[Entry]) -> None:
        patients = {patient for entry in entries for patient in entry.patients}
        if self.exceptional is None or not patients:
            return
        flags = await self.exceptional(context, patients)
        for entry in entries:
            entry.flags.update(flags[patient] for patient in entry.patients & flags.keys())

    async def _record_denial(self, actor: Actor, error: Exception) -> None:
        if not isinstance(error, Forbidden):
            return
        entry = Entry("access.denied", "permission", outcome="denied")
        async with self.database.session() as session:
            context = await self._open(session, actor)
            context.gate.record(entry)
            await self._commit(context)


def _act_as(session: Session, actor: Actor) -> None:
    """Begin the transaction and say in it who acts, as row-level security reads it."""
    actor_id = UUID(int=actor.id.int) if actor.id else ""  # nothing but a UUID gets into the statement
    statement = _ACT_AS.format(actor_id, Role(actor.role).value)
    session.connection().exec_driver_sql(statement, execution_options={"no_parameters": True})


async def _rolled_back(session: AsyncSession) -> None:
    try:
        await session.rollback()
    except Exception:  # noqa: BLE001 - the connection is gone; the first error is the one to report
        structlog.get_logger(__name__).warning("rollback failed; the connection was dropped")
