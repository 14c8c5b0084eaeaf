"""``bedside health`` as people run it: server down, database down or hanging; reports, thresholds, watching."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from bedside.ops.health.commands import exit_code
from bedside.ops.health.schemas import HealthReport
from bedside.platform.checks import Health
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from tests.support.command import run_command
from tests.support.postgres import lone_server
from tests.support.running import free_port

GENEROUS_SECONDS = 40


def well_but_for_the_api(report: str) -> dict[str, dict[str, object]]:
    parts = {part["part"]: part for part in json.loads(report)["parts"]}
    assert parts["api"]["status"] == "down"
    return parts


@pytest.fixture
def env(settings: Settings, urls: DatabaseUrls) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": urls.app, "DATABASE_JOBS_URL": urls.require("jobs")}


def test_with_the_server_down_the_rest_is_looked_at(env: dict[str, str], tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    answer = run_command("health", "--json", "--save-report", str(report), env=env)
    parts = well_but_for_the_api(answer.stdout)
    assert (answer.returncode, parts["audit"]["status"], parts["version"]["status"]) == (1, "healthy", "healthy")
    assert json.loads(report.read_text())["parts"] == json.loads(answer.stdout)["parts"]
    tree = run_command("health", "version", "settings.missing", env=env)
    assert tree.returncode == 0, tree.stdout
    assert "version.schema: Bedside" in tree.stdout
    assert "settings.missing" in tree.stdout
    assert "settings.drift" not in tree.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing"], 1, "There is no such part or check; the parts are api, db"),
        (["version", "--alert-threshold", "101"], 2, "--alert-threshold"),
        (["version", "--alert-threshold", "-1"], 2, "--alert-threshold"),
        (["version", "--save-report", "/no/such/folder/report.json"], 2, "does not exist"),
        (["version", "--save-report", "."], 2, "can't be written"),
        (["x" * 10_000], 1, "There is no such part"),
    ],
)
def test_wrong_use_is_told(env: dict[str, str], arguments: list[str], code: int, said: str) -> None:
    answer = run_command("health", *arguments, env=env)
    assert (answer.returncode, said in answer.stderr) == (code, True), answer.stderr


@pytest.mark.parametrize(
    ("status", "score", "threshold", "code"),
    [
        ("healthy", 100, None, 0),
        ("degraded", 90, None, 3),
        ("down", 60, None, 1),
        ("degraded", 80, 80, 0),
        ("down", 60, 60, 0),
        ("degraded", 70, 80, 3),
        ("down", 60, 80, 1),
        ("healthy", 100, 100, 0),
    ],
)
def test_what_a_report_is_worth_as_an_exit_code(status: str, score: int, threshold: int | None, code: int) -> None:
    report = HealthReport.model_construct(status=Health(status), score=score)
    assert exit_code(report, threshold) == code


def test_with_the_database_down_that_is_told_once(env: dict[str, str]) -> None:
    nobody = f"postgresql://bedside_app@127.0.0.1:{free_port()}/bedside"
    answer = run_command("health", "--json", env={**env, "DATABASE_URL": nobody})
    found = json.loads(answer.stdout)
    checks = {check["name"]: check for part in found["parts"] for check in part["checks"]}
    assert (answer.returncode, found["serving"], checks["db.connection"]["status"]) == (1, False, "down")
    needing = [check for check in checks.values() if "(db.connection)" in (check["skipped"] or "")]
    assert len(needing) > 20
    assert checks["disk.space"]["skipped"] is None
    # Whoever asks for one part alone must not read that all is well because nobody could look.
    part = run_command("health", "version", "--json", env={**env, "DATABASE_URL": nobody})
    assert (part.returncode, [p["part"] for p in json.loads(part.stdout)["parts"]]) == (1, ["db", "version"])


def test_a_redis_that_is_not_there_is_told_and_keeps_nothing_from_starting(env: dict[str, str]) -> None:
    assert "No Redis is set" in run_command("health", "cache", env=env).stdout
    answer = run_command("health", "cache", env={**env, "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"})
    assert (answer.returncode, "The cache does not answer" in answer.stdout) == (1, True), answer.stderr


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server is installed here")
def test_a_redis_that_answers(env: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        next(line for line in server.stdout if "Ready to accept connections" in line)
        answer = run_command("health", "cache", env={**env, "REDIS_URL": f"redis://127.0.0.1:{port}/0"})
        server.terminate()
    assert (answer.returncode, "Redis answers" in answer.stdout) == (0, True), answer.stderr


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Let a server and all its children hang."""
    server = psutil.Process(pid)
    # The server first: from here on it begins no further child, and reaps none.
    server.suspend()
    try:
        children = server.children(recursive=True)
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.suspend()
        try:
            yield
        finally:
            for child in children:
                # One that was about to end has ended.
                with suppress(psutil.NoSuchProcess):
                    child.resume()
    finally:
        server.resume()


def test_a_database_that_hangs_keeps_nobody_waiting(settings: Settings) -> None:
    with lone_server() as server:
        url = server.superuser_dsn()
        pid = int((Path(server.data) / "postmaster.pid").read_text().split()[0])
        with stopped(pid):
            started = time.monotonic()
            answer = run_command("health", "--json", env={**os.environ, "DATABASE_URL": url}, timeout=GENEROUS_SECONDS)
            took = time.monotonic() - started
    checks = {check["name"]: check for part in json.loads(answer.stdout)["parts"] for check in part["checks"]}
    assert checks["db.connection"]["evidence"] == "No answer within 1 s."
    assert checks["disk.space"]["status"] in ("healthy", "degraded", "down")
    assert answer.returncode == 1
    assert took < GENEROUS_SECONDS


def test_watching_tells_again_until_it_is_stopped(env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "bedside", "health", "version", "--watch", "--every", "0.5"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        seen = 0
        for line in watching.stdout:
            seen += "version.schema" in line
            if seen == 2:
                break
        watching.send_signal(signal.SIGINT)
        _, said = watching.communicate(timeout=GENEROUS_SECONDS)
    assert (watching.returncode, "Stopped." in said, "Traceback" in said) == (0, True, False), said
