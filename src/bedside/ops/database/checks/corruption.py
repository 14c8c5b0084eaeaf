"""Damage: pages whose checksum is wrong, indexes that do not agree with their tables, constraints nobody proved."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from bedside.ops.database.checks.catalogue import EXTENSIONS, SETTINGS
from bedside.ops.database.checks.scene import Scene, Skip, database_check, judged, listed, quoted
from bedside.platform.checks import Check, Finding, Health

DAILY = timedelta(days=1)
BUDGET_SECONDS = 120.0
_RESTORE = "Stop writing, copy the data folder, and restore from the last verified backup."

_CHECKSUMS: Final[LiteralString] = """
SELECT coalesce(datname::text, 'shared tables') AS name, coalesce(checksum_failures, 0)::bigint AS failures,
       checksum_last_failure::text AS last
FROM pg_stat_database ORDER BY 1
"""
# The smallest first, so that an evening's budget covers as many as can be.
_TARGETS: Final[LiteralString] = """
SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, c.relpages AS pages
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_am a ON a.oid = c.relam
WHERE c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND ((c.relkind = 'i' AND a.amname = 'btree' AND i.indisvalid AND i.indisready)
       OR (c.relkind = 'r' AND a.amname = 'heap'))
ORDER BY c.relpages
"""

_INDEX = sql.SQL("SELECT {}.bt_index_check({}::regclass, true)")
_TABLE = sql.SQL("SELECT 1 FROM {}.verify_heapam({}::regclass) LIMIT 1")


@database_check("checksum_failures", "Checksum failures", _RESTORE)
async def checksum_failures(scene: Scene) -> Finding:
    """Pages that were read and whose checksum was wrong, in any database of the server."""
    if await _checksums_are_off(scene):
        raise Skip("the cluster has no data checksums; see db.data_checksums")
    rows = [row for row in await scene.all(_CHECKSUMS) if row["failures"]]
    count = sum(row["failures"] for row in rows)
    told = ", ".join(f"{row['failures']} in {row['name']}, the last {row['last']}" for row in rows)
    return judged(
        count,
        1,
        1,
        what="pages with a wrong checksum",
        unit="",
        evidence=f"Wrong checksums: {told}." if rows else "No page with a wrong checksum was read.",
        mend=["SELECT datname, checksum_failures, checksum_last_failure FROM pg_stat_database;"],
    )


@database_check("data_checksums", "Data checksums", "Turn them on while the server is stopped: pg_checksums --enable")
async def data_checksums(scene: Scene) -> Finding:
    """Whether pages carry a checksum, without which nobody sees what a disk changes."""
    off = await _checksums_are_off(scene)
    return listed(
        ["data_checksums"] if off else [],
        what="data checksums",
        well="Every page carries a checksum.",
        ill="Off",
        mend=["SHOW data_checksums; -- stop the server, then: pg_checksums --enable -D DATA_FOLDER"],
    )


async def _checksums_are_off(scene: Scene) -> bool:
    return any(row["name"] == "data_checksums" and row["setting"] == "off" for row in await scene.all(SETTINGS))


@dataclass
class Damage:
    """What amcheck found. ``damaged``: schema, name, kind and what was wrong; never a row's content."""

    looked: int = 0
    left: int = 0
    damaged: list[tuple[str, str, str]] = field(default_factory=list)


async def look_for_damage(scene: Scene, budget_seconds: float = BUDGET_SECONDS) -> Damage:
    """Compare every btree index with its table, and look at every table's pages, while there is time. Raises Skip."""
    schema = next((row["schema"] for row in await scene.all(EXTENSIONS) if row["name"] == "amcheck"), None)
    if schema is None:
        raise Skip("the extension amcheck is missing; run: bedside db setup")
    found, targets = Damage(), await scene.monitor.rows(_TARGETS)
    ends = time.monotonic() + budget_seconds
    async with scene.monitor.apart(statement_seconds=budget_seconds) as connection:
        for target in targets:
            if time.monotonic() > ends:
                break
            index = target["kind"] == "i"
            statement = (_INDEX if index else _TABLE).format(sql.Identifier(schema), sql.Literal(target["oid"]))
            try:
                rows = await (await connection.execute(statement)).fetchall()
                damaged = bool(rows) and not index
            except (psycopg.errors.DataCorrupted, psycopg.errors.IndexCorrupted, psycopg.errors.InternalError_):
                damaged = True
            except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedObject,
                    psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled):  # fmt: skip
                found.left += 1
                continue
            found.looked += 1
            if damaged:
                found.damaged.append((target["schema"], target["name"], "index" if index else "table"))
    found.left = len(targets) - found.looked
    return found


@database_check("corruption", "Corruption", _RESTORE, period=DAILY, time_limit_seconds=BUDGET_SECONDS * 2)
async def corruption(scene: Scene) -> Finding:
    """Whether every table can be read and every btree index agrees with its table (amcheck)."""
    found = await look_for_damage(scene)
    left = f" {found.left} were left out: locked, or no time." if found.left else ""
    indexes = [name for name in found.damaged if name[2] == "index"]
    finding = listed(
        [f"{kind} {name}" for _, name, kind in found.damaged],
        what="damaged tables and indexes",
        well=f"{found.looked} tables and indexes are sound.{left}",
        ill="Damaged",
        status=Health.DOWN,
        mend=[f"REINDEX INDEX CONCURRENTLY {quoted(schema, name)};" for schema, name, _ in indexes],
    )
    if found.damaged and len(indexes) == len(found.damaged):
        return finding.model_copy(update={"remedy": "Build the indexes anew; then find out what damaged them."})
    return finding


_UNPROVEN: Final[LiteralString] = """
SELECT n.nspname AS schema, t.relname AS "table", k.conname AS name
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE NOT k.convalidated AND k.contype IN ('c', 'f', 'n')
ORDER BY 1, 2, 3
"""


@database_check("unproven_constraints", "Unproven constraints", "Validate them: rows from before may break them.")
async def unproven_constraints(scene: Scene) -> Finding:
    """Constraints that were added NOT VALID and never validated."""
    rows = await scene.all(_UNPROVEN)
    return listed(
        [f"{row['name']} of {row['table']}" for row in rows],
        what="constraints that were never validated",
        well="Every constraint holds for every row.",
        ill="Never validated",
        mend=[
            f"ALTER TABLE {quoted(row['schema'], row['table'])} VALIDATE CONSTRAINT {quoted(row['name'])};"
            for row in rows
        ],
    )


CHECKS: tuple[Check, ...] = (checksum_failures, data_checksums, corruption, unproven_constraints)
