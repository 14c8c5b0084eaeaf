"""The five database roles: what each may do, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from bedside.platform.embedded.provision.errors import ProvisionError

OWNER = "bedside_owner"
APP = "bedside_app"
JOBS = "bedside_jobs"
MONITOR = "bedside_monitor"
BACKUP = "bedside_backup"


@dataclass(frozen=True)
class Role:
    """One role. ``settings`` hold for its sessions; ``attributes`` are pg_roles' columns that shall be true."""

    name: str
    purpose: str
    settings: Mapping[str, str] = field(default_factory=dict)
    attributes: frozenset[str] = frozenset()
    member_of: tuple[str, ...] = ()


# search_path leaves out "$user": a schema named like the role could shadow a table.
ROLES: tuple[Role, ...] = (
    Role(OWNER, "owns the tables, used by migrations alone", {"search_path": "public"}),
    Role(
        APP,
        "serves requests, bound by row-level security",
        {
            "search_path": "public",
            "statement_timeout": "30s",
            "lock_timeout": "5s",
            "idle_in_transaction_session_timeout": "60s",
        },
    ),
    Role(
        JOBS,
        "runs the queue",
        {
            "search_path": "public",
            "statement_timeout": "10min",
            "lock_timeout": "10s",
            "idle_in_transaction_session_timeout": "60s",
        },
    ),
    Role(
        MONITOR,
        "reads statistics, no rows",
        {
            "search_path": "public",
            "statement_timeout": "30s",
            "lock_timeout": "2s",
            "idle_in_transaction_session_timeout": "30s",
        },
        member_of=("pg_monitor",),
    ),
    Role(
        BACKUP,
        "reads everything, changes nothing",
        {"search_path": "public", "default_transaction_read_only": "on", "lock_timeout": "60s"},
        attributes=frozenset({"rolreplication", "rolbypassrls"}),
        member_of=("pg_read_all_data",),
    ),
)
ROLE_NAMES: tuple[str, ...] = tuple(role.name for role in ROLES)

_KEYWORDS = {
    "rolcanlogin": "LOGIN",
    "rolsuper": "SUPERUSER",
    "rolcreatedb": "CREATEDB",
    "rolcreaterole": "CREATEROLE",
    "rolreplication": "REPLICATION",
    "rolbypassrls": "BYPASSRLS",
}
_ATTRIBUTES = "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles"


def wanted_attributes(role: Role) -> dict[str, bool]:
    """Return pg_roles' columns as they shall be for ``role``."""
    return {column: column in role.attributes or column == "rolcanlogin" for column in _KEYWORDS}


def actual_attributes(connection: psycopg.Connection[tuple[bool, ...]], name: str) -> dict[str, bool] | None:
    """Return pg_roles' columns of the role ``name``; None when there is no such role."""
    row = connection.execute(_ATTRIBUTES + " WHERE rolname = %s", [name]).fetchone()
    return None if row is None else dict(zip(_KEYWORDS, row, strict=True))


def make_role(connection: psycopg.Connection[tuple[bool, ...]], role: Role) -> tuple[bool, list[str]]:
    """Create ``role`` or bring it into its shape; return whether it is new and what the server did not permit.

    Raises ProvisionError when an existing role has a right too many that can't be taken away.
    """
    name = sql.Identifier(role.name)
    actual = actual_attributes(connection, role.name)
    is_new = actual is None
    if actual is None:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        actual = actual_attributes(connection, role.name) or {}
    refused = []
    for column, wanted in wanted_attributes(role).items():
        # Each alone: before PostgreSQL 16 naming an attribute needs the right to change it, changed or not.
        if actual.get(column) == wanted:
            continue
        keyword = _KEYWORDS[column] if wanted else f"NO{_KEYWORDS[column]}"
        statement = sql.SQL("ALTER ROLE {} {}").format(name, sql.SQL(keyword))
        if not _permitted(connection, statement):
            if not wanted:
                raise ProvisionError(f"The role {role.name} must be {keyword}; a superuser has to run: ALTER ROLE.")
            refused.append(f"{role.name} could not be given {keyword}; a superuser has to.")
    refused += [
        f"{role.name} could not be made a member of {group}; a superuser has to."
        for group in role.member_of
        if not _permitted(connection, sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), name))
    ]
    for setting, value in role.settings.items():
        template = sql.SQL("ALTER ROLE {} SET {} = {}")
        connection.execute(template.format(name, sql.Identifier(setting), sql.Literal(value)))
    return is_new, refused


def set_password(connection: psycopg.Connection[tuple[bool, ...]], role: str, password: str) -> None:
    """Set the password by its SCRAM verifier, made here: the server and its logs never see the password."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))


def _permitted(connection: psycopg.Connection[tuple[bool, ...]], statement: sql.Composed) -> bool:
    try:
        with connection.transaction():
            connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True
