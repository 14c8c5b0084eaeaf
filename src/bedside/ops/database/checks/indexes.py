"""Indexes: those that are missing, those that serve nobody, those that are broken."""

from __future__ import annotations

from bedside.ops.database.checks.catalogue import FOREIGN_KEYS, INDEXES, STATISTICS, TABLES
from bedside.ops.database.checks.index_rules import Pair, duplicates, is_whole, may_go, overlapping, serves
from bedside.ops.database.checks.scene import MEBIBYTE, Scene, Skip, database_check, listed, megabytes, quoted, shown
from bedside.platform.checks import Check, Finding
from bedside.platform.database.monitor import Row

BLOCK = 8192
_DAY = 86_400.0


@database_check("unused_indexes", "Unused indexes", "Drop them, if the standbys do not use them either.")
async def unused_indexes(scene: Scene) -> Finding:
    """Indexes that no query has used while statistics were counted. Not unique ones, not those behind a constraint or
    a foreign key, not small ones, not while one is being built."""
    days = (await scene.one(STATISTICS))["counted_seconds"] / _DAY
    if days < scene.limits.statistics_days:
        least = shown(scene.limits.statistics_days, "days")
        raise Skip(
            f"statistics are counted for {days:.1f} days only, and {least} are needed (DB_STATISTICS_LEAST_DAYS)."
        )
    links = await scene.all(FOREIGN_KEYS)
    unused = [
        index
        for index in await scene.all(INDEXES)
        if index["scans"] == 0 and may_go(index) and is_whole(index) and index["kind"] == "i"
        and index["pages"] * BLOCK >= scene.limits.unused_least_mb * MEBIBYTE
        and not any(serves(index, link["columns"]) for link in links if link["table_oid"] == index["table_oid"])
    ]  # fmt: skip
    return listed(
        [f"{index['name']} of {index['table']} ({_size(index)})" for index in unused],
        what="indexes that nothing has used",
        well=f"Every index that matters was used within {shown(days, 'days')}.",
        ill=f"Not used within {shown(days, 'days')}",
        mend=[_drop(index) for index in unused],
    )


@database_check("duplicate_indexes", "Duplicate indexes", "Drop the one that enforces nothing: each costs every write.")
async def duplicate_indexes(scene: Scene) -> Finding:
    """Indexes of a table with the same columns, operator classes, collations, order, expressions and condition."""
    return _pairs(duplicates(await scene.all(INDEXES)), "is the same as", "No two indexes are the same.", "Duplicates")


@database_check("overlapping_indexes", "Overlapping indexes", "Drop the shorter one, if the longer is not much larger.")
async def overlapping_indexes(scene: Scene) -> Finding:
    """btree indexes whose columns are the first of another's, so that the other one answers the same queries."""
    pairs = overlapping(await scene.all(INDEXES))
    return _pairs(pairs, "is the beginning of", "No index is the beginning of another.", "Overlapping")


def _pairs(pairs: list[Pair], relation: str, well: str, ill: str) -> Finding:
    return listed(
        [f"{p.spare['name']} of {p.spare['table']} {relation} {p.keeper['name']}" for p in pairs],
        what="indexes that another one replaces",
        well=well,
        ill=ill,
        mend=[_drop(pair.spare) for pair in pairs],
    )


@database_check("invalid_indexes", "Invalid indexes", "Build them anew: they cost every write and answer no query.")
async def invalid_indexes(scene: Scene) -> Finding:
    """Indexes that a CREATE or REINDEX … CONCURRENTLY which was broken off has left; not while one is being built."""
    broken = [i for i in await scene.all(INDEXES) if not i["is_valid"] and not i["is_building"]]
    return listed(
        [f"{index['name']} of {index['table']}" for index in broken],
        what="invalid indexes",
        well="Every index is valid.",
        ill="Invalid",
        mend=[_mend(index) for index in broken],
    )


