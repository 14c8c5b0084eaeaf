"""Every check of the database on a clean server, and on one with its defect: no miss, no false alarm.

One server is looked at four times: clean; with everything planted that a running server can have; with a torn page;
and with old transaction ids, a wrong index and no checksums.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.kit.clock import FixedClock
from bedside.ops.database.checks.all import DATABASE_CHECKS
from bedside.platform.checks import Check, Finding, Health
from bedside.platform.config import Settings
from bedside.platform.database.migrate import migrate
from bedside.platform.database.roles import ROLES, DatabaseUrls, role_name
from bedside.platform.embedded import EmbeddedPostgres
from bedside.platform.embedded.binaries import Binaries, find_carrier
from bedside.platform.embedded.cluster import run_tool
from bedside.platform.embedded.owner import owner_for
from bedside.platform.embedded.provision import provision_roles
from tests.conftest import settle
from tests.support import database_defects as defects

NAMES = [check.name for check in DATABASE_CHECKS]
CHECKS = {check.name: check for check in DATABASE_CHECKS}
LATER = datetime(2035, 1, 1, tzinfo=UTC)

# What each defect has to be told with: the status, a word of the evidence, and a word of the statement that mends it.
RUNNING: Mapping[str, tuple[Health, str, str]] = {
    "db.connections": (Health.DEGRADED, "of 27 connections", "max_connections"),
    "db.pool": (Health.DEGRADED, "11 of 14", ""),
    "db.pool_size": (Health.DEGRADED, "28 connections", "max_connections"),
    "db.idle_in_transaction": (Health.DEGRADED, "planted blocker", "pg_terminate_backend"),
    "db.superuser_sessions": (Health.DEGRADED, "bedside worker as bedside_super", "pg_terminate_backend"),
    "db.query_time": (Health.DEGRADED, "SELECT pg_sleep($1), $2", "pg_stat_statements_reset"),
    "db.cache_hit": (Health.DOWN, "found in memory", "shared_buffers"),
    "db.long_queries": (Health.DEGRADED, "planted waiter", "pg_cancel_backend"),
    "db.temporary_files": (Health.DEGRADED, "temporary files", "work_mem"),
    "db.deadlocks": (Health.DEGRADED, "1 deadlocks", "log_lock_waits"),
    "db.blocked": (Health.DEGRADED, "by planted blocker", "pg_terminate_backend"),
    "db.long_transactions": (Health.DEGRADED, "planted blocker", "pg_terminate_backend"),
    "db.prepared_transactions": (Health.DEGRADED, "planted's of bedside_owner", "ROLLBACK PREPARED 'planted''s'"),
    "db.statement_timeout": (Health.DEGRADED, "is off", "ALTER ROLE \"bedside_app\" SET statement_timeout = '30s'"),
    "db.lock_timeout": (Health.DEGRADED, "is off", "lock_timeout = '5s'"),
    "db.idle_in_transaction_timeout": (Health.DEGRADED, "is off", "idle_in_transaction_session_timeout = '60s'"),
    "db.dead_tuples": (Health.DOWN, "planted_dead: 3000 dead rows", 'VACUUM (ANALYZE) "public"."planted_dead"'),
    "db.autovacuum": (Health.DEGRADED, "autovacuum of the server", 'ALTER TABLE "public"."planted_raw" RESET'),
    "db.never_analysed": (Health.DEGRADED, "planted_raw (3000 rows)", 'ANALYZE "public"."planted_raw"'),
    "db.stale_statistics": (Health.DEGRADED, "planted_changed (4000 rows", 'ANALYZE "public"."planted_changed"'),
    "db.unused_indexes": (Health.DEGRADED, "planted_unused", 'DROP INDEX CONCURRENTLY "public"."planted_unused"'),
    "db.duplicate_indexes": (Health.DEGRADED, "planted_two of planted_pairs", '"planted ""odd"" two"'),
    "db.overlapping_indexes": (Health.DEGRADED, "planted_short of planted_pairs is the", '"public"."planted_short"'),
    "db.invalid_indexes": (Health.DEGRADED, "planted_invalid", 'REINDEX INDEX CONCURRENTLY "public"."planted_invalid"'),
    "db.foreign_key_indexes": (Health.DEGRADED, "(Parent Id)", 'ON "public"."planted_child" ("Parent Id")'),
    "db.sequential_scans": (Health.DEGRADED, "planted_large", "CREATE INDEX CONCURRENTLY"),
    "db.primary_keys": (Health.DEGRADED, "planted_raw", "ADD PRIMARY KEY"),
    "db.table_bloat": (Health.DOWN, "planted_large", 'VACUUM (ANALYZE) "public"."planted_large"'),
    "db.index_bloat": (Health.DOWN, "planted_unused", 'REINDEX INDEX CONCURRENTLY "public"."planted_unused"'),
    "db.sequences": (Health.DOWN, "planted_wide_seq has given out", 'ALTER COLUMN "id" TYPE bigint'),
    "db.checkpoints": (Health.DEGRADED, "came before their time", "max_wal_size = '64MB'"),
    "db.wal_volume": (Health.DEGRADED, "of WAL take", "pg_replication_slots"),
    "db.inactive_slots": (Health.DEGRADED, "planted_idle (physical", "pg_drop_replication_slot('planted_idle')"),
    "db.slot_wal": (Health.DEGRADED, "planted_idle keeps", "pg_drop_replication_slot('planted_idle')"),
    "db.slot_invalidation": (Health.DOWN, "planted_lost (", "pg_drop_replication_slot('planted_lost')"),
    "db.archiver": (Health.DEGRADED, "failed", "archive_command"),
    "db.shared_buffers": (Health.DEGRADED, "shared_buffers is 2 MiB", "ALTER SYSTEM SET shared_buffers"),
    "db.work_mem": (Health.DEGRADED, "30 connections with work_mem", "ALTER SYSTEM SET work_mem"),
    "db.random_page_cost": (Health.DEGRADED, "random_page_cost is 4", "random_page_cost = 1.1"),
    "db.pending_restart": (Health.DEGRADED, "max_worker_processes", "SHOW max_worker_processes"),
    "db.durability": (Health.DOWN, "Off: fsync", "ALTER SYSTEM SET fsync = on"),
    "db.extensions": (Health.DEGRADED, "hstore 1.4", 'ALTER EXTENSION "hstore" UPDATE'),
    "db.collation_version": (Health.DEGRADED, "database bedside: 0.1", "REFRESH COLLATION VERSION"),
    "db.server_version": (Health.DEGRADED, "was mended until", "version()"),
    "db.public_schema": (Health.DEGRADED, "Everybody may create in: public", 'REVOKE CREATE ON SCHEMA "public"'),
    "db.row_security": (Health.DOWN, "planted_notes (off)", '"public"."planted_unforced" FORCE ROW LEVEL SECURITY'),
    "db.password_encryption": (Health.DEGRADED, "md5", "password_encryption = 'scram-sha-256'"),
    "db.tls": (Health.DEGRADED, "bedside api", "ALTER SYSTEM SET ssl = on"),
    "db.role_rights": (Health.DOWN, "bedside_jobs has BYPASSRLS", 'REVOKE "bedside_owner" FROM "bedside_jobs"'),
    "db.unproven_constraints": (Health.DEGRADED, "planted_check of planted_raw", 'VALIDATE CONSTRAINT "planted_check"'),
}  # fmt: skip
TORN: Mapping[str, tuple[Health, str, str]] = {
    "db.checksum_failures": (Health.DOWN, "in bedside", "pg_stat_database"),
    "db.corruption": (Health.DOWN, "table planted_torn", ""),
    "db.query_statistics": (Health.DEGRADED, "not loaded", "shared_preload_libraries"),
}
OLD: Mapping[str, tuple[Health, str, str]] = {
    "db.transaction_ids": (Health.DOWN, "oldest transaction id of database", "VACUUM (FREEZE)"),
    "db.multixact_ids": (Health.DOWN, "oldest multixact id of database", "VACUUM (FREEZE)"),
    "db.data_checksums": (Health.DEGRADED, "Off", "pg_checksums --enable"),
    "db.corruption": (Health.DOWN, "index planted_unsorted_pkey", 'CONCURRENTLY "public"."planted_unsorted_pkey"'),
}  # fmt: skip
# Needs a standby: test_replication_lag.py.
ELSEWHERE = {"db.replication_lag"}


def look(settings: Settings, urls: DatabaseUrls, names: Sequence[str], *, taken: int = 0) -> dict[str, Finding]:
    """Make the checks, one after another, with ``taken`` connections of the pool in use."""

    async def body() -> dict[str, Finding]:
        runtime = build_runtime(settings, urls, process="test")
        if taken:
            runtime.clock = FixedClock(LATER)
        async with runtime.running():
            held = [await runtime.database.engine.connect() for _ in range(taken)]
            found = {name: await CHECKS[name].look(runtime) for name in names}
            for connection in held:
                await connection.close()
        return found

    return asyncio.run(body())


@dataclass
class Planted:
    """What was found at each look."""

    clean: dict[str, Finding]
    running: dict[str, Finding]
    torn: dict[str, Finding]
    old: dict[str, Finding]


class Ground:
    """A server of the tests' own, and the settings to look at it with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = EmbeddedPostgres(folder / "home")
        self.passwords = {role_name(role): f"test-{role}" for role in ROLES}

    def url(self, role: str) -> str:
        name = role_name(role)
        return self.server.dsn(name, self.passwords[name], "bedside")

    @property
    def urls(self) -> DatabaseUrls:
        return DatabaseUrls(**{role: self.url(role) for role in ROLES})

    def settings(self, **environment: str) -> Settings:
        with pytest.MonkeyPatch.context() as patch:
            settle(patch, self.folder / "settings", **environment)
            return read_settings(allow_unsafe=True)

    def tool(self, name: str, *options: str) -> None:
        """Run one of PostgreSQL's programs on the stopped server's data."""
        carrier = find_carrier()
        binaries = Binaries(carrier.version, self.server.folder / carrier.version)
        run_tool(binaries, owner_for(self.server.home), name, [*options, str(self.server.data)])

    def file_of(self, relation: str) -> Path:
        with psycopg.connect(self.server.superuser_dsn("bedside")) as connection:
            row = connection.execute("SELECT pg_relation_filepath(%s::regclass)", [relation]).fetchone()
        assert row is not None
        return self.server.data / str(row[0])


