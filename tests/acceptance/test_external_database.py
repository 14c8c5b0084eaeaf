"""DATABASE_URL: a hospital's own server is set up, migrated and served from, and nothing embedded is started."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from bedside.platform.embedded import EmbeddedPostgres
from tests.support.postgres import lone_server
from tests.support.running import Workplace, eventually, workplace


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server that belongs to no Bedside."""
    with lone_server() as external:
        yield external


@pytest.fixture(scope="module")
def place(server: EmbeddedPostgres) -> Iterator[Workplace]:
    """A workplace whose settings are what ``db setup`` printed, migrated by ``db migrate``."""
    with workplace(SAMPLE_DATA="false") as made:
        done = made.run("db", "setup", "--json", DATABASE_SETUP_URL=server.superuser_dsn())
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert set(report["urls"]) == {
            "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_JOBS_URL", "DATABASE_MONITOR_URL", "DATABASE_BACKUP_URL",
        }  # fmt: skip
        assert "database bedside" in report["done"]
        made.settings |= report["urls"]
        yield made


@dataclass(frozen=True)
class Unmigrated:
    """What was seen before anything was migrated."""

    ready: httpx.Response
    stopped: int
    up: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def unmigrated(place: Workplace) -> Unmigrated:
    """Seen before ``migrated``, which asks for it, whichever test runs first."""
    with place.process("serve") as serving:
        eventually(lambda: serving.answers("/live"), what="the API")
        ready = serving.http.get("/ready")
        stopped = serving.stop(signal.SIGTERM)
    return Unmigrated(ready, stopped, place.run("up"))


@pytest.fixture(scope="module")
def migrated(place: Workplace, unmigrated: Unmigrated) -> Workplace:
    planned = place.run("db", "migrate", "--dry-run", "--json")
    assert planned.returncode == 0, planned.stderr
    assert json.loads(planned.stdout)["changed"] is False
    assert "Would migrate from nothing" in planned.stdout
    done = place.run("db", "migrate", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["changed"] is True
    return place


def test_a_server_that_is_not_migrated_is_served_from_but_not_ready(unmigrated: Unmigrated) -> None:
    assert unmigrated.ready.status_code == 503
    assert "bedside db migrate" in unmigrated.ready.json()["reason"]
    assert unmigrated.stopped == 0
    assert unmigrated.up.returncode == 2
    assert "bedside db migrate" in unmigrated.up.stderr


def test_migrating_twice_changes_nothing(migrated: Workplace) -> None:
    again = migrated.run("db", "migrate", "--json")
    assert (again.returncode, json.loads(again.stdout)["changed"]) == (0, False)


def test_setting_up_twice_keeps_the_passwords(migrated: Workplace, server: EmbeddedPostgres) -> None:
    again = migrated.run("db", "setup", "--json", DATABASE_SETUP_URL=server.superuser_dsn())
    assert again.returncode == 0, again.stderr
    report = json.loads(again.stdout)
    assert report["done"] == []
    assert report["urls"] == {name: migrated.settings[name] for name in report["urls"]}


def test_the_setup_is_checked_without_changing_anything(migrated: Workplace) -> None:
    well = migrated.run("db", "setup", "--test-only", "--json")
    assert well.returncode == 0, well.stdout
    assert json.loads(well.stdout)["missing"] == []
    lacking = migrated.run("db", "setup", "--test-only", DATABASE_BACKUP_URL="")
    assert lacking.returncode == 3
    assert "bedside_backup" in lacking.stdout
    for printed in (well, lacking):
        assert "postgresql://" not in printed.stdout + printed.stderr


def test_it_is_served_from_and_nothing_embedded_is_started(migrated: Workplace) -> None:
    with migrated.process("serve") as serving, migrated.process("worker") as worker:
        eventually(serving.answers, what="a ready API")
        assert serving.http.get("/health/db").json()["serving"] is True
        assert not (migrated.home / "postgres").exists()
        assert serving.stop(signal.SIGTERM) == 0
        assert worker.stop(signal.SIGTERM) == 0
    status = migrated.run("db", "status", "--json")
    assert status.returncode == 0, status.stderr
    assert json.loads(status.stdout)["revision"] == json.loads(status.stdout)["newest_revision"]


def test_up_starts_no_database_of_its_own(migrated: Workplace) -> None:
    with migrated.up() as running:
        assert running.answers("/health")
        assert not (migrated.home / "postgres").exists()
        assert running.stop() == 0


def test_a_server_that_comes_back_unsafe_ends_the_api(migrated: Workplace, server: EmbeddedPostgres) -> None:
    """The API starts without a database, for the safety screen; it must not go on with one that is not safe."""
    server.stop("immediate")
    owner = migrated.settings["DATABASE_OWNER_URL"]
    try:
        with migrated.process("serve", DATABASE_URL=owner) as serving:
            eventually(lambda: serving.answers("/live"), what="the API")
            assert serving.http.get("/ready").status_code == 503
            server.start()
            assert serving.wait() == 2
            assert "DATABASE_URL's role bedside_owner" in serving.stderr
    finally:
        server.start()
