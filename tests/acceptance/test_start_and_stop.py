"""``bedside up``: what a start says and leaves, what a second one keeps, what Ctrl-C stops."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator

import psutil
import pytest

from tests.support.running import SAMPLE_PASSWORD, Process, Workplace, eventually, workplace

METRICS = (
    "http_requests_total",
    "http_request_duration_seconds",
    "ai_conversations_total",
    "ai_response_time_seconds",
    "active_sessions_total",
    "database_connections_active",
    "database_query_duration_seconds",
)


def command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []  # it has ended meanwhile


@pytest.fixture
def place() -> Iterator[Workplace]:
    with workplace() as made:
        yield made


def test_the_banner_names_the_address_the_sample_sign_ins_and_the_data(bedside: Process) -> None:
    said = bedside.stdout
    assert f"ready at {bedside.place.address}" in said
    assert str(bedside.place.home) in said
    assert f"{bedside.place.address}/api/docs" in said
    assert SAMPLE_PASSWORD in said
    for who in ("patient", "nurse", "physician", "admin"):
        assert f"{who}@example.org" in said
        assert bedside.place.sample_token(who)
    assert bedside.stderr == ""


def test_the_first_start_leaves_nothing_that_alarms_in_postgresqls_log(bedside: Process) -> None:
    log = (bedside.place.home / "logs" / "postgres.log").read_text(encoding="utf-8")
    assert "ready to accept connections" in log
    assert [line for line in log.splitlines() if "FATAL" in line or "ERROR" in line] == []


def test_health_ready_and_live(bedside: Process) -> None:
    health = bedside.http.get("/health")
    # The machine that tests run on may be busy, which is no fault of Bedside's.
    assert (health.status_code, health.json()["serving"]) == (200, True), health.text
    parts = {part["part"]: part["status"] for part in health.json()["parts"]}
    assert (parts["db"], parts["worker"], parts["version"]) == ("healthy", "healthy", "healthy"), health.text
    assert {"secrets", "signin", "audit"}.isdisjoint(parts), "weaknesses are the administrators' to know"
    one = bedside.http.get("/health/db")
    assert (one.status_code, [part["part"] for part in one.json()["parts"]]) == (200, ["db"])
    assert bedside.http.get("/ready").json() == {"ready": True, "reason": None}
    assert bedside.http.get("/live").json() == bedside.http.get("/health/live").json() == {"status": "healthy"}
    assert bedside.http.get("/health/ready").json() == {"ready": True, "reason": None}
    unknown = bedside.http.get("/health/nothing")
    assert unknown.status_code == 404
    assert unknown.headers["content-type"] == "application/problem+json"


def test_metrics_bear_the_runbooks_names_and_move(bedside: Process) -> None:
    def value(series: str) -> float:
        lines = [x for x in bedside.http.get("/metrics").text.splitlines() if x.startswith(series)]
        assert lines, f"no {series}"
        return float(lines[0].rpartition(" ")[2])

    text = bedside.http.get("/metrics").text
    for name in METRICS:
        assert f"# HELP {name} " in text
    before = value("database_query_duration_seconds_count"), value("database_query_duration_seconds_sum")
    requests = value('http_requests_total{endpoint="/health",method="GET",status="200"}')
    assert bedside.http.get("/health").status_code == 200
    assert value('http_requests_total{endpoint="/health",method="GET",status="200"}') == requests + 1
    assert value("database_query_duration_seconds_count") > before[0]
    # Seconds: queries of a health report take some milliseconds, not some thousand.
    assert before[1] < value("database_query_duration_seconds_sum") < before[1] + 60


def test_a_second_start_is_warm_and_keeps_the_data_and_ctrl_c_stops_everything(place: Workplace) -> None:
    with place.up() as first:
        made = place.run(
            "user", "create", "kept@example.org", "--role", "nurse", "--name", "Kay Kept", "--password-stdin",
            stdin="a long enough passphrase\n",
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        assert first.stop() == 0
        assert first.stderr.endswith("Bedside has stopped.\n")
        eventually(lambda: not place.processes(), 10, "the end of every process")
    files = [place.home / name for name in ("seeded.json", "postgres/data/PG_VERSION", "secrets/postgres_superuser")]
    before = [file.stat().st_mtime_ns for file in files]
    marks = {name: len(text) for name, text in place.logs().items()}

    with place.up() as second:
        assert [file.stat().st_mtime_ns for file in files] == before
        new = {name: text[marks.get(name, 0) :] for name, text in place.logs().items()}
        assert "alembic" not in new["up.log"]
        assert "database system was shut down at" in new["postgres.log"]
        form = {"username": "kept@example.org", "password": "a long enough passphrase"}
        assert second.http.post("/api/auth/token", data=form).status_code == 200
        # As a terminal sends it: to everybody in the foreground at once.
        assert second.stop(group=True) == 0
        eventually(lambda: not place.processes(), 10, "the end of every process")
    errors = [json.loads(line)["event"] for line in place.logs().get("error.log", "").splitlines()]
    # Without a channel for messages, they are given to the log, at this level: here the sample cases' own.
    assert set(errors) <= {"notification"}


def test_a_start_that_is_broken_off_leaves_nothing_and_the_next_one_works(place: Workplace) -> None:
    def database_is_being_made() -> bool:
        return (place.home / "postgres").exists()

    def content_is_being_loaded() -> bool:
        return any("seed" in command_line(process) for process in place.processes())

    moments = {signal.SIGTERM: database_is_being_made, signal.SIGINT: content_is_being_loaded}
    for number, moment in moments.items():
        with place.process("up") as started:
            eventually(moment, what=moment.__name__)
            assert started.stop(number) == 0, started.stderr
            assert "Traceback" not in started.stderr
            eventually(lambda: not place.processes(), 10, "the end of every process")
    with place.up() as again:
        assert again.answers("/health")
