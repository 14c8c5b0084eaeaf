"""Setting up, migrating and looking at the database, embedded or external."""

from __future__ import annotations

import secrets
from dataclasses import fields

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import BaseModel
from sqlalchemy import column, func, select, table

from bedside.platform.config import Settings
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.database.migrate import current, head, migrate
from bedside.platform.database.revision import revision
from bedside.platform.database.roles import (
    DATABASE,
    ROLES,
    DatabaseUrls,
    embedded_passwords,
    embedded_urls,
    external_urls,
    role_name,
)
from bedside.platform.database.urls import psycopg_url
from bedside.platform.embedded.provision import check_roles, provision_roles
from bedside.platform.embedded.server import EmbeddedPostgres
from bedside.platform.errors import SettingsError, Unavailable
from bedside.platform.runtime import Runtime


class SetupReport(BaseModel):
    """What was made, what is missing, and each new role's URL by the setting that takes it."""

    done: list[str]
    missing: list[str]
    urls: dict[str, str] = {}

    @property
    def complete(self) -> bool:
        return not self.missing


class MigrationResult(BaseModel):
    """Where the schema was and is."""

    before: str | None
    after: str
    changed: bool
    sentence: str


class DatabaseStatus(BaseModel):
    """The server as the app's role sees it. ``size_bytes`` is the whole database's."""

    server_version: str
    revision: str | None
    newest_revision: str
    size_bytes: int
    connections: int
    max_connections: int


def set_up(settings: Settings) -> SetupReport:
    """Make the database, roles and extensions. Raises SettingsError, ProvisionError.

    On the server of DATABASE_SETUP_URL where that is set, else on the embedded one. A role whose URL is set already
    keeps its password.
    """
    database = settings.get(DatabaseSettings)
    if database.setup_url is not None:
        passwords = {role_name(role): _password(database, role) or secrets.token_urlsafe(24) for role in ROLES}
        made = provision_roles(psycopg_url(database.setup_url.get_secret_value()), DATABASE, passwords)
        urls = {_setting(role): made.urls[role_name(role)] for role in ROLES}
        return SetupReport(done=list(made.created), missing=list(made.missing), urls=urls)
    if not database.is_embedded:
        raise SettingsError("Set DATABASE_SETUP_URL to a role with CREATEROLE and CREATEDB, for this command alone.")
    server = EmbeddedPostgres(settings.home)
    _require_running(server)
    made = provision_roles(server.superuser_dsn(), DATABASE, embedded_passwords(database))
    return SetupReport(done=list(made.created), missing=list(made.missing))


def check_setup(settings: Settings) -> SetupReport:
    """Sign in as each role and say what is missing; change nothing."""
    urls = _urls(settings)
    known = {role_name(f.name): url for f in fields(urls) if (url := getattr(urls, f.name))}
    missing = check_roles(known)
    return SetupReport(done=[] if missing else ["every role signs in and has its rights"], missing=list(missing))


def migrate_schema(settings: Settings, *, dry_run: bool) -> MigrationResult:
    """Upgrade to this version's schema, or say what would be done."""
    owner = _urls(settings).require("owner")
    before, target = current(owner), head()
    if before == target:
        return MigrationResult(before=before, after=target, changed=False, sentence=f"The schema is at {target}.")
    if dry_run:
        sentence = f"Would migrate from {before or 'nothing'} to {target}."
        return MigrationResult(before=before, after=before or "", changed=False, sentence=sentence)
    changed = migrate(owner)
    return MigrationResult(before=before, after=target, changed=changed, sentence=f"Migrated to {target}.")


async def status(runtime: Runtime) -> DatabaseStatus:
    """Return the database's version, size and connections. Raises Unavailable."""
    await runtime.database.ping()
    activity = table("pg_stat_activity", column("datname"))
    here = func.current_database()
    statement = select(
        func.current_setting("server_version"),
        func.pg_database_size(here),
        select(func.count()).select_from(activity).where(activity.c.datname == here).scalar_subquery(),
        func.current_setting("max_connections"),
    )
    async with runtime.database.engine.connect() as connection:
        server_version, size, connections, maximum = (await connection.execute(statement)).one()
    return DatabaseStatus(
        server_version=server_version,
        revision=await revision(runtime.database),
        newest_revision=head(),
        size_bytes=size,
        connections=connections,
        max_connections=int(maximum),
    )


def _urls(settings: Settings) -> DatabaseUrls:
    database = settings.get(DatabaseSettings)
    if not database.is_embedded:
        return external_urls(database)
    server = EmbeddedPostgres(settings.home)
    _require_running(server)
    return embedded_urls(server, database)


def _require_running(server: EmbeddedPostgres) -> None:
    if not server.running():
        raise Unavailable("The embedded database does not run; start it first: bedside up")


def _password(database: DatabaseSettings, role: str) -> str | None:
    """Return the password in the URL that is set for ``role``, if any."""
    secret = database.url if role == "app" else getattr(database, f"{role}_url")
    if secret is None:
        return None
    try:
        parts = conninfo_to_dict(psycopg_url(secret.get_secret_value()))
    except psycopg.ProgrammingError:
        # Its text would quote the URL and the password in it.
        raise SettingsError(
            f"{_setting(role)} is not understood; use postgresql://ROLE:PASSWORD@HOST/DATABASE"
        ) from None
    return str(parts["password"]) if parts.get("user") == role_name(role) and parts.get("password") else None


def _setting(role: str) -> str:
    return "DATABASE_URL" if role == "app" else f"DATABASE_{role.upper()}_URL"
