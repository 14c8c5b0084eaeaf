"""The monitor role's connection: reads statistics and settings, no rows of any table (``pg_monitor``)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, LiteralString

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed

from bedside.platform.database.urls import psycopg_url
from bedside.platform.errors import SettingsError, Unavailable

Row = Mapping[str, Any]
Statement = LiteralString | Composed

STATEMENT_SECONDS = 5.0
# A statement that is several checks' is read once for all that are made at about the same time.
SHARED_SECONDS = 1.0
_CONNECT_SECONDS = 5
_SESSION = (
    "SELECT set_config('search_path', 'pg_catalog, pg_temp', false), set_config('jit', 'off', false),"
    " set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false)"
)


class DatabaseMonitor:
    """One connection for one process, opened at first use, in autocommit; whoever comes second waits.

    ``url``: the monitor role's, or None where there is none.
    """

    def __init__(self, url: str | None, *, application_name: str = "bedside monitor") -> None:
        self._url = url
        self._name = application_name
        self._lock = asyncio.Lock()
        self._connection: psycopg.AsyncConnection[dict[str, Any]] | None = None
        self._kept: dict[str, tuple[float, Sequence[Row]]] = {}

    @property
    def is_set(self) -> bool:
        """Whether there is a monitor role to ask as."""
        return self._url is not None

    @property
    def role(self) -> str | None:
        """The name of the role, as the open connection has it."""
        return self._connection.info.user if self._connection is not None else None

    async def version(self) -> int:
        """Return the server's version as PostgreSQL counts it: 150004 is 15.4. Raises as ``rows``."""
        async with self._lock:
            return (await self._open()).info.server_version

    async def rows(self, statement: Statement, values: Sequence[Any] | None = None) -> list[Row]:
        """Run one statement. Raises Unavailable, SettingsError where no URL is set, psycopg's errors of the statement.

        It ends after STATEMENT_SECONDS, and waits for no lock longer than a tenth of that.
        """
        async with self._lock:
            return await self._run(statement, values)

    async def shared(self, statement: LiteralString) -> Sequence[Row]:
        """Return as ``rows``, at most SHARED_SECONDS old."""
        async with self._lock:
            kept = self._kept.get(statement)
            if kept is None or time.monotonic() - kept[0] > SHARED_SECONDS:
                found = await self._run(statement, None)
                kept = self._kept[statement] = (time.monotonic(), found)
            return kept[1]

    def forget(self) -> None:
        """Drop what is shared: the next who asks sees the server as it is."""
        self._kept.clear()

    @asynccontextmanager
    async def apart(self, *, statement_seconds: float) -> AsyncIterator[psycopg.AsyncConnection[dict[str, Any]]]:
        """Yield a connection of the caller's own, for what takes long. Raises as ``rows``."""
        connection = await self._connect(statement_seconds)
        try:
            yield connection
        finally:
            await connection.close()

    async def close(self) -> None:
        """Close the connection; the next statement opens a new one."""
        connection, self._connection = self._connection, None
        self._kept.clear()
        if connection is not None:
            await connection.close()

    async def _run(self, statement: Statement, values: Sequence[Any] | None) -> list[Row]:
        connection = await self._open()
        try:
            cursor = await connection.execute(SQL(statement) if isinstance(statement, str) else statement, values)
            return list(await cursor.fetchall())
        except psycopg.OperationalError as error:
            # Of its class are also refusals of one statement, with a state of their own: cancelled, not loaded, …
            if connection.closed or error.sqlstate is None or error.sqlstate.startswith(("08", "57P")):
                raise Unavailable("The database does not answer.") from None
            raise
        finally:
            # Cancelled in the middle, or cut off: what is left of such a connection is nobody's.
            if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                self._connection = None
                with suppress(psycopg.Error):
                    await connection.close()

    async def _open(self) -> psycopg.AsyncConnection[dict[str, Any]]:
        if self._connection is None or self._connection.closed:
            self._connection = await self._connect(STATEMENT_SECONDS)
        return self._connection

    async def _connect(self, statement_seconds: float) -> psycopg.AsyncConnection[dict[str, Any]]:
        if self._url is None:
            raise SettingsError(
                "DATABASE_MONITOR_URL is not set; `bedside db setup` makes the role and prints its URL."
            )
        try:
            connection = await psycopg.AsyncConnection.connect(
                psycopg_url(self._url),
                autocommit=True,
                connect_timeout=_CONNECT_SECONDS,
                application_name=self._name,
                row_factory=dict_row,
            )
            longest = round(statement_seconds * 1000)
            await connection.execute(_SESSION, [f"{longest}ms", f"{min(longest, 5000) // 10}ms"])
        except psycopg.OperationalError:
            raise Unavailable("The database does not answer as its monitor role.") from None
        return connection
