"""The connection for database care: as whoever may VACUUM, ANALYZE and REINDEX, which the app's role may not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from bedside.platform.config.core import DatabaseSettings
from bedside.platform.config.load import Settings
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.database.urls import psycopg_url
from bedside.platform.errors import SettingsError, Unavailable

Connection = psycopg.AsyncConnection[dict[str, Any]]

APPLICATION_NAME = "bedside maintenance"
# A worker that was killed must not leave its statement running; an autovacuum's pace disturbs nobody.
_SESSION = (
    "SELECT set_config('search_path', 'pg_catalog, pg_temp', false), set_config('statement_timeout', '0', false),"
    " set_config('idle_session_timeout', '0', false), set_config('client_connection_check_interval', '1s', false),"
    " set_config('vacuum_cost_delay', '1ms', false), set_config('vacuum_cost_limit', '2000', false),"
    " set_config('lock_timeout', %s, false)"
)


def maintenance_url(settings: Settings, urls: DatabaseUrls) -> str | None:
    """Return the URL of who cares for the database: DATABASE_MAINTENANCE_URL's role, else the owner's."""
    url = settings.get(DatabaseSettings).maintenance_url
    return url.get_secret_value() if url else urls.owner


class MaintenanceDatabase:
    """A part: opens connections as the owner, or as the role of DATABASE_MAINTENANCE_URL. ``url`` may be None."""

    def __init__(self, url: str | None) -> None:
        self._url = url

    @property
    def is_set(self) -> bool:
        """Whether there is a role to care for the database as."""
        return self._url is not None

    @asynccontextmanager
    async def connect(self, *, lock_seconds: float) -> AsyncIterator[Connection]:
        """Yield a connection in autocommit that waits for no lock longer than ``lock_seconds``.

        Raises Unavailable, SettingsError where no URL is set.
        """
        if self._url is None:
            raise SettingsError(
                "Database care needs a role that may do it: set DATABASE_OWNER_URL, or on PostgreSQL 17 and newer "
                "DATABASE_MAINTENANCE_URL with the URL of a member of pg_maintain."
            )
        try:
            connection = await psycopg.AsyncConnection.connect(
                psycopg_url(self._url),
                autocommit=True,
                connect_timeout=5,
                application_name=APPLICATION_NAME,
                row_factory=dict_row,
            )
            await connection.execute(_SESSION, [f"{round(lock_seconds * 1000)}ms"])
        except (psycopg.OperationalError, OSError):
            raise Unavailable("The database does not answer as its owner role; check DATABASE_OWNER_URL.") from None
        try:
            yield connection
        finally:
            await connection.close()
