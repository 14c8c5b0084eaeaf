"""What can't start says in a sentence why and what to do: no stack, no password, nothing left running."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import bedside
from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.identity.sample import create_sample_accounts
from bedside.platform.database.roles import DatabaseUrls
from tests.conftest import TestCluster
from tests.support.running import Workplace, eventually, free_port, workplace


@pytest.fixture
def place() -> Iterator[Workplace]:
    with workplace() as made:
        yield made
        assert not made.processes()


def refused(place: Workplace, *command: str, code: int = 2, **environment: str) -> str:
    """Run a start that can't succeed; return what it said."""
    done = place.run(*(command or ("up",)), **environment)
    said = done.stderr
    assert done.returncode == code, f"{done.returncode}: {done.stdout}{said}"
    assert "Traceback" not in said
    assert 'File "' not in said
    assert done.stdout == ""
    assert said.startswith("bedside: ")
    return said


def test_a_port_in_use(place: Workplace) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", place.port))
        other.listen()
        said = refused(place)
        assert f"127.0.0.1:{place.port}" in said
        assert "API_PORT" in said
        assert not (place.home / "postgres").exists(), "asked after the database was started"
        assert "API_PORT" in refused(place, "serve")


def test_a_second_start_on_a_home_in_use_touches_nothing_of_the_first(place: Workplace) -> None:
    with place.up() as first:
        before = [first.postmaster(), first.child("serve"), first.child("worker")]
        log = place.logs()["postgres.log"]
        said = refused(place, code=1, API_PORT=str(free_port()))
        assert "already runs" in said
        assert f"process {first.pid}" in said
        assert [first.postmaster(), first.child("serve"), first.child("worker")] == before
        assert place.logs()["postgres.log"][len(log) :].count("shut") == 0
        assert "terminating connection" not in place.logs()["postgres.log"][len(log) :]
        assert "postgres_died" not in place.logs()["up.log"]
        assert first.answers()
        assert first.stop() == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk(place: Workplace) -> None:
    place.home.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0711", "tmpfs", str(place.home)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not permit mounting, root or not")
    try:
        said = refused(place)
        assert "MiB are free" in said
        assert str(place.home) in said
        assert "BEDSIDE_HOME" in said
        # Not a byte: even the secrets can't be written.
        shutil.rmtree(place.home / "secrets")
        fill(place.home / "filler")
        assert str(place.home) in refused(place)
    finally:
        subprocess.run(["umount", str(place.home)], check=True)


