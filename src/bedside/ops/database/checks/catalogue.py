"""The statements that several checks share. None of them waits for a table's lock: sizes are pg_class's own estimate,
and definitions are compared as the catalogue keeps them (pg_get_indexdef and pg_relation_size open the relation)."""

from __future__ import annotations

from typing import Final, LiteralString

_OWN: Final = (
    "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'"
    " AND n.nspname NOT LIKE 'pg\\_temp%'"
)

TABLES: Final[LiteralString] = f"""
SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
       c.relpersistence::text AS persistence, c.reltuples::float8 AS rows, c.relpages AS pages,
       coalesce(c.reloptions, '{{}}') AS options, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
       pg_stat_get_live_tuples(c.oid) AS live, pg_stat_get_dead_tuples(c.oid) AS dead,
       pg_stat_get_mod_since_analyze(c.oid) AS changed, pg_stat_get_analyze_count(c.oid)
         + pg_stat_get_autoanalyze_count(c.oid) AS analysed,
       pg_stat_get_numscans(c.oid) AS scans, pg_stat_get_tuples_returned(c.oid) AS scanned_rows,
       greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid)) AS vacuumed_at,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS has_key
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND {_OWN}
ORDER BY n.nspname, c.relname
"""  # noqa: S608 - of our own text alone

INDEXES: Final[LiteralString] = f"""
SELECT i.indexrelid::bigint AS oid, i.indrelid::bigint AS table_oid, n.nspname AS schema, t.relname AS "table",
       c.relname AS name, a.amname AS method, c.relkind::text AS kind, t.relkind::text AS table_kind,
       t.reltuples::float8 AS table_rows, c.reltuples::float8 AS rows, c.relpages AS pages,
       i.indisunique AS is_unique, i.indisvalid AND i.indisready AND i.indislive AS is_valid,
       i.indisreplident OR i.indisclustered AS is_marked, i.indnullsnotdistinct AS nulls_equal,
       i.indnkeyatts AS keys, i.indkey::int2[] AS columns, i.indclass::oid[]::bigint[] AS classes,
       i.indcollation::oid[]::bigint[] AS collations, i.indoption::int2[] AS orders,
       coalesce(i.indexprs::text, '') AS expressions, coalesce(i.indpred::text, '') AS predicate,
       pg_stat_get_numscans(i.indexrelid) AS scans,
       EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) AS is_constraint,
       EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid) AS is_attached,
       EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid
               OR p.relid = i.indrelid) AS is_building
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am a ON a.oid = c.relam
WHERE {_OWN}
ORDER BY n.nspname, t.relname, c.relname
"""  # noqa: S608 - of our own text alone

FOREIGN_KEYS: Final[LiteralString] = f"""
SELECT k.conname AS name, k.conrelid::bigint AS table_oid, k.conkey AS columns, n.nspname AS schema,
       t.relname AS "table", t.reltuples::float8 AS rows, pg_stat_get_live_tuples(t.oid) AS live,
       (SELECT array_agg(b.attname::text ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY AS u(number, place)
        JOIN pg_attribute b ON b.attrelid = k.conrelid AND b.attnum = u.number) AS names
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE k.contype = 'f' AND {_OWN}
ORDER BY n.nspname, t.relname, k.conname
"""  # noqa: S608 - of our own text alone

# Since when statistics are counted: those of the whole server begin anew after a crash, a database's when asked to.
STATISTICS: Final[LiteralString] = """
SELECT d.datname AS database, d.blks_hit AS hit, d.blks_read AS read, d.temp_bytes, d.temp_files, d.deadlocks,
       d.checksum_failures, d.checksum_last_failure, d.xact_commit AS commits, d.xact_rollback AS rollbacks,
       greatest(d.stats_reset, b.stats_reset) AS counted_since,
       extract(epoch FROM now() - greatest(d.stats_reset, b.stats_reset))::float8 AS counted_seconds,
       extract(epoch FROM now() - pg_postmaster_start_time())::float8 AS up_seconds
FROM pg_stat_database d, pg_stat_bgwriter b
WHERE d.datname = current_database()
"""

SETTINGS: Final[LiteralString] = """
SELECT name, setting, unit, source, pending_restart, boot_val, vartype FROM pg_settings
"""

SESSIONS: Final[LiteralString] = """
SELECT a.pid, a.usename::text AS role, a.application_name AS application, a.state, a.wait_event_type, a.wait_event,
       host(a.client_addr) AS address, r.rolsuper AS is_super, s.ssl AS is_encrypted,
       extract(epoch FROM clock_timestamp() - a.query_start)::float8 AS query_seconds,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS transaction_seconds,
       extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS state_seconds,
       extract(epoch FROM clock_timestamp() - l.waitstart)::float8 AS waiting_seconds,
       CASE WHEN a.wait_event_type = 'Lock' THEN pg_blocking_pids(a.pid) ELSE '{}' END AS blockers,
       l.locktype AS lock, coalesce(t.relname::text, '') AS "table",
       coalesce(split_part(ltrim(a.query), ' ', 1), '') AS command
FROM pg_stat_activity a
LEFT JOIN pg_roles r ON r.oid = a.usesysid
LEFT JOIN pg_stat_ssl s ON s.pid = a.pid
LEFT JOIN LATERAL (SELECT min(g.waitstart) AS waitstart, min(g.locktype) AS locktype, min(g.relation) AS relation
                   FROM pg_locks g WHERE g.pid = a.pid AND NOT g.granted) l ON a.wait_event_type = 'Lock'
LEFT JOIN pg_class t ON t.oid = l.relation
WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
ORDER BY a.pid
"""

CONNECTIONS: Final[LiteralString] = """
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE backend_type = 'client backend') AS used,
       current_setting('max_connections')::int AS maximum,
       current_setting('superuser_reserved_connections')::int
         + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved
"""

EXTENSIONS: Final[LiteralString] = """
SELECT e.extname::text AS name, n.nspname::text AS schema, e.extversion AS installed, v.default_version AS newest
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN pg_available_extensions v ON v.name = e.extname
ORDER BY e.extname
"""
