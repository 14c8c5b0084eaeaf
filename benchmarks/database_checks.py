"""How long the checks of the database take on 200 tables and 1,000 indexes.

    python -m benchmarks.database_checks [--repeats 5] [--json]

Peers in the same run, for the checks that are shared: the queries of PgHero (Andrew Kane, MIT) and check_postgres
(Greg Sabino Mullane, BSD), written from what these programs publish, from memory and so not word for word, run over one
connection as the same role. Bar, in seconds: every check but that of corruption, which has a budget of its own, 2.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.ops.database.checks.all import DATABASE_CHECKS
from bedside.platform.checks import run_checks
from bedside.platform.database.migrate import migrate
from bedside.platform.database.monitor import DatabaseMonitor
from bedside.platform.database.roles import ROLES, DatabaseUrls, role_name
from bedside.platform.embedded import EmbeddedPostgres
from bedside.platform.embedded.provision import provision_roles

BAR_SECONDS = 2.0
TABLES, INDEXES = 200, 1000
# The ideas of PgHero's methods of the same names, and of check_postgres' actions.
PEERS = {
    "PgHero": {
        "index_hit_rate": "SELECT sum(idx_blks_hit) / nullif(sum(idx_blks_hit + idx_blks_read), 0)"
        " FROM pg_statio_user_indexes",
        "table_hit_rate": "SELECT sum(heap_blks_hit) / nullif(sum(heap_blks_hit) + sum(heap_blks_read), 0)"
        " FROM pg_statio_user_tables",
        "unused_indexes": "SELECT schemaname, relname, indexrelname, pg_relation_size(i.indexrelid), idx_scan"
        " FROM pg_stat_user_indexes ui JOIN pg_index i ON ui.indexrelid = i.indexrelid"
        " WHERE NOT indisunique AND idx_scan <= 50 ORDER BY pg_relation_size(i.indexrelid) DESC",
        "missing_indexes": "SELECT schemaname, relname, CASE idx_scan WHEN 0 THEN NULL ELSE"
        " round(100.0 * idx_scan / (seq_scan + idx_scan)) END, n_live_tup FROM pg_stat_user_tables"
        " WHERE idx_scan > 0 AND 100 * idx_scan / (seq_scan + idx_scan) < 95 AND n_live_tup >= 10000",
        "indexes": "SELECT schemaname, t.relname, ix.relname, regexp_replace(pg_get_indexdef(i.indexrelid),"
        " '^[^\\(]*\\((.*)\\)$', '\\1'), regexp_replace(pg_get_indexdef(i.indexrelid),"
        " '.* USING ([^ ]*) \\(.*', '\\1'), indisunique, indisprimary, indisvalid,"
        " indexprs::text, indpred::text, pg_get_indexdef(i.indexrelid)"
        " FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class ix ON ix.oid = i.indexrelid"
        " LEFT JOIN pg_stat_user_indexes ui ON ui.indexrelid = i.indexrelid"
        " WHERE schemaname IS NOT NULL ORDER BY 1, 2",
        "relation_sizes": "SELECT n.nspname, c.relname, pg_table_size(c.oid) FROM pg_class c"
        " LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname NOT IN ('pg_catalog',"
        " 'information_schema') AND n.nspname !~ '^pg_toast' AND c.relkind IN ('r', 'i') ORDER BY 3 DESC",
        "long_running_queries": "SELECT pid, state, now() - coalesce(query_start, xact_start) FROM pg_stat_activity"
        " WHERE state <> 'idle' AND now() - query_start > interval '60 s' AND datname = current_database()",
        "transaction_id_danger": "SELECT n.nspname, c.relname, 2146483648 - greatest(age(c.relfrozenxid),"
        " age(t.relfrozenxid)) FROM pg_class c JOIN pg_namespace n ON c.relnamespace = n.oid"
        " LEFT JOIN pg_class t ON c.reltoastrelid = t.oid WHERE c.relkind = 'r'"
        " AND 2146483648 - greatest(age(c.relfrozenxid), age(t.relfrozenxid)) < 10000000",
        "sequences": "SELECT n.nspname, c.relname, a.attname FROM pg_attrdef d JOIN pg_attribute a"
        " ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum) JOIN pg_class c ON c.oid = a.attrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%'",
    },
    "check_postgres": {
        "backends": "SELECT count(datid), current_setting('max_connections') FROM pg_database d"
        " LEFT JOIN pg_stat_activity s ON s.datid = d.oid GROUP BY d.datname",
        "hitratio": "SELECT round(100.0 * sd.blks_hit / nullif(sd.blks_read + sd.blks_hit, 0), 2), d.datname"
        " FROM pg_stat_database sd JOIN pg_database d ON d.oid = sd.datid WHERE d.datallowconn",
        "last_analyze": "SELECT n.nspname, c.relname, pg_stat_get_last_analyze_time(c.oid),"
        " pg_stat_get_last_autoanalyze_time(c.oid) FROM pg_class c, pg_namespace n WHERE c.relkind = 'r'"
        " AND n.oid = c.relnamespace AND n.nspname <> 'information_schema'",
        "locks": "SELECT granted, mode, datname FROM pg_locks l JOIN pg_database d ON d.oid = l.database",
        "txn_wraparound": "SELECT datname, age(datfrozenxid) FROM pg_database WHERE datallowconn ORDER BY 1",
        "prepared_txns": "SELECT database, round(extract(epoch FROM now() - prepared)), prepared"
        " FROM pg_prepared_xacts",
        "txn_idle": "SELECT datname, pid, usename, state, xact_start, query_start FROM pg_stat_activity"
        " WHERE state LIKE 'idle in transaction%'",
        "index_size": "SELECT pg_relation_size(c.oid), relname FROM pg_class c, pg_namespace n WHERE relkind = 'i'"
        " AND n.oid = c.relnamespace ORDER BY 1 DESC",
    },
}


def fill(owner: str) -> None:
    """Make the tables, each with five indexes and two hundred rows, beside Bedside's own."""
    with psycopg.connect(owner, autocommit=True) as connection:
        for number in range(TABLES):
            columns = ", ".join(f"c{index} int" for index in range(INDEXES // TABLES))
            connection.execute(f"CREATE TABLE many_{number} (id bigserial, {columns}, note text)")
            values = ", ".join(["n"] * (INDEXES // TABLES))
            connection.execute(
                f"INSERT INTO many_{number} SELECT n, {values}, repeat('x', 50) FROM generate_series(1, 200) AS n"
            )
            connection.execute(f"ALTER TABLE many_{number} ADD PRIMARY KEY (id)")
            for index in range(INDEXES // TABLES - 1):
                connection.execute(f"CREATE INDEX ON many_{number} (c{index}, c{index + 1})")
        connection.execute("ANALYZE")


def peers(url: str) -> dict[str, float]:
    """Return how long each peer's queries take over one new connection, in seconds."""
    taken = {}
    for name, queries in PEERS.items():
        started = time.perf_counter()
        with psycopg.connect(url, autocommit=True) as connection:
            for query in queries.values():
                connection.execute(query).fetchall()
        taken[name] = time.perf_counter() - started
    return taken


async def ours(urls: DatabaseUrls) -> tuple[float, int, dict[str, float]]:
    """Return how long all checks take from a new connection on, how many were made, and the slowest, in seconds."""
    checks = [check for check in DATABASE_CHECKS if check.name != "db.corruption"]
    runtime = build_runtime(read_settings(), urls, process="benchmark")
    async with runtime.running():
        await runtime.database.ping()
        runtime.part(DatabaseMonitor).forget()
        started = time.perf_counter()
        results = await run_checks(runtime, checks)
        seconds = time.perf_counter() - started
    slowest = sorted(results, key=lambda result: -result.response_time_ms)[:3]
    late = [result.name for result in results if "did not tell" in (result.skipped or "")]
    if late:
        raise SystemExit(f"Left out for want of time: {', '.join(late)}")
    return seconds, len(results), {result.name: result.response_time_ms / 1000 for result in slowest}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bedside-benchmark-"))
    folder.chmod(0o755)
    os.environ["BEDSIDE_HOME"] = str(folder / "settings")
    server = EmbeddedPostgres(folder / "home", durable=False)
    try:
        server.start()
        passwords = {role_name(role): "benchmark" for role in ROLES}
        provision_roles(server.superuser_dsn(), "bedside", passwords)
        urls = DatabaseUrls(**{r: server.dsn(role_name(r), "benchmark", "bedside") for r in ROLES})
        migrate(urls.require("owner"))
        fill(urls.require("owner"))
        taken: dict[str, list[float]] = {}
        slowest: dict[str, float] = {}
        count = 0
        for _ in range(options.repeats):
            seconds, count, slowest = asyncio.run(ours(urls))
            taken.setdefault("Bedside", []).append(seconds)
            for name, peer in peers(urls.require("monitor")).items():
                taken.setdefault(name, []).append(peer)
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)
    report = {
        "checks": count,
        "tables": TABLES,
        "indexes": INDEXES,
        "bar_seconds": BAR_SECONDS,
        "median_seconds": {name: round(statistics.median(times), 4) for name, times in taken.items()},
        "worst_seconds": {name: round(max(times), 4) for name, times in taken.items()},
        "slowest_checks": slowest,
        "peer_queries": {name: len(queries) for name, queries in PEERS.items()},
    }
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        print(f"{count} checks on {TABLES} tables and {INDEXES} indexes, {options.repeats} times, in seconds")
        for name, times in taken.items():
            what = f"{count} checks" if name == "Bedside" else f"{len(PEERS[name])} queries"
            print(f"  {name:<16}{what:<12} median {statistics.median(times):.3f}  worst {max(times):.3f}")
        print("  slowest checks: " + ", ".join(f"{name} {seconds:.3f}" for name, seconds in slowest.items()))
    return 0 if max(taken["Bedside"]) <= BAR_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
