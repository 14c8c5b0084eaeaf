"""The extensions: which are needed, and what is lost without the others."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from bedside.platform.embedded.provision.errors import ProvisionError
from bedside.platform.embedded.provision.roles import MONITOR

REQUIRED = "vector"
EXTENSIONS: dict[str, str] = {
    REQUIRED: "search by meaning",
    "pg_trgm": "search that forgives spelling",
    "pg_stat_statements": "the report of slow queries",
    "pgstattuple": "the report of bloat",
    "amcheck": "the check of indexes for damage",
}


def make_extensions(connection: psycopg.Connection[Any]) -> tuple[list[str], list[str]]:
    """Create or update the extensions in the connected database; return what is new and what is missing.

    Raises ProvisionError when ``vector`` is not to be had.
    """
    created, missing = [], []
    for name, purpose in EXTENSIONS.items():
        problem, is_new = _make(connection, name)
        if problem and name == REQUIRED:
            raise ProvisionError(
                f"The extension {name} {problem}. Install pgvector for this server (Debian: "
                f"postgresql-{connection.info.server_version // 10000}-pgvector), or let a superuser run in this "
                "database: CREATE EXTENSION vector SCHEMA public"
            )
        if problem:
            missing.append(f"The extension {name} {problem}; without it there is not {purpose}.")
        created += [f"extension {name}"] if is_new else []
    if (problem := _statistics_problem(connection)) is not None:
        missing.append(problem)
    _let_monitor_check(connection)
    return created, missing


def _make(connection: psycopg.Connection[Any], name: str) -> tuple[str | None, bool]:
    row = connection.execute(
        "SELECT default_version, installed_version FROM pg_available_extensions WHERE name = %s", [name]
    ).fetchone()
    if row is None:
        return "is not installed on the server", False
    default, installed = row
    identifier = sql.Identifier(name)
    try:
        with connection.transaction():
            if installed is None:
                connection.execute(sql.SQL("CREATE EXTENSION {} SCHEMA public").format(identifier))
            elif installed != default:
                connection.execute(sql.SQL("ALTER EXTENSION {} UPDATE").format(identifier))
    except psycopg.errors.InsufficientPrivilege:
        # One that is there and only older still serves.
        return (None if installed else "needs a superuser to be created"), False
    return None, installed is None


def _statistics_problem(connection: psycopg.Connection[Any]) -> str | None:
    try:
        with connection.transaction():
            connection.execute("SELECT FROM public.pg_stat_statements LIMIT 1")
    except psycopg.errors.ObjectNotInPrerequisiteState:
        return "pg_stat_statements is not loaded; add it to shared_preload_libraries and restart the server."
    except psycopg.errors.UndefinedTable:
        return None  # said already
    return None


def _let_monitor_check(connection: psycopg.Connection[Any]) -> None:
    """amcheck's functions are for superusers until they are granted."""
    functions = connection.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'"
        " JOIN pg_extension e ON e.oid = d.refobjid"
        " WHERE d.classid = 'pg_proc'::regclass AND e.extname = 'amcheck' AND NOT EXISTS ("
        "   SELECT FROM pg_roles r WHERE r.rolname = %s AND has_function_privilege(r.oid, p.oid, 'EXECUTE'))",
        [MONITOR],
    ).fetchall()
    for (signature,) in functions:
        # regprocedure's text is quoted by the server.
        connection.execute(
            sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(signature), sql.Identifier(MONITOR))
        )
