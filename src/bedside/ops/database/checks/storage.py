"""What runs out or piles up on disk: sequences, checkpoints, the write-ahead log."""

from __future__ import annotations

from typing import Final, LiteralString

from bedside.ops.database.checks.catalogue import SETTINGS
from bedside.ops.database.checks.scene import MEBIBYTE, Scene, Skip, database_check, judged, megabytes, quoted, some
from bedside.platform.checks import Check, Finding
from bedside.platform.database.monitor import Row

SEQUENCES: Final[LiteralString] = """
SELECT n.nspname AS schema, c.relname AS name, q.seqmin AS least, q.seqmax AS most, q.seqincrement AS step,
       q.seqcycle AS cycles, has_sequence_privilege(c.oid, 'USAGE, SELECT') AS readable,
       CASE WHEN has_sequence_privilege(c.oid, 'USAGE, SELECT') THEN pg_sequence_last_value(c.oid) END AS last,
       u."table", u."column", u.type
FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (
    -- The narrowest column that it fills: its owner's, or one whose default calls it.
    SELECT DISTINCT ON (f.sequence) f.sequence, t.relname AS "table", a.attname AS "column",
           a.atttypid::regtype::text AS type
    FROM (SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid::int AS number FROM pg_depend d
          WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
            AND d.refobjsubid > 0
          UNION ALL
          SELECT d.refobjid, e.adrelid, e.adnum FROM pg_depend d JOIN pg_attrdef e ON e.oid = d.objid
          WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass) f
    JOIN pg_attribute a ON a.attrelid = f.relation AND a.attnum = f.number JOIN pg_class t ON t.oid = a.attrelid
    ORDER BY f.sequence, a.attlen
) u ON u.sequence = c.oid
ORDER BY n.nspname, c.relname
"""
_RANGES = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def used_up(row: Row) -> float:
    """Return how much of its range a sequence has given out, in percent, by the narrower of sequence and column."""
    most, least = row["most"], row["least"]
    if row["type"] in _RANGES:
        most, least = min(most, _RANGES[row["type"]]), max(least, -_RANGES[row["type"]] - 1)
    done, whole = (row["last"] - least, most - least) if row["step"] > 0 else (most - row["last"], most - least)
    return 100.0 if whole <= 0 else float(100 * done / whole)


@database_check("sequences", "Sequences", "Make the column a bigint: inserting fails when the sequence has ended.")
async def sequences(scene: Scene) -> Finding:
    """Sequences near their end, by their own limit and by the type of the column that they fill."""
    rows = [row for row in await scene.all(SEQUENCES) if not row["cycles"]]
    closed = [row for row in rows if not row["readable"]]
    if rows and len(closed) == len(rows):
        raise Skip("the monitor role may read no sequence; run: bedside db setup")
    counted = sorted(((used_up(row), row) for row in rows if row["last"] is not None), key=lambda pair: -pair[0])
    over = [(percent, row) for percent, row in counted if percent >= scene.limits.sequence_warning]
    told = some([f"{row['name']} has given out {percent:.1f} % of its numbers" for percent, row in over])
    unread = f" {len(closed)} sequences may not be read." if closed else ""
    return judged(
        counted[0][0] if counted else 0.0,
        scene.limits.sequence_warning,
        scene.limits.sequence_critical,
        what="numbers given out by a sequence",
        unit="%",
        evidence=(told + "." if told else f"{len(counted)} sequences have numbers left.") + unread,
        mend=[line for _, row in over for line in _widen(row)],
    )


def _widen(row: Row) -> list[str]:
    lines = [f"ALTER SEQUENCE {quoted(row['schema'], row['name'])} AS bigint NO MAXVALUE;"]
    if row["type"] in {"smallint", "integer"}:
        table = quoted(row["schema"], row["table"])
        lines.insert(0, f"ALTER TABLE {table} ALTER COLUMN {quoted(row['column'])} TYPE bigint; -- rewrites the table")
    return lines


_CHECKPOINTS: Final[LiteralString] = """
SELECT b.checkpoints_timed AS timed, b.checkpoints_req AS requested, w.wal_bytes::float8 AS written
FROM pg_stat_bgwriter b, pg_stat_wal w
"""
_CHECKPOINTS_17: Final[LiteralString] = """
SELECT c.num_timed AS timed, c.num_requested AS requested, w.wal_bytes::float8 AS written
FROM pg_stat_checkpointer c, pg_stat_wal w
"""


@database_check("checkpoints", "Checkpoints", "Raise max_wal_size: checkpoints that come too early cost disk and time.")
async def checkpoints(scene: Scene) -> Finding:
    """Checkpoints that were requested, most often because max_wal_size was reached, of all."""
    row = await scene.one(await scene.since(17, _CHECKPOINTS_17, _CHECKPOINTS))
    whole = row["timed"] + row["requested"]
    if whole < scene.limits.checkpoint_least:
        raise Skip(f"only {whole} checkpoints since statistics were begun; too few to tell.")
    size = next(int(r["setting"]) for r in await scene.all(SETTINGS) if r["name"] == "max_wal_size")
    # What a command asked for (a new database, a backup, CHECKPOINT) comes without the volume that forces one, which
    # is half of max_wal_size and more (PostgreSQL 18, 28.5).
    forced = row["written"] >= row["requested"] * size * MEBIBYTE / 4
    said = "" if forced else " They were asked for by commands, not forced by volume."
    return judged(
        100 * row["requested"] / whole if forced else 0.0,
        scene.limits.checkpoint_warning,
        None,
        what="checkpoints forced by volume",
        unit="%",
        evidence=f"{row['requested']} of {whole} checkpoints came before their time; max_wal_size is {size} MB.{said}",
        mend=[f"ALTER SYSTEM SET max_wal_size = '{size * 2}MB';", "SELECT pg_reload_conf();"],
    )


_WAL: Final[LiteralString] = "SELECT count(*) AS files, coalesce(sum(size), 0)::float8 AS size FROM pg_ls_waldir()"


@database_check("wal_volume", "WAL on disk", "Find what keeps it: db.inactive_slots, db.slot_wal, db.archiver.")
async def wal_volume(scene: Scene) -> Finding:
    """The write-ahead log on disk as a multiple of max_wal_size: it grows beyond it when something keeps it."""
    row = await scene.one(_WAL)
    settings = {r["name"]: int(r["setting"]) for r in await scene.all(SETTINGS) if r["vartype"] == "integer"}
    usual = (settings["max_wal_size"] + settings["wal_keep_size"]) * MEBIBYTE
    return judged(
        row["size"] / usual,
        scene.limits.wal_warning,
        scene.limits.wal_critical,
        what="WAL on disk",
        unit="times max_wal_size",
        evidence=f"{row['files']} files of WAL take {megabytes(row['size'])}; about {megabytes(usual)} are usual.",
        mend=["SELECT slot_name, active, restart_lsn FROM pg_replication_slots; SELECT * FROM pg_stat_archiver;"],
    )


CHECKS: tuple[Check, ...] = (sequences, checkpoints, wal_volume)
