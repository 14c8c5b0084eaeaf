"""Statements: how long they take, what they find in memory, what they spill to disk."""

from __future__ import annotations

from psycopg import errors, sql

from bedside.ops.database.checks.catalogue import EXTENSIONS, SESSIONS, STATISTICS
from bedside.ops.database.checks.connections import named
from bedside.ops.database.checks.scene import MEBIBYTE, Scene, Skip, database_check, judged, shown, some
from bedside.platform.checks import Check, Condition, Finding, Health
from bedside.platform.database.monitor import Row

LONGEST_TEXT = 2000
_HOUR, _DAY = 3600.0, 86_400.0

# Only what ran in this database. Texts are normalised: pg_stat_statements puts $1 where a value stood. Utility
# statements keep their literals, so what is not SELECT, INSERT, UPDATE, DELETE, MERGE or WITH is left out.
STATEMENTS = """
SELECT s.queryid::text AS id, left(s.query, {longest}) AS query, sum(s.calls)::bigint AS calls,
       sum(s.total_exec_time) AS total_ms, sum(s.total_exec_time) / sum(s.calls) AS mean_ms,
       max(s.max_exec_time) AS max_ms, sum(s.rows)::bigint AS rows,
       sum(s.shared_blks_hit)::bigint AS hit, sum(s.shared_blks_read)::bigint AS read,
       sum(s.temp_blks_written)::bigint AS temporary_blocks,
       string_agg(DISTINCT r.rolname::text, ', ') AS roles
FROM {schema}.pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid LEFT JOIN pg_roles r ON r.oid = s.userid
WHERE d.datname = current_database() AND s.calls > 0
  AND s.query ~* '^[[:space:](]*(/[*].*?[*]/[[:space:]]*)*(select|insert|update|delete|merge|with)\\M'
GROUP BY s.queryid, left(s.query, {longest})
HAVING sum(s.calls) >= {calls}
ORDER BY {order} DESC LIMIT {limit}
"""
_ORDERS = {"mean": "5", "total": "4", "calls": "3", "max": "6"}
BY = tuple(_ORDERS)


async def statements(scene: Scene, *, by: str = "mean", limit: int = 5, least_calls: int | None = None) -> list[Row]:
    """Return statements by their mean, total or longest time, or their calls. Raises Skip without the extension."""
    schema = next((e["schema"] for e in await scene.all(EXTENSIONS) if e["name"] == "pg_stat_statements"), None)
    if schema is None:
        raise Skip("the extension pg_stat_statements is missing; run: bedside db setup")
    statement = sql.SQL(STATEMENTS).format(
        schema=sql.Identifier(schema),
        longest=sql.Literal(LONGEST_TEXT),
        calls=sql.Literal(scene.limits.query_least_calls if least_calls is None else least_calls),
        order=sql.SQL(_ORDERS[by]),
        limit=sql.Literal(limit),
    )
    try:
        return await scene.monitor.rows(statement)
    except errors.ObjectNotInPrerequisiteState:
        raise Skip(
            "pg_stat_statements is not loaded; add it to shared_preload_libraries and restart PostgreSQL."
        ) from None


