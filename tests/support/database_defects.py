"""Defects planted into a real PostgreSQL, one for each check of the database, and look-alikes that are none.

What is named ``planted…`` is a defect; what is named ``spared…`` looks like one and must never be told.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
from psycopg.pq import TransactionStatus

from tests.support.running import eventually

SECRET_LITERAL = "Jane Planted"

# Big enough to be looked at, read whole again and again, then mostly emptied.
LARGE = """
CREATE TABLE planted_large (id int PRIMARY KEY, never int, uses int, words text) WITH (autovacuum_enabled = false);
INSERT INTO planted_large SELECT n, (n * 7919) % 100003, n, repeat('x', 40) FROM generate_series(1, 100000) AS n;
CREATE INDEX planted_unused ON planted_large (never);
CREATE INDEX used ON planted_large (uses);
ANALYZE planted_large;
"""
TABLES = f"""
CREATE TABLE planted_dead (id int PRIMARY KEY, note text) WITH (autovacuum_enabled = false);
INSERT INTO planted_dead SELECT n, 'x' FROM generate_series(1, 3000) AS n;
DELETE FROM planted_dead;
CREATE TABLE spared_dead (id int PRIMARY KEY) WITH (autovacuum_vacuum_threshold = 1000000,
    autovacuum_analyze_threshold = 1000000);
INSERT INTO spared_dead SELECT generate_series(1, 3000);
ANALYZE spared_dead;
DELETE FROM spared_dead;

CREATE TABLE planted_raw (v int) WITH (autovacuum_enabled = false);
INSERT INTO planted_raw SELECT generate_series(1, 3000);
ALTER TABLE planted_raw ADD CONSTRAINT planted_check CHECK (v > 0) NOT VALID;
CREATE TABLE spared_few (v int PRIMARY KEY, CONSTRAINT spared_check CHECK (v > 0));
INSERT INTO spared_few VALUES (1);
CREATE TABLE planted_changed (v int PRIMARY KEY) WITH (autovacuum_enabled = false);
INSERT INTO planted_changed SELECT generate_series(1, 1000);
ANALYZE planted_changed;
INSERT INTO planted_changed SELECT generate_series(1001, 5000);

CREATE TABLE planted_pairs (id int PRIMARY KEY, a int, b int, c text);
CREATE INDEX planted_one ON planted_pairs (b, a);
CREATE INDEX planted_two ON planted_pairs (b, a);
CREATE INDEX planted_word ON planted_pairs (lower(c));
CREATE INDEX planted_word_again ON planted_pairs ( lower( c ) );
CREATE INDEX planted_short ON planted_pairs (a);
CREATE INDEX planted_longer ON planted_pairs (a, c);
CREATE UNIQUE INDEX planted_key_again ON planted_pairs (id);
CREATE TABLE "planted ""odd"" pairs" (id int PRIMARY KEY, a int);
CREATE INDEX "planted ""odd"" one" ON "planted ""odd"" pairs" (a);
CREATE INDEX "planted ""odd"" two" ON "planted ""odd"" pairs" (a);

CREATE TABLE spared_shapes (id int PRIMARY KEY, a int, b int, c text, d text, e tsvector);
CREATE INDEX spared_plain ON spared_shapes (c);
CREATE INDEX spared_class ON spared_shapes (c text_pattern_ops);
CREATE INDEX spared_collated ON spared_shapes (c COLLATE "POSIX");
CREATE INDEX spared_falling ON spared_shapes (c DESC);
CREATE INDEX spared_part ON spared_shapes (c) WHERE a > 0;
CREATE INDEX spared_part_other ON spared_shapes (c) WHERE a > 1;
CREATE INDEX spared_expression ON spared_shapes (lower(c));
CREATE INDEX spared_expression_other ON spared_shapes (upper(c));
CREATE INDEX spared_hash ON spared_shapes USING hash (c);
CREATE INDEX spared_carrying ON spared_shapes (a) INCLUDE (d);
CREATE INDEX spared_wide ON spared_shapes (a, b);
CREATE UNIQUE INDEX spared_rule ON spared_shapes (b);
CREATE INDEX spared_rule_and_more ON spared_shapes (b, c);
CREATE INDEX spared_gin ON spared_shapes USING gin (e);