@pytest.fixture(scope="module")
def planted() -> Iterator[Planted]:
    folder = Path(tempfile.mkdtemp(prefix="bedside-defects-"))
    folder.chmod(0o755)
    (folder / "settings").mkdir()
    ground = Ground(folder)
    try:
        yield _planted(ground)
    finally:
        ground.server.stop("immediate")
        shutil.rmtree(folder)


def _planted(ground: Ground) -> Planted:
    server = ground.server
    server.start()
    provision_roles(server.superuser_dsn(), "bedside", ground.passwords)
    migrate(ground.url("owner"))
    # Away from other servers of this machine, whose port it has.
    address = f"127.77.{secrets.randbelow(250) + 1}.{secrets.randbelow(250) + 1}"
    at_ease = ground.settings(DB_CHECK_SECONDS="60", DB_STATISTICS_LEAST_DAYS="0", DB_STATISTICS_SETTLE_MINUTES="0")
    clean = look(at_ease, ground.urls, NAMES)

    defects.set_server(server.superuser_dsn(), {**defects.AT_START, "listen_addresses": address})
    server.stop()
    server.start()
    here = server.superuser_dsn("bedside")
    defects.plant(ground.url("owner"), ground.url("app"), server.superuser_dsn(), here)
    over_tcp = f"postgresql://bedside_app:{ground.passwords['bedside_app']}@{address}:5432/bedside?sslmode=disable"
    strict = ground.settings(**defects.THRESHOLDS, ENVIRONMENT="production", DATABASE_URL=ground.url("app"))
    with defects.busy_sessions(ground.url("owner"), ground.url("app"), here, over_tcp):
        running = look(strict, ground.urls, NAMES, taken=11)

    slots = "SELECT pg_drop_replication_slot('planted_lost'), pg_drop_replication_slot('planted_idle')"
    defects.execute(here, slots)
    defects.set_server(server.superuser_dsn(), {"archive_command": "true"})
    defects.set_server(server.superuser_dsn(), {"shared_preload_libraries": "auto_explain"})
    heap, index = ground.file_of("planted_torn"), ground.file_of("planted_unsorted_pkey")
    server.stop()
    defects.flip(heap, 8192 - 20)
    server.start()
    with pytest.raises(psycopg.errors.DataCorrupted):
        defects.execute(ground.url("owner"), "SELECT note FROM planted_torn")
    torn = look(strict, ground.urls, list(TORN))

    server.stop()
    defects.flip(heap, 8192 - 20)
    ground.tool("pg_checksums", "--disable", "--pgdata")
    # The key of the first entry, which lies at the end of the leaf page: after its header of eight bytes.
    defects.flip(index, 8192 + 8192 - 16 - 16 + 8)
    _age(ground)
    server.start()
    old = look(ground.settings(**defects.THRESHOLDS, **defects.NEAR_WRAPAROUND), ground.urls, list(OLD))
    return Planted(clean, running, torn, old)


