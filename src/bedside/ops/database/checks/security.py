"""Who may do too much: rights on schemas, roles, rows; and how sessions come in."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final, LiteralString

from bedside.ops.database.checks.catalogue import SESSIONS, SETTINGS
from bedside.ops.database.checks.connections import named
from bedside.ops.database.checks.scene import Scene, Skip, database_check, listed, quoted
from bedside.platform.checks import Check, Finding, Health
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.database.base import ENTITY, Base
from bedside.platform.embedded.provision.roles import OWNER, ROLES, wanted_attributes

_SCHEMAS: Final[LiteralString] = """
SELECT n.nspname AS name
FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS r
WHERE r.grantee = 0 AND r.privilege_type = 'CREATE' AND n.nspname NOT LIKE 'pg\\_%'
ORDER BY n.nspname
"""
# A table with patient data is one with a column for the patient, or one that Bedside has marked so.
_PATIENT_TABLES: Final[LiteralString] = """
SELECT n.nspname AS schema, c.relname AS name, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND a.attname IN ('patient_id', 'patient_ids', 'subject_id')) AS has_patient
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relpersistence <> 't'
ORDER BY n.nspname, c.relname
"""
_ROLES: Final[LiteralString] = """
SELECT r.rolname AS name, r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls, r.rolcanlogin,
       ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
             WHERE m.member = r.oid ORDER BY 1) AS groups
FROM pg_roles r ORDER BY r.rolname
"""
_KEYWORDS = {
    "rolsuper": "SUPERUSER",
    "rolcreatedb": "CREATEDB",
    "rolcreaterole": "CREATEROLE",
    "rolreplication": "REPLICATION",
    "rolbypassrls": "BYPASSRLS",
}


@database_check(
    "public_schema", "Rights for everybody", "Take the right away: whoever may sign in could shadow a table."
)
async def public_schema(scene: Scene) -> Finding:
    """Schemas in which everybody may create tables and functions, as was PostgreSQL's default before version 15."""
    names = [row["name"] for row in await scene.all(_SCHEMAS)]
    return listed(
        names,
        what="schemas in which everybody may create",
        well="Nobody creates anything in a schema without having been given the right.",
        ill="Everybody may create in",
        mend=[f"REVOKE CREATE ON SCHEMA {quoted(name)} FROM PUBLIC;" for name in names],
    )


@database_check("row_security", "Row security", "Turn it on at once, and give the table its policies in a migration.")
async def row_security(scene: Scene) -> Finding:
    """Tables with patient data of which row-level security is off, or does not bind the tables' owner."""
    marked = {table.name for table in Base.metadata.tables.values() if ENTITY in table.info}
    bare = [
        row
        for row in await scene.all(_PATIENT_TABLES)
        if (row["has_patient"] or row["name"] in marked) and not (row["secured"] and row["forced"])
    ]
    mend = []
    for row in bare:
        table = f"ALTER TABLE {quoted(row['schema'], row['name'])}"
        mend += [] if row["secured"] else [f"{table} ENABLE ROW LEVEL SECURITY;"]
        mend += [] if row["forced"] else [f"{table} FORCE ROW LEVEL SECURITY;"]
    return listed(
        [f"{row['name']} ({'not forced' if row['secured'] else 'off'})" for row in bare],
        what="tables with patient data without row security",
        well="Every table with patient data is under row security.",
        ill="Patients are not kept apart in",
        status=Health.DOWN,
        mend=mend,
    )


@database_check("password_encryption", "Password encryption", "Set it, then set every password anew.")
async def password_encryption(scene: Scene) -> Finding:
    """How new passwords are kept: md5 can be broken, and a copied verifier signs in. Who has an old one, only a
    superuser sees."""
    value = next(row["setting"] for row in await scene.all(SETTINGS) if row["name"] == "password_encryption")
    return listed(
        [] if value == "scram-sha-256" else [value],
        what="weak password encryption",
        well="New passwords are kept as SCRAM-SHA-256 verifiers.",
        ill="New passwords are kept as",
        mend=["ALTER SYSTEM SET password_encryption = 'scram-sha-256';", "SELECT pg_reload_conf();"],
    )


@database_check("tls", "TLS", "Use sslmode=verify-full in the URLs, or the unix socket where it is the same machine.")
async def tls(scene: Scene) -> Finding:
    """Sessions of Bedside that come over TCP without TLS; from another machine that is critical."""
    if scene.runtime.settings.get(DatabaseSettings).is_embedded:
        raise Skip("the embedded server is reached by its unix socket alone.")
    bare = [
        row
        for row in await scene.all(SESSIONS)
        if row["address"] is not None and not row["is_encrypted"] and row["application"].startswith("bedside")
    ]
    bare += [row for row in await scene.monitor.rows(_OWN) if row["address"] is not None and not row["is_encrypted"]]
    away = [row for row in bare if not ip_address(row["address"]).is_loopback]
    return listed(
        [f"{named(row)} from {row['address']}" for row in bare],
        what="sessions of Bedside without TLS",
        well="Every session of Bedside is encrypted or stays on the machine.",
        ill="Not encrypted",
        status=Health.DOWN if away else Health.DEGRADED,
        mend=["ALTER SYSTEM SET ssl = on; -- with ssl_cert_file and ssl_key_file", "SELECT pg_reload_conf();"],
    )


_OWN: Final[LiteralString] = """
SELECT a.pid, a.usename::text AS role, a.application_name AS application, host(a.client_addr) AS address,
       s.ssl AS is_encrypted
FROM pg_stat_activity a JOIN pg_stat_ssl s ON s.pid = a.pid WHERE a.pid = pg_backend_pid()
"""


@database_check("role_rights", "Rights of roles", "Take away what is too much; `bedside db setup` makes them right.")
async def role_rights(scene: Scene) -> Finding:
    """Roles of Bedside that may do more than their task needs."""
    found = {row["name"]: row for row in await scene.all(_ROLES)}
    faults, mend = [], []
    for role in ROLES:
        if role.name not in found:
            continue
        row, wanted = found[role.name], wanted_attributes(role)
        for column, keyword in _KEYWORDS.items():
            if row[column] and not wanted[column]:
                faults.append(f"{role.name} has {keyword}")
                mend.append(f"ALTER ROLE {quoted(role.name)} NO{keyword};")
        # Whoever belongs to the owner can turn row security off.
        for group in row["groups"]:
            if group == OWNER or (group in found and found[group]["rolsuper"]):
                faults.append(f"{role.name} belongs to {group}")
                mend.append(f"REVOKE {quoted(group)} FROM {quoted(role.name)};")
    return listed(
        faults,
        what="rights too many",
        well="Each role of Bedside has the rights of its task and no others.",
        ill="Too much",
        status=Health.DOWN,
        mend=mend,
    )


CHECKS: tuple[Check, ...] = (public_schema, row_security, password_encryption, tls, role_rights)