CREATE TABLE planted_parent (id int PRIMARY KEY);
INSERT INTO planted_parent VALUES (1);
CREATE TABLE planted_child (id int PRIMARY KEY, "Parent Id" int REFERENCES planted_parent);
INSERT INTO planted_child SELECT n, 1 FROM generate_series(1, 2000) AS n;
CREATE TABLE spared_child (id int PRIMARY KEY, whole int REFERENCES planted_parent, part int REFERENCES planted_parent);
CREATE INDEX ON spared_child (whole, id);
CREATE INDEX ON spared_child (part) WHERE part IS NOT NULL;
INSERT INTO spared_child SELECT n, 1, 1 FROM generate_series(1, 2000) AS n;
ANALYZE spared_child;
CREATE TABLE spared_tiny (id int PRIMARY KEY, parent int REFERENCES planted_parent);

CREATE TABLE planted_numbers (id serial PRIMARY KEY);
SELECT setval('planted_numbers_id_seq', 2000000000);
CREATE SEQUENCE planted_wide_seq AS bigint;
CREATE TABLE planted_narrow (id int PRIMARY KEY DEFAULT nextval('planted_wide_seq'));
SELECT setval('planted_wide_seq', 1800000000);
CREATE TABLE spared_numbers (id bigserial PRIMARY KEY);
SELECT setval('spared_numbers_id_seq', 2000000000);

CREATE TABLE planted_notes (id int PRIMARY KEY, patient_id uuid);
CREATE TABLE planted_unforced (id int PRIMARY KEY, patient_id uuid);
ALTER TABLE planted_unforced ENABLE ROW LEVEL SECURITY;
CREATE TABLE spared_notes (id int PRIMARY KEY, patient_id uuid);
ALTER TABLE spared_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE spared_notes FORCE ROW LEVEL SECURITY;

CREATE TABLE planted_lock (id int PRIMARY KEY);
INSERT INTO planted_lock VALUES (1), (2), (3);
CREATE TABLE planted_torn (id int PRIMARY KEY, note text);
INSERT INTO planted_torn SELECT n, '{SECRET_LITERAL}' FROM generate_series(1, 500) AS n;
CREATE TABLE planted_unsorted (id int PRIMARY KEY);
INSERT INTO planted_unsorted SELECT generate_series(1, 300);
CREATE TABLE planted_doubled (v int, w int PRIMARY KEY);
INSERT INTO planted_doubled VALUES (1, 1), (1, 2);
CREATE TABLE spared_under_construction (id int PRIMARY KEY, v int);
"""

AS_SUPERUSER = """
GRANT CREATE ON SCHEMA public TO PUBLIC;
ALTER ROLE bedside_jobs BYPASSRLS;
GRANT bedside_owner TO bedside_jobs;
ALTER ROLE bedside_app SET statement_timeout = 0;
ALTER ROLE bedside_app SET lock_timeout = 0;
ALTER ROLE bedside_app SET idle_in_transaction_session_timeout = 0;
CREATE EXTENSION hstore VERSION '1.4';
UPDATE pg_database SET datcollversion = '0.1' WHERE datname = current_database();
"""

AT_START = {
    "max_connections": "30",
    "shared_buffers": "2MB",
    "max_prepared_transactions": "5",
    "archive_mode": "on",
    "fsync": "off",
    "autovacuum": "off",
    "random_page_cost": "4",
    "work_mem": f"{psutil.virtual_memory().total // 1024 // 20}kB",
    "max_wal_size": "32MB",
    "min_wal_size": "32MB",
    "max_slot_wal_keep_size": "1MB",
    "deadlock_timeout": "10ms",
    "password_encryption": "md5",
}
"""Settings that are defects, or without which one can't be planted. In force after a restart."""

