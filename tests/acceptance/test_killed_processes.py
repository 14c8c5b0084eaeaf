"""kill -9 of every process: service comes back, and what was committed is there."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import httpx
import psutil
import psycopg
import pytest

from bedside.platform.embedded import EmbeddedPostgres
from tests.support.running import Process, Workplace, eventually, gone, workplace

EMERGENCY = "I have crushing chest pain and can't breathe"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def place() -> Iterator[Workplace]:
    with workplace() as made:
        yield made


@pytest.fixture(scope="module")
def running(place: Workplace) -> Iterator[Process]:
    with place.up() as process:
        yield process


@pytest.fixture
def committed(running: Process) -> str:
    """A conversation's id, committed before anything is killed."""
    eventually(running.answers, what="an answer")
    patient = {"Authorization": f"Bearer {running.place.sample_token('patient')}"}
    made = running.http.post("/api/conversations", headers=patient)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def is_there(running: Process, conversation: str) -> bool:
    patient = {"Authorization": f"Bearer {running.place.sample_token('patient')}"}
    return running.http.get(f"/api/conversations/{conversation}", headers=patient).status_code == 200


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_a_killed_child_is_back_and_nothing_is_lost(running: Process, committed: str, name: str) -> None:
    eventually(lambda: running.find_child(name) != 0, what=f"a {name}")
    before = running.find_child(name)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: running.find_child(name) not in {0, before}, what=f"a new {name}")
    eventually(running.answers, what="an answer")
    assert is_there(running, committed)
    assert f"{'api' if name == 'serve' else name} ended with code" in running.place.logs()["up.log"]
    assert running.popen.poll() is None


def test_the_new_worker_works(running: Process) -> None:
    """A job that waits is taken and done: the killed worker's heartbeat may be there still, and proves nothing."""
    server = EmbeddedPostgres(running.place.home)
    with psycopg.connect(server.superuser_dsn("bedside"), autocommit=True) as connection:
        made = connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
            " VALUES ('default', 'care.watch_breaches', '{\"timestamp\": 0}') RETURNING id"
        ).fetchone()
        assert made is not None

        def status() -> str:
            found = connection.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", made).fetchone()
            return str(found[0]) if found else "done and removed"

        eventually(lambda: status() in {"succeeded", "done and removed"}, what="the job's end")


def test_a_killed_postmaster_is_back_and_nothing_is_lost(running: Process, committed: str) -> None:
    before = running.postmaster()
    os.kill(before, signal.SIGKILL)
    eventually(lambda: gone(before), what="the end of the postmaster")
    eventually(lambda: running.answers() and running.postmaster() != before, what="a new postmaster")
    assert is_there(running, committed)
    assert "postgres_died" in running.place.logs()["up.log"]
    # The children outlived it: a lost database is no reason to restart them.
    assert running.answers("/live")


def test_a_database_killed_in_mid_request_answers_503_and_the_safety_screen_200(
    running: Process, committed: str
) -> None:
    patient = {"Authorization": f"Bearer {running.place.sample_token('patient')}"}
    answers: list[httpx.Response] = []

    def ask() -> None:
        url = f"{running.place.address}/api/conversations/{committed}"
        answers.append(httpx.get(url, headers=patient, timeout=60, trust_env=False))

    server = EmbeddedPostgres(running.place.home)
    stopped = psutil.Process(running.pid)
    with psycopg.connect(server.superuser_dsn("bedside")) as blocker:
        # The request waits for this lock, in the middle of its transaction.
        blocker.execute("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE")
        asking = threading.Thread(target=ask)
        asking.start()
        with psycopg.connect(server.superuser_dsn("bedside"), autocommit=True) as watcher:

            def waits() -> bool:
                found = watcher.execute(
                    "SELECT FROM pg_stat_activity WHERE usename = 'bedside_app' AND wait_event_type = 'Lock'"
                ).fetchall()
                return bool(found)

            eventually(waits, 20, "the request's wait")
            # The supervisor is halted, so that the database stays away for as long as we look.
            stopped.suspend()
            os.kill(running.postmaster(), signal.SIGKILL)
        blocker.close()
    try:
        asking.join(60)
        assert [answer.status_code for answer in answers] == [503], [answer.text for answer in answers]
        assert answers[0].headers["content-type"] == PROBLEM
        assert answers[0].json()["code"] == "unavailable"
        assert "psycopg" not in answers[0].text
        check_without_a_database(running, patient, committed)
    finally:
        stopped.resume()
    eventually(running.answers, what="an answer")
    assert is_there(running, committed)


def check_without_a_database(running: Process, patient: dict[str, str], conversation: str) -> None:
    for path in ("/api/auth/me", "/api/worklist", "/api/conversations"):
        answer = running.http.get(path, headers=patient)
        assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM), path
    form = {"username": "patient@example.org", "password": "bedside-sample"}
    assert running.http.post("/api/auth/token", data=form).status_code == 503
    health = running.http.get("/health")
    assert (health.status_code, health.json()["status"]) == (503, "down")
    assert running.http.get("/ready").status_code == 503
    assert running.answers("/live")
    assert running.answers("/metrics")
    words = {"text": EMERGENCY}
    turn = running.http.post(f"/api/conversations/{conversation}/messages", json=words, headers=patient)
    assert turn.status_code == 503
    assert turn.json()["safety"]["level"] == "emergency"
    check_the_safety_screen(running)


def check_the_safety_screen(running: Process) -> None:
    triage = running.http.post("/api/triage", json={"text": EMERGENCY})
    assert triage.status_code == 200, triage.text
    assert triage.json()["level"] == "emergency"


def test_an_api_killed_while_the_database_is_away_gives_safety_advice_again(running: Process, committed: str) -> None:
    """With everything down but the supervisor, which is what brings the API back."""
    data, hidden = running.place.home / "postgres" / "data", running.place.home / "postgres" / "away"
    postmaster = running.postmaster()
    data.rename(hidden)  # a disk that went away: no start can succeed
    try:
        os.kill(postmaster, signal.SIGKILL)
        before = running.child("serve")
        os.kill(before, signal.SIGKILL)
        eventually(lambda: running.answers("/live"), what="the API")
        assert running.http.get("/ready").status_code == 503
        check_the_safety_screen(running)
        assert not data.exists(), "an empty database was made in the place of the one that is away"
    finally:
        hidden.rename(data)
    eventually(running.answers, what="an answer")
    assert is_there(running, committed)


def test_a_killed_up_takes_its_children_along_and_the_next_start_finds_the_data(
    running: Process, committed: str
) -> None:
    # Last in this file: it ends the Bedside that the tests above share.
    children = [running.child("serve"), running.child("worker")]
    running.popen.kill()
    running.wait()
    eventually(lambda: all(gone(pid) for pid in children), what="the end of the children")
    with running.place.up() as second:
        assert is_there(second, committed)
        assert second.answers("/health")
        assert second.stop() == 0
        eventually(lambda: not second.place.processes(), 10, "the end of every process")
