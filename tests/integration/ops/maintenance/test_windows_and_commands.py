"""Maintenance windows over the API, and ``bedside maintenance`` as operators run it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from bedside.ops.maintenance.moments import parse_moment
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import BadInput
from tests.support.command import run_command
from tests.support.house import House, open_house
from tests.support.postgres import TestCluster

WINDOWS = "/api/maintenance/windows"


@pytest.fixture
def house(settings: Settings, urls: DatabaseUrls, cluster: TestCluster) -> Iterator[House]:
    superuser = cluster.superuser_url(str(conninfo_to_dict(urls.app)["dbname"]))
    with open_house(settings, urls, superuser) as opened:
        yield opened


@pytest.fixture
def env(settings: Settings, urls: DatabaseUrls) -> dict[str, str]:
    names = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "jobs": "DATABASE_JOBS_URL"}
    names["monitor"] = "DATABASE_MONITOR_URL"
    return {**os.environ, **{name: urls.require(role) for role, name in names.items()}, "TIME_ZONE": "Europe/Berlin"}


def moments(**hours: float) -> dict[str, str]:
    now = datetime.now(UTC)
    return {name: (now + timedelta(hours=value)).isoformat() for name, value in hours.items()}


def test_a_window_is_planned_shown_to_staff_and_ended(house: House) -> None:
    assert house.get("nurse", f"{WINDOWS}/current").json() == {"active": None, "next": None, "time_zone": "UTC"}
    body = {**moments(starts_at=2, ends_at=3), "reason": "  New\0 \u202edisks "}
    planned = house.post("admin", WINDOWS, body, **{"Idempotency-Key": "one"})
    assert planned.status_code == 201
    assert house.post("admin", WINDOWS, body, **{"Idempotency-Key": "one"}).json() == planned.json()
    shown = planned.json()
    assert (shown["state"], shown["reason"], shown["planned_by"]) == ("planned", "New disks", "Admin Example")
    current = house.get("nurse", f"{WINDOWS}/current").json()
    assert (current["active"], current["next"]["id"]) == (None, shown["id"])

    now = house.post("admin", WINDOWS, {**moments(ends_at=1), "reason": "An update"}).json()
    assert now["state"] == "active"
    assert house.get("physician", f"{WINDOWS}/current").json()["active"]["id"] == now["id"]
    assert house.get("patient", f"{WINDOWS}/current").status_code == 403
    for window, state in ((now, "ended_early"), (shown, "cancelled")):
        ended = house.post("admin", f"{WINDOWS}/{window['id']}/end")
        assert (ended.status_code, ended.json()["state"], ended.json()["ended_by"]) == (200, state, "Admin Example")
        assert house.post("admin", f"{WINDOWS}/{window['id']}/end").status_code == 409
    assert house.get("nurse", f"{WINDOWS}/current").json()["active"] is None
    assert [each["state"] for each in house.get("admin", WINDOWS).json()["items"]] == ["cancelled", "ended_early"]
    actions = house.sql("SELECT action FROM audit_events WHERE entity = 'maintenance_window' ORDER BY recorded_at")
    assert [action for (action,) in actions] == ["maintenance_window.plan"] * 2 + ["maintenance_window.end"] * 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": "No end"},
        {**moments(ends_at=1), "reason": "  "},
        {**moments(ends_at=1), "reason": "x" * 501},
        {**moments(ends_at=1), "reason": "\0\u202e "},
        {**moments(ends_at=1), "reason": "An update", "silent": True},
        {**moments(ends_at=-1), "reason": "Over already"},
        {**moments(starts_at=2, ends_at=1), "reason": "Backwards"},
        {**moments(starts_at=-2, ends_at=1), "reason": "Begun in the past"},
        {**moments(ends_at=24 * 8), "reason": "Silent for good"},
        {**moments(starts_at=24 * 500, ends_at=24 * 500 + 1), "reason": "Some day"},
        {"ends_at": "2026-11-29 02:00", "reason": "No zone"},
        {"ends_at": 1, "reason": "A number"},
    ],
    ids=lambda body: ascii(body.get("reason", "empty"))[:20],
)
def test_what_can_not_be_a_window_is_refused(refusing: House, body: dict[str, Any]) -> None:
    answer = refusing.post("admin", WINDOWS, body)
    assert answer.status_code == 422, answer.text
    assert refusing.sql("SELECT count(*) FROM maintenance_windows") == [(0,)]


@pytest.fixture(scope="module")
def refusing(cluster: TestCluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One served Bedside for all refusals."""
    from bedside.bootstrap.settings import read_settings
    from tests.conftest import fresh_database, settle

    home = tmp_path_factory.mktemp("refusing") / "home"
    with pytest.MonkeyPatch.context() as patch, fresh_database(cluster, template) as (name, urls):
        home.mkdir()
        settle(patch, home)
        with open_house(read_settings(), urls, cluster.superuser_url(name)) as opened:
            yield opened


