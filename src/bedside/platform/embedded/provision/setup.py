"""Makes the database, the roles and the extensions. Run as often as you like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from bedside.platform.embedded.provision.errors import ProvisionError
from bedside.platform.embedded.provision.extensions import make_extensions
from bedside.platform.embedded.provision.roles import (
    APP,
    BACKUP,
    JOBS,
    MONITOR,
    OWNER,
    ROLE_NAMES,
    ROLES,
    make_role,
    set_password,
)
from bedside.platform.embedded.provision.urls import role_url

OLDEST, NEWEST = 15, 18
_CONNECT_SECONDS = 10
# Any number of Bedside's own: two setups at once would meet in "tuple concurrently updated".
_LOCK = 0x6265_6473


@dataclass(frozen=True)
class ProvisionReport:
    """What was done. ``urls`` by role hold passwords; ``created`` and ``missing`` are for people."""

    server_version: int
    urls: Mapping[str, str] = field(repr=False)
    created: tuple[str, ...]
    missing: tuple[str, ...]


def provision_roles(superuser_dsn: str, database: str, passwords: Mapping[str, str]) -> ProvisionReport:
    """Make ``database``, the five roles with these ``passwords`` (by role name) and the extensions.

    ``superuser_dsn``: a superuser of PostgreSQL 15 to 18, or a role with CREATEROLE and CREATEDB, connected to
    any other database. What such a role may not give is in ``missing``. A password is set only where signing in
    with it fails. Raises ProvisionError; the extension ``vector`` is required.
    """
    absent = [name for name in ROLE_NAMES if not passwords.get(name)]
    if absent:
        raise ProvisionError(f"No password was given for {', '.join(absent)}.")
    urls = {name: role_url(superuser_dsn, name, passwords[name], database) for name in ROLE_NAMES}
    try:
        with _connect(superuser_dsn) as connection:
            version = _check_server(connection)
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            created, missing = _make_roles(connection)
            created += _make_database(connection, database)
            grant_database(connection, database)
            with _connect(superuser_dsn, dbname=database) as inside:
                new, lacking = make_extensions(inside)
                _grant_schema(inside)
            for name, url in urls.items():
                # A role that is new has no password: trying one would stand as FATAL in the server's log.
                if f"role {name}" in created or not _signs_in(url):
                    set_password(connection, name, passwords[name])
    except psycopg.Error as error:
        raise ProvisionError(f"The database server refused the setup: {reason(error)}") from None
    return ProvisionReport(version, urls, tuple(created + new), tuple(missing + lacking))


def grant_database(connection: psycopg.Connection[Any], database: str) -> None:
    """Let Bedside's roles, and no other but the owner, connect. A copy of a template database needs it anew."""
    name = sql.Identifier(database)
    others = sql.SQL(", ").join(map(sql.Identifier, (APP, JOBS, MONITOR, BACKUP)))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, others))


def reason(error: psycopg.Error) -> str:
    """Return the error's first message: no statement, no detail, no connection string."""
    return error.diag.message_primary or str(error).strip().splitlines()[-1] if str(error).strip() else "no answer"


def _connect(dsn: str, **other: str) -> psycopg.Connection[Any]:
    options: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS, "application_name": "bedside db setup", **other}
    connection = psycopg.connect(dsn, autocommit=True, **options)
    # A pooled or tampered search_path must not decide which functions are called here.
    connection.execute("SET search_path = pg_catalog, pg_temp")
    return connection


def _check_server(connection: psycopg.Connection[Any]) -> int:
    version = connection.info.server_version
    if not OLDEST <= version // 10000 <= NEWEST:
        raise ProvisionError(f"The server is PostgreSQL {version // 10000}; Bedside needs {OLDEST} to {NEWEST}.")
    row = connection.execute(
        "SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is None or not row[0]:
        raise ProvisionError(
            f"The role {connection.info.user} may not set up a database: use a superuser or one with "
            "CREATEROLE and CREATEDB."
        )
    return version


def _make_roles(connection: psycopg.Connection[Any]) -> tuple[list[str], list[str]]:
    created, missing = [], []
    with connection.transaction():
        for role in ROLES:
            is_new, refused = make_role(connection, role)
            created += [f"role {role.name}"] if is_new else []
            missing += refused
        # Without being a superuser, one must be able to become the role to which one gives the database;
        # since PostgreSQL 16 a role's maker may administer it and not yet become it.
        right = "SET" if connection.info.server_version >= 160000 else "MEMBER"
        row = connection.execute("SELECT pg_has_role(current_user, %s, %s)", [OWNER, right]).fetchone()
        if row is None or not row[0]:
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    return created, missing


def _make_database(connection: psycopg.Connection[Any], database: str) -> list[str]:
    row = connection.execute(
        "SELECT pg_encoding_to_char(encoding), datdba = (SELECT oid FROM pg_roles WHERE rolname = %s)"
        " FROM pg_database WHERE datname = %s",
        [OWNER, database],
    ).fetchone()
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    if row is None:
        create = sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0")
        connection.execute(create.format(name, owner))
        return [f"database {database}"]
    encoding, is_owned = row
    if encoding != "UTF8":
        raise ProvisionError(
            f"The database {database} has the encoding {encoding}; Bedside needs UTF8. Choose another."
        )
    if not is_owned:
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))
    return []


def _grant_schema(connection: psycopg.Connection[Any]) -> None:
    others = sql.SQL(", ").join(map(sql.Identifier, (APP, JOBS, MONITOR, BACKUP)))
    with connection.transaction():
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(sql.Identifier(OWNER)))
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(others))
        _let_monitor_read_sequences(connection)


def _let_monitor_read_sequences(connection: psycopg.Connection[Any]) -> None:
    """How far a sequence is, is no row of a table; ``pg_monitor`` alone does not see it."""
    owner, monitor = sql.Identifier(OWNER), sql.Identifier(MONITOR)
    names = connection.execute(
        "SELECT q.seqrelid::regclass::text FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid"
        " WHERE c.relowner = %s::regrole AND NOT has_sequence_privilege(%s, q.seqrelid, 'SELECT')",
        [OWNER, MONITOR],
    ).fetchall()
    for (name,) in names:
        # regclass's text is quoted by the server.
        connection.execute(sql.SQL("GRANT SELECT ON SEQUENCE {} TO {}").format(sql.SQL(name), monitor))
    ahead = "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT SELECT ON SEQUENCES TO {}"
    connection.execute(sql.SQL(ahead).format(owner, monitor))


def _signs_in(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=_CONNECT_SECONDS) as connection:
            # Under "trust" any password works; the role must have the right one even so.
            return connection.pgconn.used_password
    except psycopg.OperationalError:
        return False
