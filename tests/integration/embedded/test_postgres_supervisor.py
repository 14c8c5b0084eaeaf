from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
import structlog

from bedside.kit.backoff import Backoff
from bedside.platform.embedded import EmbeddedPostgres, PostgresSupervisor
from bedside.platform.embedded.postmaster import read_pid_file

log = logging.getLogger("supervisor")


def postmaster(server: EmbeddedPostgres) -> psutil.Process:
    found = read_pid_file(server.data)
    assert found is not None
    return psutil.Process(found.pid)


def eventually(true: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_a_killed_server_is_back_at_once_and_each_time(made_home: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server = EmbeddedPostgres(made_home, durable=False)
    supervisor = PostgresSupervisor(server, log, interval=0.05)
    assert supervisor.start() is True
    try:
        for count in (1, 2):
            began = time.monotonic()
            postmaster(server).kill()
            eventually(lambda count=count: supervisor.restarts == count)
            assert time.monotonic() - began < 10
            with psycopg.connect(server.superuser_dsn()) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
        died = [record.getMessage() for record in caplog.records if "postgres_died" in record.message]
        assert ["0.0 s" in died[0], "0.5 s" in died[1], len(died)] == [True, True, 2]
    finally:
        supervisor.stop()
    assert not server.running()
    time.sleep(0.3)
    assert supervisor.restarts == 2
    # The home is free again.
    other = EmbeddedPostgres(made_home, durable=False)
    other.start()
    other.stop()


def test_failing_starts_are_tried_again_and_told_once_each(made_home: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = EmbeddedPostgres(made_home, durable=False)
    # structlog's logger is called in the same way.
    supervisor = PostgresSupervisor(server, structlog.wrap_logger(log), interval=0.05)
    supervisor.start()
    try:
        server.data.chmod(0o755)
        postmaster(server).kill()
        eventually(lambda: "postgres_start_failed" in caplog.text)
        assert "chmod 700" in caplog.text
        server.data.chmod(0o700)
        eventually(lambda: supervisor.restarts == 1)
        assert server.running()
    finally:
        supervisor.stop()


def test_a_removed_socket_is_noticed(made_home: Path) -> None:
    server = EmbeddedPostgres(made_home, durable=False)
    supervisor = PostgresSupervisor(server, log, interval=0.05)
    supervisor.start()
    try:
        shutil.rmtree(server.socket_folder())
        eventually(lambda: supervisor.restarts == 1)
        assert server.running()
    finally:
        supervisor.stop()


def test_it_stops_while_it_waits_to_try_again(made_home: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = EmbeddedPostgres(made_home, durable=False)
    supervisor = PostgresSupervisor(server, log, interval=0.02)
    supervisor.start()
    server.data.chmod(0o755)
    postmaster(server).kill()
    eventually(lambda: caplog.text.count("postgres_start_failed") >= 1)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 2
    server.data.chmod(0o700)


def test_pauses_double_up_to_a_limit_and_are_forgotten_after_health() -> None:
    backoff = Backoff(least=0.5, most=30.0, healthy_after=0.05)
    assert [backoff.next_pause() for _ in range(9)] == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    backoff.healthy()
    assert backoff.next_pause() == 30.0
    time.sleep(0.06)
    backoff.healthy()
    assert backoff.next_pause() == 0.0
    for _ in range(2000):
        assert backoff.next_pause() <= 30.0