THRESHOLDS = {
    "DB_CHECK_SECONDS": "60",
    "DB_POOL_SIZE": "14",
    "DB_MAX_OVERFLOW": "0",
    "DB_LONG_QUERY_SECONDS": "0.01",
    "DB_BLOCKED_WARNING_SECONDS": "0.01",
    "DB_IDLE_TRANSACTION_WARNING_SECONDS": "0.01",
    "DB_LONG_TRANSACTION_WARNING_MINUTES": "0.0001",
    "DB_PREPARED_WARNING_MINUTES": "0.0001",
    "DB_DEADLOCKS_WARNING_PER_DAY": "0.5",
    "DB_TEMPORARY_FILES_WARNING_MB_PER_HOUR": "0.5",
    "DB_STATISTICS_LEAST_DAYS": "0",
    "DB_STATISTICS_SETTLE_MINUTES": "0",
    "DB_BLOAT_LEAST_MB": "1",
    "DB_SLOT_RETAINED_WARNING_MB": "20",
    "DB_WAL_CRITICAL": "1000",
    "DB_CHECKPOINTS_LEAST": "3",
}
"""Thresholds that a test reaches in seconds where people reach them in hours. The others are at their defaults."""

NEAR_WRAPAROUND = {
    "DB_WRAPAROUND_WARNING_PERCENT": "0.1",
    "DB_WRAPAROUND_CRITICAL_PERCENT": "0.3",
    "DB_FREEZE_WARNING_PERCENT": "2",
}


def set_server(superuser: str, settings: dict[str, str]) -> None:
    """ALTER SYSTEM, and reload."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        for name, value in settings.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        connection.execute("SELECT pg_reload_conf()")


def execute(url: str, statements: str) -> None:
    """Run statements one by one: some of them may stand in no transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements.split(";\n"):
            if statement.lstrip().startswith("ANALYZE"):
                # What a session has not reported yet would count as changed since.
                connection.execute("SELECT pg_stat_force_next_flush()")
            if statement.strip():
                connection.execute(statement)
        connection.execute("SELECT pg_stat_force_next_flush()")


def plant(owner: str, app: str, superuser: str, superuser_here: str) -> None:
    """Plant what lies in the database and its statistics. ``superuser_here``: connected to this database."""
    execute(owner, LARGE)
    execute(superuser_here, "SELECT pg_stat_reset();\nSELECT pg_stat_statements_reset()")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("SET work_mem = '64kB'")
        for _ in range(150):
            connection.execute("SELECT count(*) FROM planted_large")
        connection.execute("SELECT count(*) FROM (SELECT words FROM planted_large ORDER BY words, never OFFSET 1) s")
        connection.execute("SET enable_seqscan = off")
        connection.execute("SELECT never FROM planted_large WHERE uses = 7")
    execute(owner, "DELETE FROM planted_large WHERE id % 10 <> 0;\nVACUUM planted_large")
    execute(owner, TABLES)
    execute(superuser_here, AS_SUPERUSER)
    # Fails, as it must, and leaves its index behind.
    with psycopg.connect(owner, autocommit=True) as connection, suppress(psycopg.errors.UniqueViolation):
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY planted_invalid ON planted_doubled (v)")
    _run_slow_statements(app)
    _deadlock(owner)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("BEGIN")
        connection.execute("UPDATE planted_lock SET id = 30 WHERE id = 3")
        connection.execute("PREPARE TRANSACTION 'planted''s'")
    _slots(superuser_here)
    # Last: a file of WAL that is switched early counts as whole, and would dilute the volume.
    _force_checkpoints(superuser)
    # Changed, and waiting for a restart that does not come.
    set_server(superuser, {"max_worker_processes": "9", "archive_command": "false"})
    with psycopg.connect(superuser, autocommit=True) as connection:
        _switch(connection)
        eventually(lambda: connection.execute("SELECT failed_count FROM pg_stat_archiver").fetchone() != (0,))


