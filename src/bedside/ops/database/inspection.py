"""The running server as operators look at it: who is connected, who waits, what is slow. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, LiteralString

from bedside.ops.database.checks.catalogue import CONNECTIONS, EXTENSIONS, SESSIONS, STATISTICS
from bedside.ops.database.checks.queries import statements
from bedside.ops.database.checks.scene import Scene, Skip
from bedside.ops.database.schemas import (
    BlockedReport,
    BlockedSession,
    Blocker,
    DatabaseStatus,
    PoolReport,
    SessionGroup,
    SlowQueries,
    SlowQuery,
    TableSize,
)
from bedside.platform.checks import Health, graded
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.database.monitor import Row

_FACTS: Final[LiteralString] = """
SELECT pg_postmaster_start_time() AS started_at, pg_is_in_recovery() AS standby
"""
_LARGEST: Final[LiteralString] = """
SELECT c.relname::text AS name, greatest(c.reltuples, pg_stat_get_live_tuples(c.oid))::bigint AS rows,
       (c.relpages + coalesce(t.relpages, 0) + coalesce((SELECT sum(x.relpages) FROM pg_index i
        JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid), 0))::bigint
         * current_setting('block_size')::bigint AS size
FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 3 DESC, 1 LIMIT 8
"""


async def describe(scene: Scene, known: DatabaseStatus) -> DatabaseStatus:
    """Add to ``known`` what the monitor role sees. Raises SettingsError without its URL, Unavailable."""
    facts, counted = await scene.one(_FACTS), await scene.one(STATISTICS)
    asked = counted["hit"] + counted["read"]
    return known.model_copy(
        update={
            "started_at": facts["started_at"],
            "standby": facts["standby"],
            "cache_hit_percent": round(100 * counted["hit"] / asked, 2) if asked else None,
            "commits": counted["commits"],
            "rollbacks": counted["rollbacks"],
            "counted_since": counted["counted_since"],
            "extensions": [f"{row['name']} {row['installed']}" for row in await scene.all(EXTENSIONS)],
            "largest_tables": [
                TableSize(name=row["name"], rows=max(row["rows"], 0), size_bytes=row["size"])
                for row in await scene.all(_LARGEST)
            ],
        }
    )


async def pool(scene: Scene) -> PoolReport:
    """Return who has the server's connections. Raises SettingsError without a monitor role, Unavailable."""
    row = await scene.one(CONNECTIONS)
    available = row["maximum"] - row["reserved"]
    percent = 100 * row["used"] / available
    settings = scene.runtime.settings.get(DatabaseSettings)
    groups: dict[tuple[str, str, str], list[float]] = {}
    for session in await scene.all(SESSIONS):
        kind = (session["application"] or "?", session["role"] or "?", session["state"] or "?")
        groups.setdefault(kind, []).append(float(session["state_seconds"] or 0))
    return PoolReport(
        used=row["used"],
        available=available,
        reserved=row["reserved"],
        used_percent=round(percent, 1),
        status=graded(percent, scene.limits.pool_warning, scene.limits.pool_critical),
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
        groups=[
            SessionGroup(
                application=kind[0], role=kind[1], state=kind[2], sessions=len(times), longest_seconds=max(times)
            )
            for kind, times in sorted(groups.items())
        ],
    )


async def slow_queries(scene: Scene, *, by: str = "mean", limit: int = 20) -> SlowQueries:
    """Return the slowest statements; none with a hint where statements are not counted."""
    try:
        rows = await statements(scene, by=by, limit=limit, least_calls=1)
    except Skip as why:
        return SlowQueries(items=[], hint=str(why))
    return SlowQueries(items=[_slow(scene, row) for row in rows])


def _slow(scene: Scene, row: Row) -> SlowQuery:
    asked = row["hit"] + row["read"]
    counts = row["calls"] >= scene.limits.query_least_calls
    return SlowQuery(
        id=row["id"],
        query=row["query"],
        calls=row["calls"],
        mean_ms=round(row["mean_ms"], 2),
        max_ms=round(row["max_ms"], 2),
        total_ms=round(row["total_ms"], 1),
        rows=row["rows"],
        cache_hit_percent=round(100 * row["hit"] / asked, 1) if asked else None,
        temporary_files=row["temporary_blocks"] > 0,
        roles=row["roles"] or "",
        status=graded(float(row["mean_ms"]), scene.limits.query_warning_ms, scene.limits.query_critical_ms)
        if counts
        else Health.HEALTHY,
    )


async def blocked(scene: Scene) -> BlockedReport:
    """Return who waits for a lock and who holds it. Raises SettingsError without a monitor role, Unavailable."""
    sessions = {row["pid"]: row for row in await scene.all(SESSIONS)}
    waiting = {pid: row for pid, row in sessions.items() if row["blockers"]}
    heads = {blocker for row in waiting.values() for blocker in row["blockers"] if blocker not in waiting}
    depths = {pid: _depth(pid, waiting, set()) for pid in waiting}
    return BlockedReport(
        waiting=[
            BlockedSession(
                pid=pid,
                application=row["application"],
                role=row["role"] or "",
                command=row["command"].upper()[:20],
                lock=row["lock"] or "",
                table=row["table"],
                waiting_seconds=round(row["waiting_seconds"] or 0, 3),
                blockers=sorted(set(row["blockers"])),
                depth=depths[pid],
            )
            for pid, row in sorted(waiting.items(), key=lambda item: (depths[item[0]], item[0]))
        ],
        blockers=[_head(pid, sessions.get(pid), list(waiting.values())) for pid in sorted(heads)],
    )


def _head(pid: int, row: Row | None, waiting: Sequence[Row]) -> Blocker:
    return Blocker(
        pid=pid,
        application=row["application"] if row else "",
        # Not a session of this database: autovacuum, or a prepared transaction (process 0).
        role=(row["role"] or "") if row else ("a prepared transaction" if pid == 0 else "the server"),
        state=(row["state"] or "") if row else "",
        transaction_seconds=row["transaction_seconds"] if row else None,
        blocks=sum(pid in other["blockers"] for other in waiting),
        sql=f"SELECT pg_terminate_backend({pid});" if pid else "SELECT gid, prepared FROM pg_prepared_xacts;",
    )


def _depth(pid: int, waiting: Mapping[int, Row], seen: set[int]) -> int:
    if pid not in waiting or pid in seen:
        return 0
    return 1 + max((_depth(other, waiting, seen | {pid}) for other in waiting[pid]["blockers"]), default=0)