def _mend(index: Row) -> str:
    # What REINDEX CONCURRENTLY leaves behind is a copy of one that is well; a partitioned one has no data of its own.
    if "_ccnew" in index["name"] or "_ccold" in index["name"]:
        return _drop(index)
    if index["kind"] == "I":
        return f"-- attach a valid index of every partition to {quoted(index['schema'], index['name'])}"
    return f"REINDEX INDEX CONCURRENTLY {quoted(index['schema'], index['name'])};"


@database_check("foreign_key_indexes", "Foreign keys", "Index them: deleting what they point to reads the whole table.")
async def foreign_key_indexes(scene: Scene) -> Finding:
    """Foreign keys of larger tables whose columns no index begins with."""
    by_table: dict[int, list[Row]] = {}
    for index in await scene.all(INDEXES):
        by_table.setdefault(index["table_oid"], []).append(index)
    bare = [
        link
        for link in await scene.all(FOREIGN_KEYS)
        if max(link["rows"], link["live"]) >= scene.limits.advice_least_rows
        and not any(serves(index, link["columns"]) for index in by_table.get(link["table_oid"], []))
    ]
    return listed(
        [f"{link['name']} of {link['table']} ({', '.join(link['names'])})" for link in bare],
        what="foreign keys without an index",
        well="Every foreign key of a larger table has an index.",
        ill="Without an index",
        mend=[
            f"CREATE INDEX CONCURRENTLY ON {_table(link)} ({', '.join(map(quoted, link['names']))});" for link in bare
        ],
    )


@database_check("sequential_scans", "Sequential scans", "Look for what reads the table: bedside db slow-queries")
async def sequential_scans(scene: Scene) -> Finding:
    """Large tables that are read whole more often than by an index."""
    by_index: dict[int, int] = {}
    for index in await scene.all(INDEXES):
        by_index[index["table_oid"]] = by_index.get(index["table_oid"], 0) + index["scans"]
    found = [
        table
        for table in await scene.all(TABLES)
        if table["kind"] != "p" and table["scans"] >= scene.limits.scan_least
        and table["scanned_rows"] / table["scans"] >= scene.limits.scan_least_rows
        and table["scans"] > by_index.get(table["oid"], 0)
    ]  # fmt: skip
    return listed(
        [
            f"{table['name']} ({table['scans']} times, {table['scanned_rows'] // table['scans']} rows each)"
            for table in found
        ],
        what="large tables read whole again and again",
        well="Large tables are read by their indexes.",
        ill="Read whole",
        # Which column, only the statements tell: nothing here may guess it.
        mend=[f"-- find the statements on {_table(table)}, then: CREATE INDEX CONCURRENTLY ON {_table(table)} (…);"
              for table in found],
    )  # fmt: skip


@database_check("primary_keys", "Primary keys", "Give the table a key; without one no row can be told from another.")
async def primary_keys(scene: Scene) -> Finding:
    """Tables without a primary key: logical replication and many repairs need one."""
    bare = [t for t in await scene.all(TABLES) if t["kind"] in "rp" and t["persistence"] == "p" and not t["has_key"]]
    return listed(
        [table["name"] for table in bare],
        what="tables without a primary key",
        well="Every table has a primary key.",
        ill="Without a primary key",
        mend=[f"ALTER TABLE {_table(table)} ADD PRIMARY KEY (…);" for table in bare],
    )


def _drop(index: Row) -> str:
    name = quoted(index["schema"], index["name"])
    if index["is_constraint"]:
        return f"ALTER TABLE {quoted(index['schema'], index['table'])} DROP CONSTRAINT {quoted(index['name'])};"
    return f"DROP INDEX {name};" if index["kind"] == "I" else f"DROP INDEX CONCURRENTLY {name};"


def _size(index: Row) -> str:
    return megabytes(index["pages"] * BLOCK)


def _table(row: Row) -> str:
    return quoted(row["schema"], row["table"] if "table" in row else row["name"])


CHECKS: tuple[Check, ...] = (
    unused_indexes,
    duplicate_indexes,
    overlapping_indexes,
    invalid_indexes,
    foreign_key_indexes,
    sequential_scans,
    primary_keys,
)
