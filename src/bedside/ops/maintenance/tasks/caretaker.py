"""Runs one maintenance statement at a time, watches how far it is, and says in a sentence why one was not done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, LiteralString

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from bedside.ops.maintenance.settings import MaintenanceSettings
from bedside.platform.database.maintenance import Connection, MaintenanceDatabase
from bedside.platform.errors import Unavailable
from bedside.platform.procedures import Run

POLL_SECONDS = 0.25


class Progress(StrEnum):
    """PostgreSQL's views of what goes on: how much is done and how much there is."""

    VACUUM = "vacuum"
    ANALYZE = "analyze"
    INDEX = "index"


_PROGRESS: dict[Progress, LiteralString] = {
    Progress.VACUUM: "SELECT heap_blks_scanned AS done, heap_blks_total AS total"
    " FROM pg_stat_progress_vacuum WHERE pid = %s",
    Progress.ANALYZE: "SELECT sample_blks_scanned AS done, sample_blks_total AS total"
    " FROM pg_stat_progress_analyze WHERE pid = %s",
    Progress.INDEX: "SELECT CASE WHEN tuples_total > 0 THEN tuples_done ELSE blocks_done END AS done,"
    " CASE WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total END AS total"
    " FROM pg_stat_progress_create_index WHERE pid = %s",
}
_BLOCKERS: LiteralString = (
    "SELECT a.pid, coalesce(a.usename, a.backend_type, 'unknown') AS who"
    " FROM unnest(pg_blocking_pids(%s)) AS b(pid) LEFT JOIN pg_stat_activity a ON a.pid = b.pid WHERE a.pid IS NOT NULL"
    " UNION SELECT l.pid, coalesce(a.usename, 'unknown') FROM pg_locks w"
    " JOIN pg_locks l ON l.locktype = 'virtualxid' AND l.virtualxid = w.virtualxid AND l.granted"
    " LEFT JOIN pg_stat_activity a ON a.pid = l.pid"
    " WHERE w.pid = %s AND w.locktype = 'virtualxid' AND NOT w.granted"
)


class NotDoneError(Exception):
    """A statement was not done; its text is a sentence without anybody's data."""


@dataclass
class Caretaker:
    """One connection that works and one that watches it."""

    run: Run
    lock_seconds: float
    worker: Connection
    watcher: Connection
    _blockers: list[str] = field(default_factory=list)

    @property
    def version(self) -> int:
        """The server's version as PostgreSQL counts it: 150004 is 15.4."""
        return self.watcher.info.server_version

    async def rows(self, statement: LiteralString | Composed, values: Any = None) -> list[dict[str, Any]]:
        """Return what a look at the catalogue gives. Raises Unavailable."""
        try:
            cursor = await self.watcher.execute(SQL(statement) if isinstance(statement, str) else statement, values)
            return await cursor.fetchall()
        except psycopg.OperationalError:
            raise Unavailable("The database does not answer; what was begun may not be done.") from None

    async def do(self, statement: Composed, watch: Progress) -> None:
        """Run a statement outside any transaction, telling the run how far it is.

        Raises NotDoneError when PostgreSQL refuses it, Unavailable when the server is gone, and whatever the run
        raises to be cancelled: then the statement is cancelled, too.
        """
        self._blockers.clear()
        task = asyncio.create_task(self.worker.execute(statement))
        try:
            while not (await asyncio.wait({task}, timeout=POLL_SECONDS))[0]:
                await self._look(watch)
            await task
        except psycopg.Error as error:
            raise self._explained(error) from None
        finally:
            if not task.done():
                await self._break_off(task)

    async def _look(self, watch: Progress) -> None:
        pid = self.worker.info.backend_pid
        blockers = await self.rows(_BLOCKERS, [pid, pid])
        if blockers:
            self._blockers = sorted({f"{row['who']} (process {row['pid']})" for row in blockers})
        if found := await self.rows(_PROGRESS[watch], [pid]):
            await self.run.progress(found[0]["done"] or 0, found[0]["total"] or None)
        else:
            await self.run.progress(0)

    async def _break_off(self, task: asyncio.Task[Any]) -> None:
        await self.worker.cancel_safe()
        with suppress(psycopg.Error, TimeoutError):
            async with asyncio.timeout(10):
                await asyncio.shield(task)

    def _explained(self, error: psycopg.Error) -> NotDoneError | Unavailable:
        match error:
            case psycopg.errors.LockNotAvailable():
                by = f" {', '.join(self._blockers)} held it." if self._blockers else ""
                return NotDoneError(f"No lock within {self.lock_seconds:g} s, so it was left alone.{by}")
            case psycopg.errors.DiskFull():
                return NotDoneError("The disk of the database is full: make room, then run this again.")
            case psycopg.errors.QueryCanceled():
                return NotDoneError("It was cancelled at the server.")
            case psycopg.errors.InsufficientPrivilege():
                return NotDoneError("The role may not do it; it needs to own the table, or MAINTAIN on it.")
            case psycopg.OperationalError() if self.worker.closed or error.sqlstate is None:
                return Unavailable("The connection to the database was lost in the middle.")
            case _:
                # The message alone: a detail would quote rows.
                return NotDoneError(f"PostgreSQL refused: {error.diag.message_primary or type(error).__name__}.")


@asynccontextmanager
async def caretaker(run: Run) -> AsyncIterator[Caretaker]:
    """Yield a caretaker for a run. Raises Unavailable, SettingsError where no role may care for the database."""
    database = run.runtime.part(MaintenanceDatabase)
    seconds = run.runtime.settings.get(MaintenanceSettings).lock_timeout_seconds
    async with database.connect(lock_seconds=seconds) as worker, database.connect(lock_seconds=seconds) as watcher:
        yield Caretaker(run, seconds, worker, watcher)


def named(statement: LiteralString, schema: str, name: str) -> Composed:
    """Return ``statement`` with ``{}`` replaced by the quoted name."""
    return SQL(statement).format(Identifier(schema, name))
