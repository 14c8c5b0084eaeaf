"""Each check that asks a database or another machine: on a healthy system no alarm, then the defect is planted."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from bedside.identity.passwords import hash_password
from bedside.identity.sample import SAMPLE_PASSWORD
from bedside.kit.clock import FixedClock
from bedside.models.settings import ModelSettings
from bedside.ops.machine.client import clock_ahead
from bedside.ops.machine.settings import MachineCheckSettings
from bedside.ops.queue.checks import schedule_finding
from bedside.platform.access.actor import Actor
from bedside.platform.checks import CheckList, CheckResult, Health
from bedside.platform.config.section import Section
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import Unavailable
from bedside.platform.jobs import Job
from bedside.platform.runtime import Runtime
from tests.support.postgres import TestCluster
from tests.support.running import free_port

Sql = Callable[..., Any]


@pytest.fixture
def sql(cluster: TestCluster, urls: DatabaseUrls) -> Iterator[Sql]:
    """Runs SQL past every policy, constraint and trigger of other tables, as damage does."""
    name = str(conninfo_to_dict(urls.require("app"))["dbname"])
    with psycopg.connect(cluster.superuser_url(name), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection.execute


async def look(runtime: Runtime, name: str) -> CheckResult:
    check = next(check for check in runtime.part(CheckList).checks if check.name == name)
    found = await check.run(runtime)
    assert found.status is Health.HEALTHY or (found.remedy and not all(c.ok for c in found.conditions)), found
    return found


async def status(runtime: Runtime, name: str) -> Health:
    return (await look(runtime, name)).status


def set_settings(runtime: Runtime, kind: type[Section], **values: Any) -> None:
    runtime.settings = runtime.settings.replace(runtime.settings.get(kind).model_copy(update=values))


async def test_a_fresh_system_raises_no_alarm(runtime: Runtime) -> None:
    """But for the machine that the tests run on, which may be busy."""
    for check in runtime.part(CheckList).checks:
        if check.part not in ("host", "disk", "db"):
            found = await check.run(runtime)
            assert found.status is Health.HEALTHY, found


QUEUED = "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id) VALUES ('default', {}, {}, {})"


async def test_jobs_that_wait_fail_and_stick(runtime: Runtime, sql: Sql) -> None:
    def job(state: str, event: str, ago: str, worker: str = "NULL", task: str = "'notify.deliver'") -> int:
        (number,) = sql(QUEUED.format(task, f"'{state}'", worker) + " RETURNING id").fetchone()
        sql("DELETE FROM procrastinate_events WHERE job_id = %s", (number,))
        sql(
            "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, %s, now() - %s::interval)",
            (number, event, ago),
        )
        return int(number)

    sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    (alive,) = sql("SELECT id FROM procrastinate_workers").fetchone()
    job("todo", "deferred", "20 seconds")
    job("doing", "started", "20 seconds", str(alive))
    job("succeeded", "succeeded", "20 seconds")
    for name in ("heartbeat", "age", "failures", "dead_letters", "stuck", "schedule"):
        assert await status(runtime, f"worker.{name}") is Health.HEALTHY, name

    job("todo", "deferred", "3 minutes")
    assert await status(runtime, "worker.age") is Health.DEGRADED
    job("todo", "deferred", "1 hour")
    assert await status(runtime, "worker.age") is Health.DOWN
    job("failed", "failed", "2 days")
    assert await status(runtime, "worker.failures") is Health.HEALTHY, "it was given up the day before yesterday"
    job("failed", "failed", "2 hours")
    assert await status(runtime, "worker.failures") is Health.DEGRADED
    for _ in range(8):
        job("failed", "failed", "3 days")
    assert await status(runtime, "worker.dead_letters") is Health.DEGRADED
    sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    assert await status(runtime, "worker.stuck") is Health.DEGRADED
    for _ in range(4):
        job("doing", "started", "1 minute")
    assert await status(runtime, "worker.stuck") is Health.DOWN
    assert await status(runtime, "worker.heartbeat") is Health.HEALTHY, "a job was begun a moment ago"
    sql("UPDATE procrastinate_events SET at = at - interval '5 minutes' WHERE type = 'started'")
    assert await status(runtime, "worker.heartbeat") is Health.DEGRADED
    # The oldest event is of three days ago, and since then no job of the schedule has begun.
    found = await look(runtime, "worker.schedule")
    assert (found.status, "ops.look (due" in found.evidence) == (Health.DOWN, True)


async def _nothing(_: Runtime) -> None: ...


NOW = datetime(2026, 11, 22, 12, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last", "since", "expected"),
    [
        (None, NOW - 48 * HOUR, Health.DEGRADED),
        (NOW - timedelta(minutes=2), NOW - 48 * HOUR, Health.HEALTHY),
        (NOW - HOUR - timedelta(minutes=2), NOW - 48 * HOUR, Health.HEALTHY),
        (NOW - 2 * HOUR - timedelta(minutes=2), NOW - 48 * HOUR, Health.DEGRADED),
        (None, NOW - timedelta(minutes=30), Health.HEALTHY),
    ],
    ids=["never began", "began in time", "late within the grace", "missed", "was not due since anybody knows"],
)
def test_a_schedule_has_a_period_and_a_grace(last: datetime | None, since: datetime, expected: Health) -> None:
    jobs = [Job("hourly", _nothing, cron="0 * * * *"), Job("by hand", _nothing)]
    begun = {} if last is None else {"hourly": last}
    assert schedule_finding(jobs, begun, since, NOW, timedelta(minutes=5)).status is expected


async def test_passages_without_a_vector_orphans_and_a_broken_index(runtime: Runtime, sql: Sql) -> None:
    for name in ("vectors", "orphans", "index"):
        assert await status(runtime, f"knowledge.{name}") is Health.HEALTHY
    sql(
        "INSERT INTO knowledge_sources (id, created_at, key, title, publisher, kind, content_hash, status, updated_at)"
        " VALUES (%(id)s, now(), 'k', 'T', 'P', 'article', 'h', 'active', now())",
        {"id": "018f0000-0000-7000-8000-000000000001"},
    )
    passage = (
        "INSERT INTO knowledge_passages (id, created_at, source_id, ordinal, heading, text, sentences, content_hash,"
        " embedding, embedding_model) VALUES (gen_random_uuid(), now(), %s, 1, 'h', 't', '[]', 'h',"
        " CASE WHEN %s::text IS NULL THEN NULL"
        "  ELSE (SELECT array_agg(0.1)::vector FROM generate_series(1, 384)) END, %s)"
    )
    source = "018f0000-0000-7000-8000-000000000001"
    sql(passage, (source, "all-MiniLM-L6-v2-int8", "all-MiniLM-L6-v2-int8"))
    for name in ("vectors", "orphans", "index"):
        assert await status(runtime, f"knowledge.{name}") is Health.HEALTHY
    sql(passage, (source, None, None))
    sql(passage, (source, "another", "another"))
    found = await look(runtime, "knowledge.vectors")
    assert (found.status, [c.value for c in found.conditions][:2]) == (Health.DEGRADED, ["1", "1"])
    sql(passage, ("018f0000-0000-7000-8000-00000000dead", "another", "another"))
    assert (await look(runtime, "knowledge.orphans")).value == 1
    sql("UPDATE knowledge_sources SET status = 'retired'")
    assert (await look(runtime, "knowledge.orphans")).value == 3
    sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_knowledge_passages_embedding'::regclass")
    found = await look(runtime, "knowledge.index")
    assert (found.status, found.sql) == (
        Health.DEGRADED,
        ["REINDEX INDEX CONCURRENTLY ix_knowledge_passages_embedding;"],
    )
    sql("DROP INDEX ix_knowledge_passages_embedding")
    assert await status(runtime, "knowledge.index") is Health.DEGRADED


async def test_a_lost_audit_event_and_one_of_the_future(runtime: Runtime, sql: Sql) -> None:
    for _ in range(6):
        async with runtime.unit_of_work(Actor.system()) as ctx:
            ctx.record("test.done", "test")
    assert await status(runtime, "audit.gaps") is Health.HEALTHY
    assert await status(runtime, "audit.newest") is Health.HEALTHY
    sql("DELETE FROM audit_events WHERE writer_seq = 3")
    found = await look(runtime, "audit.gaps")
    assert (found.status, found.value) == (Health.DOWN, 1)
    sql("UPDATE audit_events SET recorded_at = now() + interval '1 hour' WHERE writer_seq = 5")
    assert await status(runtime, "audit.newest") is Health.DEGRADED


async def test_messages_that_were_given_up(runtime: Runtime, sql: Sql) -> None:
    def message(state: str, ago: str, count: int = 1) -> None:
        sql(
            "INSERT INTO notifications (id, created_at, kind, severity, subject, status, attempts, finished_at)"
            " SELECT gen_random_uuid(), now(), 'test', 'info', 's', %s, 1, now() - %s::interval"
            " FROM generate_series(1, %s)",
            (state, ago, count),
        )

    message("sent", "1 minute")
    message("failed", "2 days", 50)
    assert await status(runtime, "notify.deliveries") is Health.HEALTHY
    message("failed", "1 hour")
    assert await status(runtime, "notify.deliveries") is Health.DEGRADED
    message("failed", "1 hour", 9)
    assert await status(runtime, "notify.deliveries") is Health.DOWN


async def test_lock_outs_and_the_public_password(runtime: Runtime, sql: Sql) -> None:
    def locked(count: int, until: str) -> None:
        sql(
            "INSERT INTO sign_in_throttles SELECT 'login', sha256(gen_random_uuid()::text::bytea), 0, now(),"
            " now() + %s::interval FROM generate_series(1, %s)",
            (until, count),
        )

    locked(4, "10 minutes")
    locked(99, "-1 minute")
    assert await status(runtime, "signin.lockouts") is Health.HEALTHY
    locked(1, "10 minutes")
    assert await status(runtime, "signin.lockouts") is Health.DEGRADED
    locked(20, "10 minutes")
    assert await status(runtime, "signin.lockouts") is Health.DOWN

    assert await status(runtime, "signin.sample_password") is Health.HEALTHY
    for number, password in enumerate((SAMPLE_PASSWORD, "seven quiet herons wade")):
        account = f"018f0000-0000-7000-8000-00000000000{number}"
        sql(
            "INSERT INTO accounts (id, created_at, login, display_name, role, is_sample, version)"
            " VALUES (%s, now(), %s, 'S', 'nurse', true, 1)",
            (account, f"s{number}@example.org"),
        )
        sql(
            "INSERT INTO credentials (account_id, password_hash, password_changed_at, recovery_codes)"
            " VALUES (%s, %s, now(), '{}')",
            (account, await hash_password(password)),
        )
    found = await look(runtime, "signin.sample_password")
    assert (found.status, [c.value for c in found.conditions][:2]) == (Health.DOWN, ["2", "1"])
    sql("UPDATE accounts SET disabled_at = now() WHERE login = 's0@example.org'")
    assert await status(runtime, "signin.sample_password") is Health.DEGRADED


async def test_another_schema_than_this_versions(runtime: Runtime, sql: Sql) -> None:
    assert await status(runtime, "version.schema") is Health.HEALTHY
    sql("UPDATE alembic_version SET version_num = '0001_platform'")
    assert await status(runtime, "version.schema") is Health.DOWN


async def test_a_clock_that_jumped_against_the_databases(runtime: Runtime) -> None:
    assert await status(runtime, "host.clock") is Health.HEALTHY
    runtime.clock = FixedClock(datetime.now(UTC) + timedelta(hours=1))
    found = await look(runtime, "host.clock")
    assert (found.status, "behind this machine's" in found.evidence) == (Health.DOWN, True)


_NTP_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)


@contextmanager
def ntp_server(ahead: timedelta, *, stratum: int = 2, cut: int = 48) -> Iterator[str]:
    """A real SNTP server on a loopback port whose clock is ``ahead``."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            asked, sender = listening.recvfrom(1024)
            if asked == b"end":
                return
            seconds = (datetime.now(UTC) + ahead - _NTP_EPOCH).total_seconds() % 2**32
            stamp = struct.pack("!II", int(seconds), int(seconds % 1 * 2**32))
            answer = struct.pack("!BBbb", 0b00_100_100, stratum, 6, -20) + bytes(28) + stamp + stamp
            listening.sendto(answer[:cut], sender)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    port = listening.getsockname()[1]
    try:
        yield f"ntp://127.0.0.1:{port}"
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
            ending.sendto(b"end", ("127.0.0.1", port))
        thread.join()
        listening.close()


