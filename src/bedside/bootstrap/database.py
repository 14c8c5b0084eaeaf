"""The embedded database as Bedside's processes use it. Nothing here loads a feature or SQLAlchemy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from bedside.platform.config import Settings
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.database.migrate import current, head, migrate
from bedside.platform.database.roles import DATABASE, DatabaseUrls, embedded_passwords, embedded_urls, external_urls
from bedside.platform.database.urls import psycopg_url
from bedside.platform.embedded.provision import provision_roles
from bedside.platform.embedded.server import EmbeddedPostgres
from bedside.platform.errors import SettingsError, Unavailable

_POLL_SECONDS = 0.05
# What PostgreSQL answers to a sign-in that no waiting will make good.
_REFUSALS = ("password authentication failed", "does not exist", "no pg_hba.conf entry", "permission denied")


def embedded_server(settings: Settings) -> EmbeddedPostgres:
    """Return the embedded server of this home, started or not."""
    return EmbeddedPostgres(settings.home)


def prepare_embedded(server: EmbeddedPostgres, settings: Settings) -> DatabaseUrls:
    """Make a running embedded server's roles and schema what this version needs; return its URLs."""
    database = settings.get(DatabaseSettings)
    urls = embedded_urls(server, database)
    provision_roles(server.superuser_dsn(), DATABASE, embedded_passwords(database))
    migrate(urls.require("owner"))
    _prepared(settings).write_text(head(), encoding="utf-8")
    return urls


def _prepared(settings: Settings) -> Path:
    """The file that says for which schema the embedded database was last prepared."""
    return settings.home / "database-prepared"


def _is_prepared(server: EmbeddedPostgres, settings: Settings) -> bool:
    """Tell whether a sign-in can work: one before that would stand as FATAL in PostgreSQL's log, and alarm people."""
    file = _prepared(settings)
    return file.exists() and file.read_text(encoding="utf-8") == head() and server.running()


@contextmanager
def database_urls(settings: Settings) -> Iterator[DatabaseUrls]:
    """Yield the database's URLs, with the embedded server running; stop it again if it was started for this."""
    database = settings.get(DatabaseSettings)
    if not database.is_embedded:
        urls = external_urls(database)
        require_accepted(urls.app, "DATABASE_URL")
        yield urls
        return
    server = embedded_server(settings)
    if server.running():
        yield embedded_urls(server, database)
        return
    try:
        server.start()
        yield prepare_embedded(server, settings)
    finally:
        server.stop()


@contextmanager
def urls_for_process(settings: Settings, wait: float | None) -> Iterator[DatabaseUrls]:
    """Yield the URLs for a process that goes on: as ``database_urls``, or with ``wait`` as ``awaited_urls``."""
    if wait is None:
        with database_urls(settings) as urls:
            yield urls
    else:
        yield awaited_urls(settings, wait)


def urls_as_they_are(settings: Settings) -> DatabaseUrls:
    """Return the database's URLs without asking whether it answers."""
    database = settings.get(DatabaseSettings)
    return embedded_urls(embedded_server(settings), database) if database.is_embedded else external_urls(database)


def awaited_urls(settings: Settings, seconds: float) -> DatabaseUrls:
    """Wait up to ``seconds`` for a database that somebody else starts and migrates; return its URLs, there or not."""
    database = settings.get(DatabaseSettings)
    server = embedded_server(settings)
    deadline = time.monotonic() + seconds
    while True:
        urls = urls_as_they_are(settings)
        if not database.is_embedded:
            require_accepted(urls.app, "DATABASE_URL")
        if not database.is_embedded or _is_prepared(server, settings):
            with suppress(Unavailable, psycopg.Error):
                if current(urls.app) == head():
                    return urls
        if time.monotonic() > deadline:
            return urls
        time.sleep(_POLL_SECONDS)


def require_external(settings: Settings) -> None:
    """Raise SettingsError or Unavailable unless DATABASE_URL's server takes the app's role and is migrated."""
    urls = external_urls(settings.get(DatabaseSettings))
    require_accepted(urls.app, "DATABASE_URL")
    try:
        reached = current(urls.app)
    except Unavailable:
        raise Unavailable("The server of DATABASE_URL does not answer; start it, or check the address.") from None
    if reached != head():
        raise SettingsError("The schema of DATABASE_URL's database is not this version's; run: bedside db migrate")


def require_accepted(url: str, setting: str) -> None:
    """Raise SettingsError when an external server answers that it refuses ``url``. One that is silent may come yet."""
    try:
        psycopg.connect(psycopg_url(url), connect_timeout=5, application_name="bedside start").close()
    except psycopg.OperationalError as error:
        refusal = next((words for words in _REFUSALS if words in str(error)), None)
        if refusal is not None:
            raise SettingsError(
                f"{setting}: the server refuses the sign-in ({refusal}). Check the role, the password and the "
                "database in it; `bedside db setup` makes them."
            ) from None
    except psycopg.ProgrammingError:
        # Its text would quote the URL and the password in it.
        raise SettingsError(f"{setting} is not understood; use postgresql://ROLE:PASSWORD@HOST/DATABASE") from None