def test_moments_are_of_the_services_zone_and_an_hour_that_is_left_out_is_none() -> None:
    assert parse_moment("2026-11-29 02:00", "Europe/Berlin") == datetime(2026, 11, 29, 1, tzinfo=UTC)
    assert parse_moment("2026-07-29T02:00", "Europe/Berlin") == datetime(2026, 7, 29, 0, tzinfo=UTC)
    assert parse_moment("2026-11-29T02:00+05:30", "Europe/Berlin") == datetime(2026, 11, 28, 20, 30, tzinfo=UTC)
    # The hour that comes twice is the first of the two.
    assert parse_moment("2026-10-25 02:30", "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for text in ("", "tomorrow", "2026-11-29", "2026-13-01 02:00", "2026-03-29 02:30", "9" * 5000):
        with pytest.raises(BadInput):
            parse_moment(text, "Europe/Berlin")


def test_the_runbooks_line_does_its_tasks_in_order_and_saves_its_report(env: dict[str, str], tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    line = ("maintenance", "run", "--tasks", "update_statistics", "vacuum_analyze", "--no-backup")
    dry = run_command(*line, "--dry-run", "--json", env=env)
    done = run_command(*line, "--save-report", str(report), "--json", env=env)
    assert (dry.returncode, done.returncode) == (0, 0), done.stderr
    planned, run = json.loads(dry.stdout), json.loads(done.stdout)
    assert run["state"] == "completed"
    assert [each["title"] for each in run["steps"]] == ["Vacuum and analyze", "Statistics"]
    assert [each["action"] for each in run["actions"]] == [each["action"] for each in planned["actions"]]
    assert run["findings"][0] == "No backup was made, as asked."
    assert json.loads(report.read_text())["id"] == run["id"]
    assert report.stat().st_mode & 0o777 == 0o600

    shown = run_command("maintenance", "run", "--tasks", "analyze_bloat", env=env)
    assert shown.returncode == 0, shown.stderr
    assert "No backup was made: this version" in shown.stdout
    entries = json.loads(run_command("maintenance", "log", "--json", env=env).stdout)
    assert [(each["task_id"], each["status"]) for each in entries] == [("maintenance.run", "completed")] * 2
    assert {"type", "performed", "details"} <= set(entries[0])
    assert "maintenance.run (routine) completed" in run_command("maintenance", "log", env=env).stdout


def test_what_is_wrong_is_said_before_anything_is_done(env: dict[str, str], tmp_path: Path) -> None:
    for arguments, words in (
        (("run", "--tasks", "drop_everything"), "drop_everything"),
        (("run", "vacuum_analyze"), "--tasks"),
        (("run", "--retention-days", "0"), "retention-days"),
        (("run", "--retention-days", "60"), "--yes"),
        (("run", "--save-report", str(tmp_path / "no" / "report.json")), "no folder"),
        (("windows", "add", "--reason", "An update"), "--to"),
        (("windows", "add", "--reason", "An update", "--for", "soon"), "30m"),
        (("windows", "add", "--reason", "An update", "--to", "soon"), "2026-11-29"),
        (("windows", "add", "--reason", " ", "--for", "1h"), "3 to 500"),
        (("holds", "place", "--reason", "Court order"), "one patient or on everything"),
        (("holds", "lift", "00000000-0000-4000-8000-000000000000", "--reason", "Settled"), "--yes"),
    ):
        refused = run_command("maintenance", *arguments, env=env)
        assert refused.returncode == 2, (arguments, refused.stderr)
        assert words in refused.stderr, arguments
    assert json.loads(run_command("maintenance", "log", "--json", env=env).stdout) == []


def test_windows_holds_and_retention_are_the_operators(env: dict[str, str]) -> None:
    for arguments in (("windows", "list"), ("holds", "list"), ("retention",)):
        assert run_command("maintenance", *arguments, env=env).returncode == 0
    adding = ("maintenance", "windows", "add", "--from", "2027-01-04 02:00", "--for", "2h", "--reason", "New disks")
    tried = run_command(*adding, "--dry-run", env=env)
    assert "would be planned: 2027-01-04 02:00 to 2027-01-04 04:00 (Europe/Berlin), New disks" in tried.stdout
    added = json.loads(run_command(*adding, "--json", env=env).stdout)
    assert added["starts_at"] == "2027-01-04T01:00:00Z"
    listed = run_command("maintenance", "windows", "list", env=env).stdout
    assert listed.count(added["id"]) == 1
    assert "Europe/Berlin" in listed
    ended = run_command("maintenance", "windows", "cancel", added["id"], "--json", env=env)
    assert json.loads(ended.stdout)["state"] == "cancelled"
    assert run_command("maintenance", "windows", "cancel", added["id"], env=env).returncode == 1

    placed = run_command("maintenance", "holds", "place", "--everything", "--reason", "Court order", "--json", env=env)
    hold = json.loads(placed.stdout)
    kept = {
        row["name"]: row
        for row in json.loads(run_command("maintenance", "retention", "--json", env=env).stdout)["items"]
    }
    assert (kept["conversations"]["kept_seconds"], kept["conversations"]["held"]) == (None, True)
    assert (kept["check_history"]["setting"], kept["check_history"]["held"]) == ("CHECK_HISTORY_DAYS", False)
    lifted = run_command("maintenance", "holds", "lift", hold["id"], "--reason", "Settled", "--yes", env=env)
    assert "lifted from everything" in lifted.stdout
    assert "No legal hold is in force" in run_command("maintenance", "holds", "list", "--in-force", env=env).stdout
