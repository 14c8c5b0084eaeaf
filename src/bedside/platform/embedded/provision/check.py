"""``bedside db setup --test-only``: connects as each role and says what is missing; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from bedside.platform.embedded.provision.extensions import EXTENSIONS
from bedside.platform.embedded.provision.roles import OWNER, ROLES, Role, actual_attributes, wanted_attributes
from bedside.platform.embedded.provision.setup import NEWEST, OLDEST, reason

_CONNECT_SECONDS = 10
_MEMBER = "SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s"


def check_roles(urls: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is wrong with the roles (``urls``: name to libpq URL), a sentence each; empty when all is well."""
    problems: list[str] = []
    for role in ROLES:
        url = urls.get(role.name)
        if not url:
            problems.append(f"No URL is set for the role {role.name}, which {role.purpose}.")
            continue
        try:
            with psycopg.connect(url, connect_timeout=_CONNECT_SECONDS, autocommit=True) as connection:
                problems += _check_role(connection, role)
                if role.name == OWNER:
                    problems += _check_database(connection)
        except psycopg.Error as error:
            problems.append(f"Signing in as {role.name} failed: {reason(error)}")
    return tuple(problems)


def _check_role(connection: psycopg.Connection[Any], role: Role) -> list[str]:
    if connection.info.user != role.name:
        return [f"The URL for {role.name} signs in as {connection.info.user}."]
    problems = []
    actual = actual_attributes(connection, role.name) or {}
    for column, wanted in wanted_attributes(role).items():
        if actual.get(column) != wanted:
            problems.append(f"{role.name} has {column} {'off' if wanted else 'on'}; run: bedside db setup")
    problems += [
        f"{role.name} is not a member of {group}; run: bedside db setup"
        for group in role.member_of
        if not _is_member(connection, group)
    ]
    if role.name != OWNER and _is_member(connection, OWNER):
        problems.append(f"{role.name} is a member of {OWNER}; run: REVOKE {OWNER} FROM {role.name}")
    return problems


def _check_database(connection: psycopg.Connection[Any]) -> list[str]:
    problems = []
    major = connection.info.server_version // 10000
    if not OLDEST <= major <= NEWEST:
        problems.append(f"The server is PostgreSQL {major}; Bedside needs {OLDEST} to {NEWEST}.")
    row = connection.execute(
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding)"
        " FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    if row is not None and row[0] != OWNER:
        problems.append(f"The database belongs to {row[0]} and not to {OWNER}; run: bedside db setup")
    if row is not None and row[1] != "UTF8":
        problems.append(f"The database has the encoding {row[1]}; Bedside needs UTF8.")
    installed = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    problems += [
        f"The extension {name} is missing; without it there is not {purpose}."
        for name, purpose in EXTENSIONS.items()
        if name not in installed
    ]
    return problems


def _is_member(connection: psycopg.Connection[Any], group: str) -> bool:
    row = connection.execute(_MEMBER, [group]).fetchone()
    return bool(row and row[0])
