"""The embedded database as Bedside's processes use it. Nothing here loads a feature or SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bedside.platform.config import Settings
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.database.migrate import migrate
from bedside.platform.database.roles import DATABASE, DatabaseUrls, embedded_passwords, embedded_urls, external_urls
from bedside.platform.embedded.provision import provision_roles
from bedside.platform.embedded.server import EmbeddedPostgres


def embedded_server(settings: Settings) -> EmbeddedPostgres:
    """Return the embedded server of this home, started or not."""
    return EmbeddedPostgres(settings.home)


def prepare_embedded(server: EmbeddedPostgres, settings: Settings) -> DatabaseUrls:
    """Make a running embedded server's roles and schema what this version needs; return its URLs."""
    database = settings.get(DatabaseSettings)
    urls = embedded_urls(server, database)
    provision_roles(server.superuser_dsn(), DATABASE, embedded_passwords(database))
    migrate(urls.require("owner"))
    return urls


@contextmanager
def database_urls(settings: Settings) -> Iterator[DatabaseUrls]:
    """Yield the database's URLs, with the embedded server running; stop it again if it was started for this."""
    database = settings.get(DatabaseSettings)
    if not database.is_embedded:
        yield external_urls(database)
        return
    server = embedded_server(settings)
    if server.running():
        yield embedded_urls(server, database)
        return
    server.start()
    try:
        yield prepare_embedded(server, settings)
    finally:
        server.stop()
