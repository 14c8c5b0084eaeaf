"""Standbys, replication slots and the archive of the write-ahead log."""

from __future__ import annotations

from typing import Final, LiteralString

from bedside.ops.database.checks.catalogue import SETTINGS
from bedside.ops.database.checks.scene import (
    MEBIBYTE,
    Scene,
    Skip,
    database_check,
    judged,
    listed,
    literal,
    megabytes,
    shown,
    some,
)
from bedside.platform.checks import Check, Condition, Finding, Health
from bedside.platform.database.monitor import Row

_HERE = "CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END"
STANDBYS: Final[LiteralString] = f"""
SELECT application_name AS name, state, greatest(pg_wal_lsn_diff({_HERE}, replay_lsn), 0)::float8 AS behind,
       extract(epoch FROM replay_lag)::float8 AS seconds
FROM pg_stat_replication WHERE state NOT IN ('backup', 'startup') OR replay_lsn IS NOT NULL ORDER BY 1
"""  # noqa: S608 - of our own text alone
RECOVERY: Final[LiteralString] = """
SELECT pg_is_in_recovery() AS is_standby,
       coalesce(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0)::float8 AS behind,
       CASE WHEN NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
            ELSE coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0) END::float8 AS seconds
"""
_SLOTS = f"""
SELECT slot_name AS name, slot_type AS type, active, temporary, coalesce(wal_status, '') AS wal_status,
       coalesce(greatest(pg_wal_lsn_diff({_HERE}, restart_lsn), 0), 0)::float8 AS kept, """
_FROM = " AS invalid FROM pg_replication_slots ORDER BY slot_name"
SLOTS: Final[LiteralString] = _SLOTS + "NULL::text" + _FROM
SLOTS_16: Final[LiteralString] = _SLOTS + "CASE WHEN conflicting THEN 'conflict' END" + _FROM
SLOTS_17: Final[LiteralString] = _SLOTS + "invalidation_reason" + _FROM
ARCHIVER: Final[LiteralString] = """
SELECT archived_count AS archived, failed_count AS failed, last_archived_wal, last_failed_wal,
       last_failed_time IS NOT NULL AND last_failed_time > coalesce(last_archived_time, '-infinity') AS failing,
       (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready') AS waiting
FROM pg_stat_archiver
"""


async def slots(scene: Scene) -> list[Row]:
    """Return the replication slots that outlive their session."""
    statement = await scene.since(17, SLOTS_17, await scene.since(16, SLOTS_16, SLOTS))
    return [row for row in await scene.all(statement) if not row["temporary"]]


@database_check(
    "replication_lag", "Replication lag", "Look at the standby: its disk, its network, a query that blocks it."
)
async def replication_lag(scene: Scene) -> Finding:
    """How far standbys are behind, as the server that they follow sees it; on a standby, its own delay."""
    here = await scene.one(RECOVERY)
    if here["is_standby"]:
        return _own_delay(scene, here)
    standbys = await scene.all(STANDBYS)
    if not standbys:
        raise Skip("no standby follows this server.")
    worst = max(standbys, key=lambda row: row["behind"] or 0)
    return judged(
        (worst["behind"] or 0) / MEBIBYTE,
        scene.limits.lag_warning_mb,
        scene.limits.lag_critical_mb,
        what="furthest a standby is behind",
        unit="MiB",
        evidence=f"{worst['name']} is {megabytes(worst['behind'] or 0)} behind, the furthest of {len(standbys)}.",
        mend=["SELECT * FROM pg_stat_replication; -- on the standby: SELECT pg_wal_replay_resume();"],
    )


def _own_delay(scene: Scene, here: Row) -> Finding:
    """Judge by time and by volume: before its first replayed transaction a standby knows no time."""
    evidence = (
        f"This standby is {shown(here['seconds'], 's')} and {megabytes(here['behind'])} behind the server it follows."
    )
    mend = ["SELECT pg_wal_replay_resume(); -- where somebody has paused it"]
    limits = scene.limits
    found = [
        judged(value, warning, critical, what="this standby's delay", unit=unit, evidence=evidence, mend=mend)
        for value, warning, critical, unit in (
            (here["seconds"], limits.lag_warning_seconds, limits.lag_critical_seconds, "s"),
            (here["behind"] / MEBIBYTE, limits.lag_warning_mb, limits.lag_critical_mb, "MiB"),
        )
    ]
    return max(found, key=lambda one: list(Health).index(one.status))