def fill(file: Path) -> None:
    """Write until the disk is full."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT)
    try:
        with pytest.raises(OSError, match="No space left"):
            while True:
                os.write(handle, bytes(4096))
    finally:
        os.close(handle)


def test_a_home_that_can_not_be_made(place: Workplace) -> None:
    file = place.folder / "file"
    file.write_text("not a folder")
    for home in (file / "home", Path("/proc/nowhere/home")):
        said = refused(place, BEDSIDE_HOME=str(home))
        assert str(home) in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_a_home_that_postgresql_s_user_can_not_reach(place: Workplace) -> None:
    closed = place.folder / "closed"
    closed.mkdir(mode=0o700)
    said = refused(place, BEDSIDE_HOME=str(closed / "home"))
    assert f"chmod o+x {closed}" in said


def test_a_settings_file_with_a_typo(place: Workplace) -> None:
    (place.folder / ".env").write_text("LOG_LEVLE=DEBUG\n")
    for command in ("up", "serve", "worker"):
        said = refused(place, command)
        assert "LOG_LEVLE" in said
        assert "did you mean LOG_LEVEL?" in said
    (place.folder / ".env").write_text("DB_POOL_SIZE=many-s3cret\nLOG_LEVEL=LOUD\n")
    said = refused(place)
    assert "DB_POOL_SIZE" in said
    assert "LOG_LEVEL" in said, "every problem is told at once"
    assert "many-s3cret" not in said
    (place.folder / ".env").write_bytes(b"\xff\xfe\x00binary")
    assert ".env" in refused(place)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({"ENVIRONMENT": "production"}, ["SAMPLE_DATA", "ENVIRONMENT"]),
        ({"API_HOST": "0.0.0.0"}, ["SAMPLE_DATA", "API_HOST"]),
        ({"SAMPLE_DATA": "false", "CORS_ORIGINS": "*"}, ["CORS_ORIGINS"]),
        ({"SAMPLE_DATA": "false", "ENVIRONMENT": "production", "API_HOST": "0.0.0.0"}, ["FORCE_HTTPS"]),
    ],
)
def test_unsafe_combinations(place: Workplace, environment: dict[str, str], names: list[str]) -> None:
    said = refused(place, **environment)
    for name in names:
        assert name in said
    assert not (place.home / "postgres").exists()


def test_a_database_that_refuses_the_password(place: Workplace, urls: DatabaseUrls) -> None:
    wrong = urls.app.replace("test-bedside_app", "wr0ng-passw0rd")
    for command in ("serve", "worker", "up"):
        said = refused(place, command, DATABASE_URL=wrong, DATABASE_JOBS_URL=str(urls.jobs))
        assert "DATABASE_URL" in said
        assert "wr0ng-passw0rd" not in said
        assert "password authentication failed" in said


def test_a_database_that_is_not_there_by_that_name(place: Workplace, urls: DatabaseUrls) -> None:
    name = urls.app.partition("/")[2]
    assert name
    wrong = urls.app.replace(urls.app.partition("@/")[2].partition("?")[0], "nowhere")
    assert "DATABASE_URL" in refused(place, "serve", DATABASE_URL=wrong)


@pytest.mark.parametrize("role", ["owner", "backup", "superuser"])
def test_a_role_that_row_security_does_not_bind(
    place: Workplace, urls: DatabaseUrls, cluster: TestCluster, role: str
) -> None:
    database = urls.app.partition("@/")[2].partition("?")[0]
    url = cluster.superuser_url(database) if role == "superuser" else urls.require(role)
    said = refused(place, "serve", DATABASE_URL=url, SAMPLE_DATA="false")
    assert "DATABASE_URL's role" in said
    assert "bedside_app" in said
    assert url not in said


def test_up_ends_when_its_api_may_not_start(place: Workplace, urls: DatabaseUrls) -> None:
    done = place.run("up", DATABASE_URL=urls.require("owner"), DATABASE_JOBS_URL=urls.require("jobs"))
    assert done.returncode in (1, 2)
    assert "DATABASE_URL's role bedside_owner" in done.stderr
    assert "Traceback" not in done.stderr
    assert "is ready" not in done.stdout


def test_sample_accounts_where_sample_data_is_off(
    place: Workplace, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    home.mkdir()
    monkeypatch.setenv("SAMPLE_DATA", "true")

    async def create() -> int:
        async with build_runtime(read_settings(), urls, process="test").running() as runtime:
            return await create_sample_accounts(runtime)

    assert asyncio.run(create()) == 4
    said = refused(place, "serve", DATABASE_URL=urls.app, SAMPLE_DATA="false")
    for who in ("patient", "nurse", "physician", "admin"):
        assert f"{who}@example.org" in said
    assert "bedside user disable" in said
    with place.process("serve", DATABASE_URL=urls.app) as serving:
        eventually(serving.answers, what="a ready API")


def test_settings_are_refused_in_words_without_classes_or_patterns(place: Workplace) -> None:
    (place.folder / ".env").write_text("LOG_LEVEL=INFO\n\nFOO BAR s3cret\n")
    said = refused(place, "config", "check")
    assert said.count(".env, line 3: must have the form NAME=value") == 1
    assert "s3cret" not in said
    assert "dotenv" not in said
    (place.folder / ".env").unlink()
    said = refused(place, "config", "check", EMERGENCY_NUMBER="call me")
    assert "EMERGENCY_NUMBER: must be 2 to 20 digits" in said
    for internal in ("Value error", "pattern", "Settings:", "call me"):
        assert internal not in said


def test_serve_refuses_without_protocols(place: Workplace, urls: DatabaseUrls) -> None:
    broken = place.folder / "src"
    shutil.copytree(Path(bedside.__file__).parent, broken / "bedside", ignore=shutil.ignore_patterns("__pycache__"))
    (broken / "bedside" / "triage" / "data" / "shared" / "defaults.yaml").write_text("nothing: here\n")
    said = refused(place, "serve", DATABASE_URL=urls.app, SAMPLE_DATA="false", PYTHONPATH=str(broken))
    assert "defaults.yaml" in said