def _run_slow_statements(app: str) -> None:
    def slow() -> None:
        with psycopg.connect(app, autocommit=True) as connection:
            connection.execute(f"SELECT pg_sleep(0.6), '{SECRET_LITERAL}'")

    threads = [threading.Thread(target=slow) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _deadlock(owner: str) -> None:
    """Two transactions that wait for each other, until the server breaks one of them off."""
    meet = threading.Barrier(2, timeout=60)

    def both(first: int, second: int) -> None:
        with psycopg.connect(owner) as connection:
            connection.execute("UPDATE planted_lock SET id = id WHERE id = %s", [first])
            meet.wait()
            try:
                connection.execute("UPDATE planted_lock SET id = id WHERE id = %s", [second])
            except psycopg.errors.DeadlockDetected:
                connection.rollback()

    threads = [threading.Thread(target=both, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _slots(superuser: str) -> None:
    """One slot that has lost its WAL, and one that keeps it for nobody."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("SELECT pg_create_physical_replication_slot('planted_lost', true)")
        for _ in range(4):
            _switch(connection)
        connection.execute("CHECKPOINT")
        connection.execute("ALTER SYSTEM SET max_slot_wal_keep_size = -1")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("SELECT pg_create_physical_replication_slot('planted_idle', true)")
        for _ in range(6):
            _switch(connection)


def _force_checkpoints(superuser: str) -> None:
    """Write more than max_wal_size lets stand, again and again."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_reset_shared('checkpointer'), pg_stat_reset_shared('wal')")

        def forced() -> bool:
            connection.execute("SELECT pg_logical_emit_message(false, 'test', repeat('x', 16 * 1024 * 1024))")
            row = connection.execute("SELECT num_requested, num_timed FROM pg_stat_checkpointer").fetchone()
            return row is not None and row[0] >= 4 + 2 * row[1]

        eventually(forced, what="four checkpoints that were forced")


def _switch(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute("SELECT pg_logical_emit_message(true, 'test', 'a page of its own')")
    connection.execute("SELECT pg_switch_wal()")


@contextmanager
def busy_sessions(owner: str, app: str, superuser_here: str, over_tcp: str) -> Iterator[None]:
    """Sessions that block, wait, idle and build an index, as long as the block runs."""
    with ExitStack() as stack:

        def session(url: str, name: str) -> psycopg.Connection[tuple[object, ...]]:
            connection = psycopg.connect(url, autocommit=True, application_name=name)
            stack.callback(connection.close)
            return connection

        session(superuser_here, "bedside worker")
        session(over_tcp, "bedside api")
        blocker = session(owner, "planted blocker")
        blocker.execute("BEGIN")
        blocker.execute("UPDATE planted_lock SET id = 10 WHERE id = 1")
        blocker.execute("INSERT INTO spared_under_construction VALUES (1, 1)")
        waiters = [session(owner, f"planted waiter {number}") for number in range(5)]
        builder = session(owner, "planted builder")
        for waiter in waiters:
            waiter.pgconn.send_query(b"UPDATE planted_lock SET id = 11 WHERE id = 1")
        builder.pgconn.send_query(b"CREATE INDEX CONCURRENTLY spared_building ON spared_under_construction (v)")
        watch = session(superuser_here, "")
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND now() - waitstart > interval '50 ms'"
        eventually(lambda: watch.execute(waiting).fetchone() == (6,), what="six sessions that wait")
        watch.close()
        try:
            yield
        finally:
            blocker.execute("ROLLBACK")
            for connection in (*waiters, builder):
                while connection.pgconn.get_result() is not None:
                    pass
                assert connection.pgconn.transaction_status == TransactionStatus.IDLE


def flip(path: Path, offset: int) -> None:
    """Change one byte of a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0xFF]))