@pytest.mark.parametrize(
    ("ahead", "expected"), [(0, Health.HEALTHY), (-5, Health.DEGRADED), (60, Health.DOWN), (-86_400, Health.DOWN)]
)
async def test_a_clock_that_differs_from_the_time_source(runtime: Runtime, ahead: int, expected: Health) -> None:
    assert (await look(runtime, "host.time_source")).skipped
    with ntp_server(timedelta(seconds=ahead)) as address:
        set_settings(runtime, MachineCheckSettings, clock_source=address)
        assert await status(runtime, "host.time_source") is expected


async def test_a_time_source_that_tells_nothing(runtime: Runtime) -> None:
    with ntp_server(timedelta(), stratum=0) as address, pytest.raises(Unavailable, match="does not tell the time"):
        await clock_ahead(address, runtime.clock)
    with ntp_server(timedelta(), cut=20) as address, pytest.raises(Unavailable, match="does not tell the time"):
        await clock_ahead(address, runtime.clock)
    with pytest.raises(Unavailable):
        await clock_ahead(f"ntp://127.0.0.1:{free_port()}", runtime.clock)
    with pytest.raises(Unavailable):
        await clock_ahead(f"https://127.0.0.1:{free_port()}", runtime.clock)


@contextmanager
def http_server(code: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(code)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None: ...

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


async def test_the_time_of_a_web_server(runtime: Runtime) -> None:
    with http_server(200, b"") as address:
        assert abs(await clock_ahead(address, runtime.clock)) < 20
        runtime.clock = FixedClock(datetime.now(UTC) + timedelta(hours=1))
        assert -3700 < await clock_ahead(address, runtime.clock) < -3500


@pytest.mark.parametrize(
    ("code", "body", "expected"),
    [
        (200, b'{"data": [{"id": "med-8b"}]}', Health.HEALTHY),
        (200, b'{"data": [{"id": "other"}]}', Health.DEGRADED),
        (500, b"", Health.DOWN),
        (200, b"<html>", Health.DOWN),
        (200, b'{"data": 7}', Health.DOWN),
        (200, b'{"data": [' + b'{"id": "x"},' * 40_000 + b'{"id": "x"}]}', Health.DOWN),
    ],
    ids=["offers it", "offers another", "fails", "another page", "malformed", "huge"],
)
async def test_the_chat_models_service(runtime: Runtime, code: int, body: bytes, expected: Health) -> None:
    assert (await look(runtime, "model.endpoint")).skipped
    with http_server(code, body) as address:
        set_settings(runtime, ModelSettings, url=f"{address}/v1", name="med-8b")
        found = await asyncio.wait_for(
            next(c for c in runtime.part(CheckList).checks if c.name == "model.endpoint").run(runtime), 20
        )
    assert found.status is expected
    assert "html" not in found.evidence
