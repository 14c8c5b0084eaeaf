"""Bloat: space within tables and indexes that holds nothing.

The usual estimate from pg_stats needs the right to read the tables, which the monitor role does not have. Tables are
looked at by pgstattuple_approx, which reads the free space map and only pages that are not all-visible; indexes over
columns of fixed width are reckoned from their rows. Exactly (``exact``), every page is read.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from bedside.ops.database.checks.catalogue import EXTENSIONS
from bedside.ops.database.checks.scene import MEBIBYTE, Scene, Skip, database_check, judged, megabytes, quoted, some
from bedside.platform.checks import Check, Finding

BLOCK = 8192
HOURLY = timedelta(hours=1)
BUDGET_SECONDS = 30.0
EXACT_BUDGET_SECONDS = 300.0
# A btree page's header and its end; an entry's header and its pointer (PostgreSQL 18, 66.6 and 64.4.1).
_PAGE_ROOM, _ENTRY_HEADER, _POINTER, _ALIGNED = BLOCK - 24 - 16, 8, 4, 8
_FILL_FACTOR = 90

_CANDIDATES: Final[LiteralString] = """
SELECT c.oid::bigint AS oid, n.nspname AS schema, coalesce(o.relname, c.relname) AS name, c.relkind::text AS kind,
       c.relpages AS pages
