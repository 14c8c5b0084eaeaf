"""Engines, and the refusal to run with a role that row-level security does not bind."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout
from sqlalchemy import Executable, Row, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from bedside.platform.config.core import DatabaseSettings
from bedside.platform.database.base import Base
from bedside.platform.database.urls import sqlalchemy_url
from bedside.platform.errors import BedsideError, SettingsError, Unavailable
from bedside.platform.metrics import DATABASE_ERRORS, DATABASE_QUERY_TIME
from bedside.platform.tracing import SpanKind, record
from bedside.platform.tracing import is_on as tracing_is_on
from bedside.platform.tracing.statements import statement_name

_UNSAFE_ROLE = text(
    """
    SELECT r.rolname,
           r.rolsuper,
           r.rolbypassrls,
           EXISTS (SELECT FROM pg_class c
                   WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace) AS owns_tables,
           pg_has_role(r.oid, d.datdba, 'MEMBER') AS is_owner
    FROM pg_roles r, pg_database d
    WHERE r.rolname = current_user AND d.datname = current_database()
    """
)

UNREACHABLE = (
    OperationalError,
    PoolExhausted,
    PoolTimeout,
    psycopg.OperationalError,
    ConnectionError,
    OSError,
)


def unavailable(error: BaseException) -> BedsideError | None:
    """Return what to raise instead of ``error`` when it says that the database can't be reached, else None."""
    if isinstance(error, UNREACHABLE) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return Unavailable("The database does not answer; nothing was changed. Try again in a minute.")
    return None


def _query_starts(_connection: Any, _cursor: Any, _sql: str, _values: Any, context: Any, _many: bool) -> None:
    context.bedside_started = time.perf_counter()


def _query_ends(_connection: Any, _cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
    seconds = time.perf_counter() - context.bedside_started
    DATABASE_QUERY_TIME.observe(seconds)
    if tracing_is_on():
        _trace(sql, seconds)


def _query_fails(context: Any) -> None:
    DATABASE_ERRORS.inc()
    if tracing_is_on() and context.statement and context.execution_context is not None:
        began = getattr(context.execution_context, "bedside_started", time.perf_counter())
        _trace(context.statement, time.perf_counter() - began, type(context.original_exception).__name__)


def _trace(sql: str, seconds: float, error: str | None = None) -> None:
    """Record a statement's verb and table. Neither its text nor its values are told: both may hold what people said."""
    verb, table = statement_name(sql, frozenset(Base.metadata.tables))
    more: dict[str, Any] = {"db__collection__name": table} if table else {}
    record(
        f"{verb} {table}" if table else verb,
        SpanKind.CLIENT,
        seconds,
        error=error,
        db__system__name="postgresql",
        db__operation__name=verb,
        **more,
    )


class UnitSession(Session):
    """The session of a unit of work; the audited gate listens to every one of them."""


ASK_AFTER_SECONDS = 1.0
_USED_AT = "bedside_used_at"


class Database:
    """One process's engine for one role. Connections count themselves for the metrics."""

    def __init__(self, url: str, settings: DatabaseSettings, *, application_name: str) -> None:
        self.url = sqlalchemy_url(url)
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=settings.pool_size,
            max_overflow=settings.max_overflow,
            pool_timeout=settings.pool_timeout_seconds,
            hide_parameters=True,
            # A unit of work begins its transaction in the statement that says who acts; psycopg's own BEGIN before it
            # would be a round trip more. What else uses the engine reads with one statement at a time.
            connect_args={"application_name": application_name, "connect_timeout": 5, "autocommit": True},
        )
        self.active = 0
        self.limit = settings.pool_size + settings.max_overflow
        self._peak = 0
        self._role_is_safe = False
        event.listen(self.engine.sync_engine, "checkout", self._checked_out)
        event.listen(self.engine.sync_engine, "checkin", self._checked_in)
        event.listen(self.engine.sync_engine, "before_cursor_execute", _query_starts)
        event.listen(self.engine.sync_engine, "after_cursor_execute", _query_ends)
        event.listen(self.engine.sync_engine, "handle_error", _query_fails)

    def _checked_out(self, connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        """Count the connection, and ask one that has lain idle whether it is alive; a busy pool need not ask."""
        self.active += 1
        self._peak = max(self._peak, self.active)
        if time.monotonic() - record.info.get(_USED_AT, 0.0) < ASK_AFTER_SECONDS:
            return
        dialect = self.engine.sync_engine.dialect
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            self.active -= 1
            if dialect.is_disconnect(error, connection, None):
                raise DisconnectionError from None
            raise

    def _checked_in(self, _connection: Any, record: ConnectionPoolEntry) -> None:
        self.active -= 1
        record.info[_USED_AT] = time.monotonic()

    def take_peak(self) -> int:
        """Return how many connections were in use at once at most, since this was last asked."""
        peak, self._peak = max(self._peak, self.active), self.active
        return peak

    def session(self) -> AsyncSession:
        """Return a new session; the caller's transaction decides its end."""
        return AsyncSession(self.engine, sync_session_class=UnitSession, expire_on_commit=False, autoflush=True)

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection outside any transaction, for maintenance SQL."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def one_row(self, statement: Executable, parameters: Mapping[str, Any]) -> Row[Any] | None:
        """Return the first row of one statement, outside any unit of work: for what says itself who acts.

        Raises Unavailable when the database can't be reached, SettingsError as ``require_safe_role``.
        """
        await self.require_safe_role()
        try:
            async with self.engine.connect() as connection:
                return (await connection.execute(statement, parameters)).first()
        except Exception as error:  # noqa: BLE001 - told apart by unavailable()
            raise (unavailable(error) or error) from None

    async def ping(self) -> None:
        """Raise Unavailable when the database does not answer."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:  # noqa: BLE001 - told apart by unavailable()
            raise (unavailable(error) or error) from None

    async def require_safe_role(self) -> None:
        """Refuse a role which row-level security does not bind: owner, superuser or BYPASSRLS. Asked once.

        Raises SettingsError (PostgreSQL 18 documentation, section 5.9: table owners, superusers and roles
        with BYPASSRLS are not subject to row security policies).
        """
        if self._role_is_safe:
            return
        try:
            async with self.engine.connect() as connection:
                row = (await connection.execute(_UNSAFE_ROLE)).one()
        except Exception as error:  # noqa: BLE001 - told apart by unavailable()
            raise (unavailable(error) or error) from None
        why = [
            words
            for fact, words in (
                (row.rolsuper, "is a superuser"),
                (row.rolbypassrls, "may bypass row-level security"),
                (row.owns_tables or row.is_owner, "owns Bedside's tables"),
            )
            if fact
        ]
        if why:
            raise SettingsError(
                f"DATABASE_URL's role {row.rolname} {' and '.join(why)}, so patients would not be kept apart. "
                "Use the bedside_app role that `bedside db setup` makes."
            )

        self._role_is_safe = True

    async def close(self) -> None:
        await self.engine.dispose()
