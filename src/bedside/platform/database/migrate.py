"""Bringing the schema to this version: under an advisory lock, with a lock timeout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import psycopg

from bedside.platform.database.loader import upgrade_to_head
from bedside.platform.database.urls import psycopg_url
from bedside.platform.errors import Conflict, Unavailable

LOCK_ID = 0x6265_6473_6964_65  # "bedside": one migration at a time for each database
_WAIT_SECONDS = 60
_REVISION = re.compile(r'^revision = "([^"]+)"', re.MULTILINE)
_DOWN_REVISION = re.compile(r'^down_revision = "([^"]+)"', re.MULTILINE)


def head() -> str:
    """Return the newest revision, read from the files' headers: Alembic itself takes 0.7 s to import."""
    folder = Path(str(resources.files("bedside.migrations") / "versions"))
    texts = [p.read_text(encoding="utf-8") for p in folder.glob("[0-9]*.py")]
    revisions = {m[1] for t in texts if (m := _REVISION.search(t))}
    heads = revisions - {m[1] for t in texts if (m := _DOWN_REVISION.search(t))}
    if len(heads) != 1:
        raise Conflict(f"Migrations have {len(heads)} heads: {', '.join(sorted(heads))}.")
    return heads.pop()


def current(owner_url: str) -> str | None:
    """Return the database's revision, or None where nothing has been migrated yet."""
    with _connection(owner_url) as connection:
        if connection.execute("SELECT to_regclass('public.alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def migrate(owner_url: str) -> bool:
    """Upgrade to ``head`` as the owner role; return whether anything was to do.

    Raises Conflict when another migration holds the lock for a minute or the database is newer than this
    version of Bedside, Unavailable when the database does not answer.
    """
    reached = current(owner_url)
    if reached == head():
        return False
    if reached is not None and reached not in _known():
        raise Conflict(f"The database is at {reached}, which is newer than this version of Bedside; update Bedside.")
    with _connection(owner_url) as connection:
        connection.execute(f"SET lock_timeout = '{_WAIT_SECONDS}s'")
        try:
            connection.execute("SELECT pg_advisory_lock(%s)", (LOCK_ID,))
        except psycopg.errors.LockNotAvailable:
            raise Conflict("Another migration is running; wait for it, then try again.") from None
        upgrade_to_head(owner_url)
    return True


def _known() -> set[str]:
    folder = Path(str(resources.files("bedside.migrations") / "versions"))
    return {m[1] for p in folder.glob("[0-9]*.py") if (m := _REVISION.search(p.read_text(encoding="utf-8")))}


@contextmanager
def _connection(owner_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    try:
        connection = psycopg.connect(
            psycopg_url(owner_url), autocommit=True, connect_timeout=5, application_name="bedside migrate"
        )
    except psycopg.OperationalError:
        raise Unavailable("The database does not answer as its owner role; check DATABASE_OWNER_URL.") from None
    with connection:
        yield connection
