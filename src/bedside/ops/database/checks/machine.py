"""PostgreSQL's settings against the machine, and what in the installation has grown old."""

from __future__ import annotations

from datetime import date
from typing import Final, LiteralString

import psutil
from sqlalchemy import func, select

from bedside.ops.database.checks.catalogue import EXTENSIONS, SETTINGS
from bedside.ops.database.checks.scene import (
    MEBIBYTE,
    Scene,
    Skip,
    database_check,
    judged,
    listed,
    literal,
    megabytes,
    quoted,
)
from bedside.platform.checks import Check, Condition, Finding, Health
from bedside.platform.config.core import Environment

# What PostgreSQL says a setting's number counts.
UNITS = {"B": 1, "kB": 1024, "8kB": 8192, "MB": MEBIBYTE, "16MB": 16 * MEBIBYTE}
_LEAST_SHARED, _MOST_SHARED = 256 * MEBIBYTE, 0.4
# PostgreSQL's versioning policy: a major version is mended for five years, to the second Thursday of that November.
LAST_DAY = {15: date(2027, 11, 11), 16: date(2028, 11, 9), 17: date(2029, 11, 8), 18: date(2030, 11, 14)}
_WHERE: Final[LiteralString] = "SELECT inet_server_addr() IS NULL AS is_socket"


async def sizes(scene: Scene) -> dict[str, float]:
    """Return the settings that are amounts of memory or disk, in bytes."""
    return {
        row["name"]: float(row["setting"]) * UNITS[row["unit"]]
        for row in await scene.all(SETTINGS)
        if row["unit"] in UNITS
    }


async def memory_of_server(scene: Scene) -> int:
    """Return the memory of the server's machine in bytes. Raises Skip where it is another machine than this."""
    if not (await scene.one(_WHERE))["is_socket"]:
        raise Skip("the server is reached over the network, so its machine's memory is not known here.")
    return psutil.virtual_memory().total


@database_check("shared_buffers", "shared_buffers", "See `bedside db tune`, set it, and restart PostgreSQL.")
async def shared_buffers(scene: Scene) -> Finding:
    """PostgreSQL's own memory: at least a 64th of the machine's or 256 MiB, and at most two fifths."""
    memory, size = await memory_of_server(scene), (await sizes(scene))["shared_buffers"]
    least, most = min(memory / 64, _LEAST_SHARED), _MOST_SHARED * memory
    # It is set in whole megabytes.
    fits = least - MEBIBYTE <= size <= most
    return Finding(
        status=Health.HEALTHY if fits else Health.DEGRADED,
        evidence=f"shared_buffers is {megabytes(size)}; the machine has {megabytes(memory)}.",
        value=size / MEBIBYTE,
        threshold=least / MEBIBYTE,
        sql=[] if fits else [f"ALTER SYSTEM SET shared_buffers = '{max(memory // 4 // MEBIBYTE, 128)}MB'; -- restart"],
        conditions=[
            Condition(
                name="shared_buffers",
                value=megabytes(size),
                threshold=f"{megabytes(least)} to {megabytes(most)}",
                ok=fits,
            )
        ],
    )