def _age(ground: Ground) -> None:
    """Set the next ids ahead; not so far that autovacuum would freeze the old ones meanwhile, on or off."""
    transactions, multixacts = 10_000_000, 10_000_000
    data = ground.server.data
    # 32 pages of 8 KiB a segment: 2 bits for a transaction, 4 bytes for a multixact (access/transam/slru.h).
    for folder, number in (("pg_xact", transactions // 2**20), ("pg_multixact/offsets", multixacts // 2**16)):
        segment = data / folder / f"{number:04X}"
        segment.write_bytes(bytes(32 * 8192))
        owner_for(ground.server.home).own(segment)
    ground.tool("pg_resetwal", "-x", str(transactions), "-m", f"{multixacts},1", "--pgdata")


@pytest.mark.parametrize("name", NAMES)
def test_a_clean_database_alarms_nobody(planted: Planted, name: str) -> None:
    found = planted.clean[name]
    assert (found.status, found.sql, found.remedy) == (Health.HEALTHY, [], None), found.evidence
    assert found.skipped is None or found.evidence == f"Not looked at: {found.skipped}"
    assert found.skipped or found.conditions


@pytest.mark.parametrize("name", [*RUNNING, *(f"torn {name}" for name in TORN), *(f"old {name}" for name in OLD)])
def test_each_defect_is_found_with_its_evidence_and_the_statement_that_mends_it(planted: Planted, name: str) -> None:
    kind, _, rest = name.rpartition(" ")
    results, wanted = {"torn": (planted.torn, TORN), "old": (planted.old, OLD)}.get(kind, (planted.running, RUNNING))
    found, (status, evidence, mend) = results[rest], wanted[rest]
    assert found.skipped is None
    assert evidence in found.evidence
    assert found.status is status, found.evidence
    assert mend in "\n".join(found.sql)
    assert found.remedy
    assert any(not condition.ok for condition in found.conditions)


def test_every_check_has_its_defect() -> None:
    assert len(NAMES) >= 35
    assert {*RUNNING, *TORN, *OLD} | ELSEWHERE == set(NAMES)


def test_what_only_looks_like_a_defect_is_never_told(planted: Planted) -> None:
    for name, found in planted.running.items():
        told = "\n".join([found.evidence, *found.sql, found.remedy or ""])
        # Its session is busy, which is told by the session's name.
        assert "spared" not in told, name


def test_no_value_of_a_statement_is_told(planted: Planted) -> None:
    for results in (planted.running, planted.torn, planted.old):
        for name, found in results.items():
            assert defects.SECRET_LITERAL not in found.model_dump_json(), name


def test_the_others_are_healthy_in_spite_of_what_was_planted(planted: Planted) -> None:
    alarmed = {name for name, found in planted.running.items() if found.status is not Health.HEALTHY}
    assert alarmed == set(RUNNING)


def test_without_a_monitor_role_every_check_says_what_to_set(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, tmp_path)
        settings = read_settings()
    urls = DatabaseUrls(None, "postgresql://bedside_app:x@/bedside?host=/nowhere", None, None, None)
    asking: list[Check] = [check for check in DATABASE_CHECKS if check.name not in {"db.pool", "db.tls"}]
    found = look(settings, urls, [check.name for check in asking])
    skipped = {name for name, finding in found.items() if "DATABASE_MONITOR_URL" in (finding.skipped or "")}
    assert skipped >= {check.name for check in asking} - {f"db.{n}_timeout" for n in ("statement", "lock")} - {
        "db.idle_in_transaction_timeout"
    }
    assert all(finding.status is Health.HEALTHY for finding in found.values())
