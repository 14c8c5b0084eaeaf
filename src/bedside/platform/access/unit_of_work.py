"""One transaction on behalf of one actor, with its audit events inside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from bedside.kit.clock import Clock
from bedside.platform.access.actor import Actor
from bedside.platform.access.context import Context
from bedside.platform.access.gate import Gate
from bedside.platform.access.ledger import Entry, Ledger
from bedside.platform.config.load import Settings
from bedside.platform.database.engine import Database, unavailable
from bedside.platform.errors import BedsideError, Conflict, Forbidden
from bedside.platform.events import publish
from bedside.platform.jobs import JobQueue


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
        await session.execute(
            select(
                func.set_config("bedside.actor_id", str(actor.id) if actor.id else "", True),
                func.set_config("bedside.actor_role", actor.role.value, True),
            )
        )
        return Context(actor, session, self.settings, self.clock, gate, self.jobs, self.request_id())

    async def _commit(self, context: Context) -> None:
        session = context.session
        await session.flush()
        entries = context.gate.entries()
        pending = None
        await self._flag(context, entries)
        if entries:
            pending = await self.ledger.write(
                session, context.actor, entries, at=self.clock.now(), request_id=context.request_id
            )
        for topic, ids in context.notices:
            await publish(session, topic, ids)
        await session.commit()
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


async def _rolled_back(session: AsyncSession) -> None:
    try:
        await session.rollback()
    except Exception:  # noqa: BLE001 - the connection is gone; the first error is the one to report
        structlog.get_logger(__name__).warning("rollback failed; the connection was dropped")