FROM pg_class c LEFT JOIN pg_class o ON o.reltoastrelid = c.oid
JOIN pg_namespace n ON n.oid = coalesce(o.relnamespace, c.relnamespace)
WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY c.relpages DESC
"""
_WIDTHS: Final[LiteralString] = """
SELECT i.indexrelid::bigint AS oid, n.nspname AS schema, t.relname AS "table", c.relname AS name, c.relpages AS pages,
       c.reltuples::float8 AS rows, coalesce(c.reloptions, '{}') AS options,
       array_agg(a.attlen ORDER BY a.attnum) AS widths, array_agg(a.attalign::text ORDER BY a.attnum) AS alignments
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
JOIN pg_attribute a ON a.attrelid = i.indexrelid
WHERE i.indisvalid AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
GROUP BY i.indexrelid, n.nspname, t.relname, c.relname, c.relpages, c.reltuples, c.reloptions
ORDER BY c.relpages DESC
"""
_MEND_TABLE = (
    "VACUUM (ANALYZE) {0}; -- makes it usable again. To give it back: VACUUM (FULL) {0}, which locks the table"
)
_MEND_INDEX = "REINDEX INDEX CONCURRENTLY {};"
_ALIGNMENT = {"c": 1, "s": 2, "i": 4, "d": 8}


@dataclass(frozen=True)
class Bloated:
    """Empty space within a table or index: ``percent`` of it, ``empty`` in bytes."""

    schema: str
    name: str
    kind: str
    size: float
    empty: float

    @property
    def percent(self) -> float:
        return 100 * self.empty / self.size if self.size else 0.0


async def table_bloat(scene: Scene, *, exact: bool = False) -> list[Bloated]:
    """Look at the tables that are large enough, the largest first, as long as there is time. Raises Skip."""
    schema = await _schema_of_pgstattuple(scene)
    least = scene.limits.bloat_least_mb * MEBIBYTE
    candidates = [row for row in await scene.all(_CANDIDATES) if row["pages"] * BLOCK >= max(least, BLOCK)]
    ends = time.monotonic() + (EXACT_BUDGET_SECONDS if exact else BUDGET_SECONDS)
    columns = (
        "table_len AS size, dead_tuple_len + free_space AS empty FROM {}.pgstattuple({}::regclass)"
        if exact
        else "table_len AS size, dead_tuple_len + approx_free_space AS empty FROM {}.pgstattuple_approx({}::regclass)"
    )
    found = []
    async with scene.monitor.apart(statement_seconds=BUDGET_SECONDS) as connection:
        for row in candidates:
            if time.monotonic() > ends:
                break
            statement = sql.SQL("SELECT " + columns).format(sql.Identifier(schema), sql.Literal(row["oid"]))
            try:
                read = await (await connection.execute(statement)).fetchone()
            except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled, psycopg.errors.UndefinedObject,
                    psycopg.errors.UndefinedTable, psycopg.errors.InternalError_):  # fmt: skip
                continue  # locked, too large, or dropped meanwhile: the next time will tell
            if read is not None:
                kind = "TOAST of table" if row["kind"] == "t" else "table"
                found.append(Bloated(row["schema"], row["name"], kind, float(read["size"]), float(read["empty"])))
    return found


async def index_bloat(scene: Scene, *, exact: bool = False) -> list[Bloated]:
    """Reckon the btree indexes over columns of fixed width; with ``exact`` read all of them. Raises Skip."""
    least = scene.limits.bloat_least_mb * MEBIBYTE
    rows = [row for row in await scene.all(_WIDTHS) if row["pages"] * BLOCK >= max(least, BLOCK)]
    if not exact:
        return [
            Bloated(row["schema"], row["name"], "index", size, max(size - BLOCK * wanted, 0))
            for row in rows
            if row["rows"] >= 0 and min(row["widths"]) > 0
            for size, wanted in [(float(row["pages"] * BLOCK), _pages_wanted(row["rows"], row))]
        ]
    schema = await _schema_of_pgstattuple(scene)
    found = []
    ends = time.monotonic() + EXACT_BUDGET_SECONDS
    async with scene.monitor.apart(statement_seconds=BUDGET_SECONDS) as connection:
        for row in rows:
            if time.monotonic() > ends:
                break
            statement = sql.SQL(
                "SELECT index_size AS size, avg_leaf_density AS density, leaf_pages,"
                " deleted_pages + empty_pages AS gone FROM {}.pgstatindex({}::regclass)"
            ).format(sql.Identifier(schema), sql.Literal(row["oid"]))
            try:
                read = await (await connection.execute(statement)).fetchone()
            except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled, psycopg.errors.UndefinedObject,
                    psycopg.errors.UndefinedTable):  # fmt: skip
                continue
            if read is not None and not math.isnan(read["density"]):
                leaf = read["leaf_pages"] * BLOCK * max(1 - read["density"] / _fill(row["options"]), 0)
                empty = leaf + read["gone"] * BLOCK
                found.append(Bloated(row["schema"], row["name"], "index", float(read["size"]), float(empty)))
    return found


def _pages_wanted(rows: float, index: dict[str, object] | object) -> float:
    """Return how many pages a fresh btree of ``rows`` entries of this width takes."""
    row: dict[str, Sequence[object]] = index  # type: ignore[assignment] # a row of _WIDTHS
    place = _ENTRY_HEADER
    for width, alignment in zip(row["widths"], row["alignments"], strict=True):
        step = _ALIGNMENT[str(alignment)]
        place = -(-place // step) * step + int(str(width))
    entry = -(-place // _ALIGNED) * _ALIGNED + _POINTER
    leaves = math.ceil(rows / max(math.floor(_PAGE_ROOM * _fill(row["options"]) / 100 / entry), 1))
    # Its pages above the leaves are one in a hundred; the first page holds its description.
    return leaves * 1.01 + 1


def _fill(options: Sequence[object]) -> float:
    found = dict(str(option).split("=", 1) for option in options)
    return float(found.get("fillfactor", _FILL_FACTOR))


async def _schema_of_pgstattuple(scene: Scene) -> str:
    for row in await scene.all(EXTENSIONS):
        if row["name"] == "pgstattuple":
            return str(row["schema"])
    raise Skip("the extension pgstattuple is missing; run: bedside db setup")


def _finding(scene: Scene, found: Sequence[Bloated], what: str, mend: str) -> Finding:
    limits = scene.limits
    large = sorted((b for b in found if b.empty >= limits.bloat_least_mb * MEBIBYTE), key=lambda b: -b.empty)
    over = [b for b in large if b.percent >= limits.bloat_warning]
    told = [f"{b.kind} {b.name}: {b.percent:.0f} % of {megabytes(b.size)} is empty" for b in over]
    return judged(
        max((b.percent for b in large), default=0.0),
        limits.bloat_warning,
        limits.bloat_critical,
        what=f"empty space in a {what}",
        unit="%",
        evidence=some(told) or f"{len(found)} {what} that are large enough were looked at; none is bloated.",
        mend=[mend.format(quoted(b.schema, b.name)) for b in over],
    )


@database_check(
    "table_bloat", "Table bloat", "Vacuum; to give the space back, rewrite the table in a maintenance window.",
    period=HOURLY, procedure="maintenance.run", time_limit_seconds=60,
)  # fmt: skip
async def tables(scene: Scene) -> Finding:
    """Space in tables that holds dead rows or nothing (pgstattuple_approx)."""
    return _finding(scene, await table_bloat(scene), "tables", _MEND_TABLE)


@database_check(
    "index_bloat", "Index bloat", "Build the index anew, which takes no long lock.",
    period=HOURLY, procedure="maintenance.run", time_limit_seconds=60,
)  # fmt: skip
async def indexes(scene: Scene) -> Finding:
    """Space in indexes that holds nothing: reckoned, for btree indexes over columns of fixed width."""
    return _finding(scene, await index_bloat(scene), "indexes", _MEND_INDEX)


@database_check("table_bloat", "Table bloat", tables.remedy, procedure=tables.procedure, time_limit_seconds=600)
async def tables_exactly(scene: Scene) -> Finding:
    """As ``tables``, by reading every page."""
    return _finding(scene, await table_bloat(scene, exact=True), "tables", _MEND_TABLE)


@database_check("index_bloat", "Index bloat", indexes.remedy, procedure=indexes.procedure, time_limit_seconds=600)
async def indexes_exactly(scene: Scene) -> Finding:
    """As ``indexes``, by reading every page of every btree index."""
    return _finding(scene, await index_bloat(scene, exact=True), "indexes", _MEND_INDEX)


CHECKS: tuple[Check, ...] = (tables, indexes)
EXACT: dict[str, Check] = {tables_exactly.name: tables_exactly, indexes_exactly.name: indexes_exactly}
"""In place of those of the same name, where somebody has asked for it and has the time."""
