"""Tables and indexes with their figures, as the catalogue and the statistics have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from bedside.ops.maintenance.tasks.caretaker import Caretaker

MEBIBYTE = 1024 * 1024
MAINTAIN_SINCE = 170000

_TABLES: LiteralString = """
    SELECT n.nspname AS schema, c.relname AS name, pg_total_relation_size(c.oid) AS bytes,
           coalesce(s.n_live_tup, 0) AS live_rows, coalesce(s.n_dead_tup, 0) AS dead_rows,
           greatest(s.last_analyze, s.last_autoanalyze) AS analyzed_at, {permitted} AS permitted
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE c.relkind IN ('r', 'm') AND n.nspname = 'public' AND c.relpersistence <> 't'
    ORDER BY 1, 2
"""
_INDEXES: LiteralString = """
    SELECT n.nspname AS schema, i.relname AS name, t.relname AS table, i.oid::bigint AS oid,
           pg_relation_size(i.oid) AS bytes, am.amname AS method,
           x.indisvalid AND x.indisready AND x.indislive AS valid, x.indisexclusion AS exclusion,
           i.relname ~ '_cc(new|old)[0-9]*$' AND NOT (x.indisvalid AND x.indisready AND x.indislive) AS leftover,
           EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'relation' AND l.relation = x.indrelid
                     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                     AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'AccessExclusiveLock') AND l.granted
           ) AS being_built,
           {permitted} AS permitted
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = i.relnamespace JOIN pg_am am ON am.oid = i.relam
    JOIN pg_class c ON c.oid = t.oid
    WHERE i.relkind = 'i' AND n.nspname = 'public' AND t.relpersistence <> 't'
    ORDER BY 1, 2
"""
_TOTALS: LiteralString = """
    SELECT pg_database_size(current_database()) AS size_bytes,
           (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,
           coalesce(sum(n_live_tup), 0)::bigint AS live_rows, coalesce(sum(n_dead_tup), 0)::bigint AS dead_rows
    FROM pg_stat_all_tables WHERE schemaname = 'public'
"""


@dataclass(frozen=True)
class Table:
    """One table. ``bytes`` with its indexes and TOAST. ``permitted``: whether the role may care for it."""

    schema: str
    name: str
    bytes: int
    live_rows: int
    dead_rows: int
    analyzed_at: Any
    permitted: bool


@dataclass(frozen=True)
class Index:
    """One index. ``leftover``: an invalid copy that a broken REINDEX CONCURRENTLY left behind.

    ``being_built``: its table is locked as it is while an index is built, or vacuumed.
    """

    schema: str
    name: str
    table: str
    oid: int
    bytes: int
    method: str
    valid: bool
    exclusion: bool
    leftover: bool
    being_built: bool
    permitted: bool


async def tables(care: Caretaker) -> list[Table]:
    """Return the tables that the role may care for; what it may not is a finding."""
    found = [Table(**row) for row in await care.rows(_with_permission(care, _TABLES))]
    if others := [each.name for each in found if not each.permitted]:
        care.run.found(f"Not Bedside's to care for: {', '.join(others[:20])} ({len(others)} tables).")
    return [each for each in found if each.permitted]


async def indexes(care: Caretaker) -> list[Index]:
    """Return the indexes that the role may care for."""
    found = [Index(**row) for row in await care.rows(_with_permission(care, _INDEXES))]
    return [each for each in found if each.permitted]


async def totals(care: Caretaker) -> dict[str, int]:
    """Return the runbook's metrics (``DatabaseMaintenance.metrics``): size, connections, live and dead rows."""
    return dict((await care.rows(_TOTALS))[0])


def mebibytes(size: float) -> str:
    """Return a size in bytes as people read it."""
    return f"{size / MEBIBYTE:.1f} MiB"


def _with_permission(care: Caretaker, query: LiteralString) -> LiteralString:
    owner: LiteralString = "pg_has_role(c.relowner, 'USAGE')"
    if care.version < MAINTAIN_SINCE:
        return query.replace("{permitted}", owner)
    return query.replace("{permitted}", "has_table_privilege(c.oid, 'MAINTAIN')")