@database_check("inactive_slots", "Inactive slots", "Start what reads the slot, or drop it: it keeps WAL for ever.")
async def inactive_slots(scene: Scene) -> Finding:
    """Replication slots that nobody reads from."""
    idle = [row for row in await slots(scene) if not row["active"] and row["wal_status"] != "lost"]
    return listed(
        [f"{row['name']} ({row['type']}, keeps {megabytes(row['kept'])})" for row in idle],
        what="replication slots without a reader",
        well="Every replication slot has its reader.",
        ill="Nobody reads from",
        mend=[_drop(row) for row in idle],
    )


@database_check("slot_wal", "WAL kept by slots", "Start what reads the slot, or drop it before the disk is full.")
async def slot_wal(scene: Scene) -> Finding:
    """The write-ahead log that a slot keeps from being removed."""
    found = sorted((row for row in await slots(scene) if row["wal_status"] != "lost"), key=lambda row: -row["kept"])
    over = [row for row in found if row["kept"] >= scene.limits.slot_warning_mb * MEBIBYTE]
    return judged(
        found[0]["kept"] / MEBIBYTE if found else 0.0,
        scene.limits.slot_warning_mb,
        scene.limits.slot_critical_mb,
        what="WAL kept by a slot",
        unit="MiB",
        evidence=some([f"{row['name']} keeps {megabytes(row['kept'])}" for row in over])
        or f"{len(found)} replication slots keep little or nothing.",
        mend=[_drop(row) for row in over if not row["active"]],
    )


@database_check("slot_invalidation", "Lost slots", "Build the reader anew: what it needs is gone. Then drop the slot.")
async def slot_invalidation(scene: Scene) -> Finding:
    """Slots whose WAL was removed or is about to be (max_slot_wal_keep_size), or that a conflict has ended."""
    gone = [row for row in await slots(scene) if row["wal_status"] in {"lost", "unreserved"} or row["invalid"]]
    lost = [row for row in gone if row["wal_status"] == "lost" or row["invalid"]]
    return listed(
        [f"{row['name']} ({row['invalid'] or row['wal_status']})" for row in gone],
        what="slots that lost their WAL",
        well="No replication slot has lost its WAL.",
        ill="Lost, or about to be",
        status=Health.DOWN if lost else Health.DEGRADED,
        mend=[_drop(row) for row in lost],
    )


@database_check("archiver", "Archive of WAL", "See the server's log for what archive_command says, and mend it.")
async def archiver(scene: Scene) -> Finding:
    """Whether the write-ahead log reaches its archive: without it nobody can restore to a point in time."""
    mode = next(row["setting"] for row in await scene.all(SETTINGS) if row["name"] == "archive_mode")
    if mode == "off":
        raise Skip("archive_mode is off; this server archives nothing.")
    row = await scene.one(ARCHIVER)
    critical = row["failing"] and row["waiting"] >= scene.limits.archive_critical
    status = Health.DOWN if critical else Health.DEGRADED if row["failing"] else Health.HEALTHY
    said = f"{row['archived']} files archived, {row['failed']} attempts failed, {row['waiting']} files wait"
    return Finding(
        status=status,
        evidence=f"{said}; the last attempt, of {row['last_failed_wal']}, failed." if row["failing"] else f"{said}.",
        value=float(row["waiting"]),
        threshold=float(scene.limits.archive_critical),
        sql=["SELECT * FROM pg_stat_archiver;", "SHOW archive_command;"] if row["failing"] else [],
        conditions=[
            Condition(
                name="last attempt to archive",
                value="failed" if row["failing"] else "succeeded or not yet made",
                threshold="succeeded",
                ok=not row["failing"],
            )
        ],
    )


def _drop(slot: Row) -> str:
    return f"SELECT pg_drop_replication_slot({literal(slot['name'])});"


CHECKS: tuple[Check, ...] = (replication_lag, inactive_slots, slot_wal, slot_invalidation, archiver)