@database_check(
    "work_mem", "work_mem", "Lower work_mem or max_connections: the kernel kills PostgreSQL when it runs out."
)
async def work_mem(scene: Scene) -> Finding:
    """What all connections may take at once for one sort or hash each, of the machine's memory."""
    memory, size = await memory_of_server(scene), (await sizes(scene))["work_mem"]
    sessions = next(int(row["setting"]) for row in await scene.all(SETTINGS) if row["name"] == "max_connections")
    fitting = max(int(memory * scene.limits.work_mem_share / 200 / sessions // 1024), 64)
    return judged(
        100 * size * sessions / memory,
        scene.limits.work_mem_share,
        None,
        what="work_mem of all connections",
        unit="% of the memory",
        evidence=f"{sessions} connections with work_mem of {megabytes(size)} each; {megabytes(memory)} of memory.",
        mend=[f"ALTER SYSTEM SET work_mem = '{fitting}kB';", "SELECT pg_reload_conf();"],
    )


@database_check("random_page_cost", "random_page_cost", "Lower it, or set DB_DISKS_SPIN where the disks spin.")
async def random_page_cost(scene: Scene) -> Finding:
    """What the planner thinks a random read costs: 4 is for spinning disks, and keeps it off indexes elsewhere."""
    if scene.limits.disks_spin:
        raise Skip("DB_DISKS_SPIN says that the disks spin.")
    cost = next(float(row["setting"]) for row in await scene.all(SETTINGS) if row["name"] == "random_page_cost")
    return judged(
        cost,
        3,
        None,
        what="random_page_cost",
        unit="",
        evidence=f"random_page_cost is {cost:g}; flash and network disks read anywhere at about the same cost.",
        mend=["ALTER SYSTEM SET random_page_cost = 1.1;", "SELECT pg_reload_conf();"],
    )


@database_check("pending_restart", "Settings that wait", "Restart PostgreSQL when it suits: bedside up starts it anew.")
async def pending_restart(scene: Scene) -> Finding:
    """Settings that were changed and hold only after a restart."""
    waiting = [row["name"] for row in await scene.all(SETTINGS) if row["pending_restart"]]
    return listed(
        waiting,
        what="settings that wait for a restart",
        well="Every setting is in force.",
        ill="Not in force before a restart",
        mend=[f"SHOW {name};" for name in waiting],
    )


@database_check("durability", "Durability", "Turn it on again, unless this database may be lost.")
async def durability(scene: Scene) -> Finding:
    """Whether what was committed survives a crash: fsync, full_page_writes and the app's synchronous_commit."""
    settings = {row["name"]: row["setting"] for row in await scene.all(SETTINGS)}
    query = select(func.current_setting("synchronous_commit"))
    async with scene.runtime.database.engine.connect() as connection:
        settings["synchronous_commit"] = (await connection.execute(query)).scalar_one()
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if settings[name] == "off"]
    if scene.runtime.settings.core.environment is not Environment.PRODUCTION and off:
        raise Skip(f"{', '.join(off)} off, as may be outside production.")
    return listed(
        off,
        what="settings without which a crash loses data",
        well="What is committed is on disk.",
        ill="Off",
        status=Health.DOWN,
        mend=[f"ALTER SYSTEM SET {name} = on;" for name in off] + ["SELECT pg_reload_conf();"],
    )


@database_check("extensions", "Extensions", "Update them in this database.")
async def extensions(scene: Scene) -> Finding:
    """Extensions whose programs are newer than what this database has of them."""
    old = [row for row in await scene.all(EXTENSIONS) if row["newest"] and row["newest"] != row["installed"]]
    return listed(
        [f"{row['name']} {row['installed']} (there is {row['newest']})" for row in old],
        what="extensions out of date",
        well="Every extension is as new as its programs.",
        ill="Out of date",
        mend=[f"ALTER EXTENSION {quoted(row['name'])} UPDATE;" for row in old],
    )


_COLLATIONS: Final[LiteralString] = """
SELECT 'database' AS kind, NULL AS schema, datname::text AS name, datcollversion AS recorded,
       pg_database_collation_actual_version(oid) AS actual
FROM pg_database WHERE datname = current_database()
UNION ALL
SELECT 'collation', n.nspname, c.collname, c.collversion, pg_collation_actual_version(c.oid)
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.collversion IS NOT NULL
  AND EXISTS (SELECT FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
              WHERE a.attcollation = c.oid AND a.attnum > 0 AND t.relnamespace <> 'pg_catalog'::regnamespace)
"""


@database_check("collation_version", "Collations", "Build the text indexes anew, then record the new version.")
async def collation_version(scene: Scene) -> Finding:
    """Whether text is ordered as it was when the indexes were built: another order makes them give wrong answers."""
    changed = [
        row
        for row in await scene.all(_COLLATIONS)
        if row["recorded"] is not None and row["actual"] is not None and row["recorded"] != row["actual"]
    ]
    mend: list[str] = []
    for row in changed:
        if row["kind"] == "database":
            name = quoted(row["name"])
            mend += [f"REINDEX DATABASE CONCURRENTLY {name};", f"ALTER DATABASE {name} REFRESH COLLATION VERSION;"]
        else:
            mend += [
                "-- REINDEX INDEX CONCURRENTLY every index on a column with this collation, then:",
                f"ALTER COLLATION {quoted(row['schema'], row['name'])} REFRESH VERSION;",
            ]
    return listed(
        [f"{row['kind']} {row['name']}: {row['recorded']}, now {row['actual']}" for row in changed],
        what="collations of another version",
        well="Collations are of the version that the indexes were built with.",
        ill="Changed",
        mend=mend,
    )


@database_check("server_version", "Server version", "Plan the upgrade to a newer major version.")
async def server_version(scene: Scene) -> Finding:
    """Whether the server's major version is one that Bedside supports and PostgreSQL still mends."""
    major = await scene.monitor.version() // 10_000
    last, today = LAST_DAY.get(major), scene.runtime.clock.now().date()
    if last is None:
        evidence, well = f"PostgreSQL {major}; Bedside supports {min(LAST_DAY)} to {max(LAST_DAY)}.", False
    else:
        well = today <= last
        evidence = f"PostgreSQL {major} {'is mended until' if well else 'was mended until'} {last:%d %B %Y}."
    return Finding(
        status=Health.HEALTHY if well else Health.DEGRADED,
        evidence=evidence,
        value=float(major),
        sql=[] if well else ["SELECT version();"],
        conditions=[Condition(name="PostgreSQL", value=str(major), threshold="mended and supported", ok=well)],
    )


def set_statement(name: str, value: str) -> str:
    """Return the statement that sets a server's setting."""
    return f"ALTER SYSTEM SET {quoted(name)} = {literal(value)};"


CHECKS: tuple[Check, ...] = (
    shared_buffers,
    work_mem,
    random_page_cost,
    pending_restart,
    durability,
    extensions,
    collation_version,
    server_version,
)
