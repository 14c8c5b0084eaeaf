"""Which migration a live database has reached, as the app's role sees it."""

from __future__ import annotations

import psycopg
from sqlalchemy import Text, column, select, table
from sqlalchemy.exc import ProgrammingError

from bedside.platform.database.engine import Database, unavailable


async def revision(database: Database) -> str | None:
    """Return the revision, or None before the first migration. Raises Unavailable."""
    statement = select(column("version_num", Text)).select_from(table("alembic_version"))
    try:
        async with database.engine.connect() as connection:
            found: str | None = (await connection.execute(statement)).scalar_one_or_none()
            return found
    except ProgrammingError as error:
        if isinstance(error.orig, psycopg.errors.UndefinedTable):
            return None
        raise
    except Exception as error:  # noqa: BLE001 - told apart by unavailable()
        raise (unavailable(error) or error) from None
