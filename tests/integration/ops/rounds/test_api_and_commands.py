"""Rounds and capacity over HTTP and at a terminal, on one served Bedside."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bedside.bootstrap.settings import read_settings
from tests.conftest import fresh_database, settle
from tests.support.command import run_command
from tests.support.house import House, open_house
from tests.support.postgres import TestCluster
from tests.support.rounds import HOSTILE, give_round

WELL, FAILED, REFUSED, ATTENTION = 0, 1, 2, 3


@pytest.fixture(scope="module")
def house(cluster: TestCluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with (
        pytest.MonkeyPatch.context() as patch,
        fresh_database(cluster, template) as (name, urls),
    ):
        settle(patch, tmp_path_factory.mktemp("home"), API_RATE_LIMIT="100000")
        with open_house(read_settings(), urls, cluster.superuser_url(name)) as opened:
            yield opened


@pytest.fixture(autouse=True)
def nothing(house: House) -> None:
    house.sql("DELETE FROM rounds")


@pytest.fixture
def env(house: House) -> dict[str, str]:
    names = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "jobs": "DATABASE_JOBS_URL"}
    return {**os.environ, **{name: house.urls.require(role) for role, name in names.items()}, "SUDO_USER": "olga"}


def command(env: dict[str, str], *arguments: str) -> tuple[int, Any]:
    """Run a command with ``--json``; return its exit code and what it printed, or said where it refused."""
    done = run_command(*arguments, "--json", env=env, timeout=120)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def test_rounds_are_read_answered_and_reported_over_the_api(house: House) -> None:
    for days_ago, disk in ((2, 40.0), (1, 41.0), (0, 42.0)):
        round_id = give_round(house, days_ago=days_ago, disk=disk)
    overview = house.get("admin", "/api/rounds").json()
    assert [each["period"] for each in overview["periods"]] == ["daily", "weekly", "monthly", "quarterly"]
    assert overview["periods"][0]["last"]["id"] == round_id
    assert overview["periods"][1]["last"] is None
    shown = house.get("admin", f"/api/rounds/{round_id}").json()
    assert shown["open"] == 1
    assert next(each for each in shown["figures"] if each["name"] == "disk.used")["history"] == [40, 41, 42]
    place = f"/api/rounds/{round_id}/items"
    for path, body, status in (
        (f"{place}/backups", {"answer": "maybe"}, 422),
        (f"{place}/backups", {"answer": "done", "note": "a" * 2001}, 422),
        (f"{place}/backups", {"answer": "done", "note": "a\0b"}, 422),
        (f"{place}/backups", {"answer": "not_done"}, 422),
        (f"{place}/backups", {}, 422),
        (f"{place}/health", {"answer": "done"}, 409),
        (f"{place}/bread", {"answer": "done"}, 404),
        (f"/api/rounds/{uuid4()}/items/backups", {"answer": "done"}, 404),
    ):
        assert house.post("admin", path, body).status_code == status, (path, body)
    done = house.post("admin", f"{place}/backups", {"answer": "done", "note": "On the tape."})
    assert done.status_code == 200
    assert done.json()["open"] == 0
    assert done.json()["entries"][0]["answered_by_name"]

    media = {"html": "text/html", "markdown": "text/markdown", "pdf": "application/pdf", "json": "application/json"}
    for format_, kind in media.items():
        report = house.call("admin", "GET", f"/api/rounds/{round_id}/report", params={"format": format_})
        assert report.status_code == 200
        assert report.headers["content-type"].startswith(kind)
        assert report.headers["content-disposition"].startswith('attachment; filename="bedside-daily-round-')
        assert HOSTILE not in report.text or format_ == "json"
        policy = report.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "script-src" not in policy
        if format_ == "html":
            assert policy.startswith("default-src 'none'; style-src 'sha256-")
            assert "On the tape." in report.text
    wrong = house.call("admin", "GET", f"/api/rounds/{round_id}/report", params={"format": "docx"})
    assert wrong.status_code == 422
    assert house.get("admin", f"/api/rounds/{uuid4()}/report").status_code == 404


def test_capacity_is_told_with_and_without_history(house: House, env: dict[str, str]) -> None:
    house.sql("DELETE FROM samples")
    empty = house.get("admin", "/api/capacity").json()
    assert empty["outlook"] == "unknown"
    assert empty["scaling"]["says"] == "unknown"
    assert all("not enough history" in each["summary"] for each in empty["projections"])
    assert command(env, "capacity")[0] == WELL
    # 40 days: disk grows by half a percent a day to 80 %, processors are busy, memory is as it was.
    house.sql(
        "INSERT INTO samples (name, label, width_seconds, at, mean, greatest, observations)"
        " SELECT name, '', 7200, date_trunc('day', now(), 'UTC') - n * interval '1 day' + interval '2 hours',"
        "  level - slope * n, level, 1 FROM generate_series(1, 40) AS n,"
        "  (VALUES ('disk.used', 80.0, 0.5), ('machine.cpu', 72.0, 0), ('machine.memory', 40, 0),"
        "   ('database.size', 1e9, 1e6)) AS known (name, level, slope)"
    )
    code, found = command(env, "capacity", "--days", "60")
    assert code == ATTENTION, "85 % is less than thirty days away"
    told = {each["name"]: each for each in found["projections"]}
    disk = told["disk.used"]
    assert (disk["outlook"], round(disk["per_day"], 6), round(disk["now"], 6)) == ("growing", 0.5, 79.5)
    assert [limit["limit"] for limit in disk["limits"]] == [85, 90]
    assert disk["limits"][0]["at"] == disk["limits"][0]["latest"]
    assert told["machine.memory"]["outlook"] == "steady"
    assert told["database.size"]["outlook"] == "no_limit"
    assert (found["scaling"]["says"], found["scaling"]["rules"][0]["says"]) == ("up", "up")
    drawn = run_command("capacity", env=env)
    assert "to do: Disk: 85.0 % (warning)" in drawn.stdout
    assert house.call("admin", "GET", "/api/capacity", params={"days": 60}).json()["outlook"] == "growing"
    assert house.call("admin", "GET", "/api/capacity", params={"days": 0}).status_code == 422
    house.sql("DELETE FROM samples")


def test_a_round_is_walked_answered_and_reported_at_a_terminal(
    house: House, env: dict[str, str], tmp_path: Path
) -> None:
    code, said = command(env, "rounds", "report")
    assert (code, "bedside rounds daily" in said) == (FAILED, True)
    code, said = command(env, "rounds", "daily")
    assert code == REFUSED
    assert "--yes" in said
    code, dry = command(env, "rounds", "quarterly", "--dry-run")
    assert code == WELL
    assert dry["dry_run"]
    assert house.sql("SELECT 1 FROM rounds") == []

    html = tmp_path / "report.html"
    code, walked = command(env, "rounds", "quarterly", "--output", str(html))
    assert code == ATTENTION, "people have something to answer"
    assert {each["item"] for each in walked["entries"]} >= {"security_audit", "capacity_planning", "upgrades"}
    assert walked["performed_by"] == "olga"
    assert "Trends" in html.read_text()
    assert any("Disk" in note for note in walked["entries"][2]["notes"])

    for arguments, told in (
        (("upgrades",), "either --done or --not-done"),
        (("upgrades", "--not-done"), "why"),
        (("bread", "--done"), "No last round asks this"),
    ):
        code, said = command(env, "rounds", "answer", *arguments)
        assert (code, told in said) == (REFUSED, True), said
    give_round(house, "weekly")
    code, answered = command(env, "rounds", "answer", "upgrades", "--done", "--note", "In May.")
    assert code == WELL
    assert answered["id"] == walked["id"], "the last round that asks it, not the newest"
    report = run_command("rounds", "report", "--period", "quarterly", "--format", "markdown", env=env)
    assert report.returncode == WELL
    assert "In May." in report.stdout
    assert report.stdout.startswith("# Quarterly round of ")
    pdf = tmp_path / "report.pdf"
    assert run_command("rounds", "report", "--output", str(pdf), env=env).returncode == WELL
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert run_command("rounds", "report", "--format", "pdf", env=env).returncode == REFUSED
    assert run_command("rounds", "report", "--output", str(tmp_path), "--format", "html", env=env).returncode == REFUSED
    listed = run_command("rounds", "list", env=env)
    assert "quarterly: next" in listed.stdout
