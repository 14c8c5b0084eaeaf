"""A run's own connection: it holds the procedure's advisory lock, and its name shows that the run lives.

PostgreSQL gives the lock back when the process dies, whoever else is told of it or not.
"""

from __future__ import annotations

import hashlib
from typing import Self
from uuid import UUID

import psycopg

from bedside.ops.procedures.repository import APPLICATION_NAME
from bedside.platform.database.engine import Database
from bedside.platform.database.urls import psycopg_url
from bedside.platform.errors import Unavailable

# Over TCP a host that vanished is noticed after a minute, not after the two hours of most systems.
# Said once connected: a pooler refuses options at the connection's start.
_KEEPALIVES = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"


class RunConnection:
    """One connection for as long as a run lasts, beside the pool. ``lock`` is None for a dry run."""

    def __init__(self, database: Database, run_id: UUID, lock: str | None) -> None:
        self._url = psycopg_url(database.url)
        self._name = f"{APPLICATION_NAME}{run_id}"
        self._number = None if lock is None else lock_number(lock)
        self._connection: psycopg.AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        await self._connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def take(self) -> bool:
        """Take the lock; return False while another run holds it. Raises Unavailable."""
        if self._number is None:
            return True
        return bool(await self._ask("SELECT pg_try_advisory_lock(%s)", self._number))

    async def hold(self) -> bool:
        """Make sure that the lock is still held, on a new connection where the old one is lost.

        Return False where another run has it now. Raises Unavailable.
        """
        try:
            await self._ask("SELECT %s", 1)
        except Unavailable:
            await self._connect()
            return await self.take()
        return True

    async def _connect(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        try:
            self._connection = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, application_name=self._name, connect_timeout=5
            )
            await self._connection.execute(_KEEPALIVES)
        except (psycopg.OperationalError, OSError):
            raise Unavailable("The database does not answer; nothing was begun. Try again in a minute.") from None

    async def _ask(self, statement: str, value: int) -> object:
        try:
            assert self._connection is not None  # noqa: S101 - entered
            row = await (await self._connection.execute(statement, (value,))).fetchone()
        except (psycopg.OperationalError, OSError):
            raise Unavailable("The database does not answer.") from None
        return row[0] if row else None


def lock_number(lock: str) -> int:
    """Return the advisory lock's number: 64 bits of a hash, so that no two names meet."""
    return int.from_bytes(hashlib.sha256(f"bedside procedure {lock}".encode()).digest()[:8], signed=True)