def on_one_line(text: str, longest: int = 160) -> str:
    """Return a statement's text on one line, cut where it is long."""
    words = " ".join(text.split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


@database_check("query_time", "Query time", "See what is slow, and what would help: bedside db slow-queries")
async def query_time(scene: Scene) -> Finding:
    """The longest mean time of a statement that ran often enough, since statistics were begun (pg_stat_statements)."""
    rows = await statements(scene)
    warning, critical = scene.limits.query_warning_ms, scene.limits.query_critical_ms
    slow = [row for row in rows if row["mean_ms"] >= warning]
    told = some([f"{shown(r['mean_ms'], 'ms')} over {r['calls']} calls: {on_one_line(r['query'])}" for r in slow])
    return judged(
        max((float(row["mean_ms"]) for row in rows), default=0.0),
        warning,
        critical,
        what="slowest mean of a statement",
        unit="ms",
        evidence=told or "No statement that is run often takes long on average.",
        mend=["SELECT pg_stat_statements_reset(); -- count anew once it is mended, as a superuser"],
    )


@database_check("query_statistics", "Query statistics", "Add pg_stat_statements to shared_preload_libraries, restart.")
async def query_statistics(scene: Scene) -> Finding:
    """Whether statements are counted at all: without it nobody can say which are slow."""
    try:
        await statements(scene, limit=1)
    except Skip as missing:
        return Finding(
            status=Health.DEGRADED,
            evidence=f"Statements are not counted: {missing}",
            sql=[
                "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; -- then restart PostgreSQL",
                "CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public;",
            ],
            conditions=[Condition(name="pg_stat_statements", value="missing", threshold="loaded", ok=False)],
        )
    return Finding(
        status=Health.HEALTHY,
        evidence="Statements are counted by pg_stat_statements.",
        conditions=[Condition(name="pg_stat_statements", value="loaded", threshold="loaded", ok=True)],
    )


@database_check("cache_hit", "Cache hits", "Give PostgreSQL more memory (shared_buffers); see: bedside db tune")
async def cache_hit(scene: Scene) -> Finding:
    """Blocks that were found in PostgreSQL's own memory, of all that were asked for since statistics were begun."""
    row = await scene.one(STATISTICS)
    asked = row["hit"] + row["read"]
    if asked < scene.limits.cache_least_blocks:
        raise Skip(f"only {asked} blocks were asked for since statistics were begun; too few to tell.")
    return judged(
        100 * row["hit"] / asked,
        scene.limits.cache_hit_warning,
        scene.limits.cache_hit_critical,
        what="blocks found in memory",
        unit="%",
        evidence=f"{100 * row['hit'] / asked:.1f} % of {asked:,} blocks were found in memory.",
        mend=["ALTER SYSTEM SET shared_buffers = '…'; -- `bedside db tune` says how much; then restart PostgreSQL"],
    )


@database_check("long_queries", "Long queries", "See what they wait for; end those that nobody needs.")
async def long_queries(scene: Scene) -> Finding:
    """Queries that run for more than DB_LONG_QUERY_SECONDS now."""
    limit = scene.limits.long_query_seconds
    long = [
        row
        for row in await scene.all(SESSIONS)
        if row["state"] == "active" and row["query_seconds"] is not None and row["query_seconds"] >= limit
    ]
    told = some([f"{named(row)} for {shown(row['query_seconds'], 's')}" for row in long])
    return judged(
        len(long),
        scene.limits.long_query_warning,
        scene.limits.long_query_critical,
        what=f"queries over {shown(limit, 's')}",
        unit="",
        evidence=f"{len(long)} queries run for more than {shown(limit, 's')}{': ' + told if told else ''}.",
        mend=[f"SELECT pg_cancel_backend({row['pid']});" for row in long],
    )


@database_check("temporary_files", "Temporary files", "Raise work_mem for the statements that sort or hash so much.")
async def temporary_files(scene: Scene) -> Finding:
    """What sorts and hashes that did not fit into work_mem have written to disk, by the hour."""
    row = await scene.one(STATISTICS)
    hours = max(row["counted_seconds"], _HOUR) / _HOUR
    rate = row["temp_bytes"] / MEBIBYTE / hours
    return judged(
        rate,
        scene.limits.temporary_warning_mb,
        scene.limits.temporary_critical_mb,
        what="temporary files",
        unit="MiB/h",
        evidence=f"{row['temp_files']} temporary files, {shown(rate, 'MiB')} an hour.",
        mend=["ALTER SYSTEM SET work_mem = '…'; -- `bedside db tune` says how much", "SELECT pg_reload_conf();"],
    )


@database_check("deadlocks", "Deadlocks", "Let the transactions that meet take their locks in the same order.")
async def deadlocks(scene: Scene) -> Finding:
    """Transactions that PostgreSQL broke off because two waited for each other, by the day."""
    row = await scene.one(STATISTICS)
    rate = row["deadlocks"] / (max(row["counted_seconds"], _DAY) / _DAY)
    return judged(
        rate,
        scene.limits.deadlock_warning,
        scene.limits.deadlock_critical,
        what="deadlocks",
        unit="a day",
        evidence=f"{row['deadlocks']} deadlocks since statistics were begun.",
        mend=["ALTER SYSTEM SET log_lock_waits = on; -- the log then names who waited", "SELECT pg_reload_conf();"],
    )


CHECKS: tuple[Check, ...] = (
    query_time,
    query_statistics,
    cache_hit,
    long_queries,
    temporary_files,
    deadlocks,
)
