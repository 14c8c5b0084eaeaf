"""``/api/jobs`` and ``/api/settings``: what an administrator sees and may do, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from bedside.bootstrap.runtime import build_runtime
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from tests.support.house import House, open_house
from tests.support.postgres import TestCluster


@pytest.fixture
def house(settings: Settings, urls: DatabaseUrls, cluster: TestCluster) -> Iterator[House]:
    name = conninfo_to_dict(urls.require("app"))["dbname"]
    with open_house(settings, urls, cluster.superuser_url(str(name))) as opened:
        yield opened


def status_of(house: House, job_id: int) -> str:
    return str(house.sql("SELECT status FROM procrastinate_jobs WHERE id = %s", job_id)[0][0])


def work(house: House) -> None:
    """Let a worker run what waits."""

    async def until_empty() -> None:
        async with build_runtime(house.settings, house.urls, process="worker").running() as runtime:
            await runtime.jobs.work(runtime, until_empty=True)

    asyncio.run(until_empty())


def test_jobs_are_listed_in_pages_the_newest_first_and_filtered(house: House) -> None:
    failed = [house.job("failed") for _ in range(3)]
    waiting = house.job("todo")
    first = house.get("admin", "/api/jobs", limit=2, name="notify.deliver").json()
    assert [item["id"] for item in first["items"]] == [waiting, failed[2]]
    rest = house.get("admin", "/api/jobs", limit=2, name="notify.deliver", after=first["next"]).json()
    assert [item["id"] for item in rest["items"]] == [failed[1], failed[0]]
    assert rest["next"] is None
    only = house.get("admin", "/api/jobs", status="waiting", name="notify.deliver").json()["items"]
    assert [(item["id"], item["status"]) for item in only] == [(waiting, "waiting")]
    assert house.get("admin", "/api/jobs", name="no.such").json() == {"items": [], "next": None}


def test_a_jobs_arguments_are_never_told(house: House) -> None:
    job_id = house.job("failed")
    house.sql("""UPDATE procrastinate_jobs SET args = '{"account_id": "zanzibarquince"}' WHERE id = %s""", job_id)
    assert "zanzibarquince" not in house.get("admin", "/api/jobs").text
    assert "zanzibarquince" not in house.post("admin", f"/api/jobs/{job_id}/retry").text


def test_a_failed_job_is_tried_again_and_runs(house: House) -> None:
    job_id = house.job("failed")
    house.sql(
        "UPDATE procrastinate_jobs SET task_name = 'care.watch_breaches', args = '{\"timestamp\": 1}' WHERE id = %s",
        job_id,
    )
    answer = house.post("admin", f"/api/jobs/{job_id}/retry")
    assert (answer.status_code, answer.json()["status"]) == (200, "waiting")
    work(house)
    found = house.get("admin", "/api/jobs", name="care.watch_breaches").json()["items"]
    done = next(item for item in found if item["id"] == job_id)
    assert done["status"] == "succeeded"
    assert done["started_at"] <= done["finished_at"]


@pytest.mark.parametrize(
    ("status", "verb"), [("todo", "retry"), ("succeeded", "retry"), ("failed", "cancel"), ("doing", "cancel")]
)
def test_what_a_jobs_state_does_not_permit_is_refused(house: House, status: str, verb: str) -> None:
    job_id = house.job(status)
    answer = house.post("admin", f"/api/jobs/{job_id}/{verb}")
    assert answer.status_code == 409
    assert "This job" in answer.json()["detail"]
    assert status_of(house, job_id) == status


def test_a_waiting_job_is_cancelled_once(house: House) -> None:
    job_id = house.job("todo")
    assert house.post("admin", f"/api/jobs/{job_id}/cancel").json()["status"] == "cancelled"
    assert house.post("admin", f"/api/jobs/{job_id}/cancel").status_code == 409


def test_the_schedule_tells_the_next_run_and_the_last(house: House) -> None:
    before = house.get("admin", "/api/jobs/schedule").json()
    assert before["workers"] == 0
    names = {item["name"]: item for item in before["items"]}
    assert {"ops.look", "maintenance.cleanup_old_data", "care.watch_breaches"} <= set(names)
    assert names["maintenance.cleanup_old_data"]["last"] is None
    due = datetime.fromisoformat(names["maintenance.cleanup_old_data"]["next_run"])
    assert (due.minute, due.second) == (41, 0)
    assert due > datetime.now(UTC)
    assert house.post("admin", "/api/jobs/schedule/maintenance.cleanup_old_data/run").status_code == 202
    assert house.post("admin", "/api/jobs/schedule/maintenance.cleanup_old_data/run").status_code == 409
    pending = {item["name"] for item in house.get("admin", "/api/jobs/schedule").json()["items"] if item["pending"]}
    assert pending == {"maintenance.cleanup_old_data"}
    work(house)
    after = {item["name"]: item for item in house.get("admin", "/api/jobs/schedule").json()["items"]}
    assert after["maintenance.cleanup_old_data"]["last"]["status"] == "succeeded"
    assert not after["maintenance.cleanup_old_data"]["pending"]


def test_only_what_runs_by_itself_is_run_by_hand(house: House) -> None:
    for name in ("notify.deliver", "no.such"):
        answer = house.post("admin", f"/api/jobs/schedule/{name}/run")
        assert answer.status_code == 404
        assert name not in answer.text


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/jobs", {"after": "x"}),
        ("/api/jobs", {"after": "9" * 30}),
        ("/api/jobs", {"after": "-1"}),
        ("/api/jobs", {"status": "todo"}),
        ("/api/jobs", {"name": "a' OR true --"}),
        ("/api/jobs", {"limit": "0"}),
        ("/api/monitoring", {"hours": "0"}),
        ("/api/monitoring", {"hours": "169"}),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, path: str, query: dict[str, str]) -> None:
    assert house.get("admin", path, **query).status_code == 422


@pytest.mark.parametrize("job_id", ["0", "-1", str(2**63), "x"])
def test_a_number_that_can_be_no_jobs_is_refused(house: House, job_id: str) -> None:
    assert house.post("admin", f"/api/jobs/{job_id}/retry").status_code == 422


def test_a_job_that_is_not_there_is_not_found(house: House) -> None:
    for verb in ("retry", "cancel"):
        assert house.post("admin", f"/api/jobs/999999999/{verb}").status_code == 404


def every_setting(house: House) -> dict[str, dict[str, Any]]:
    report = house.get("admin", "/api/settings").json()
    return {row["name"]: row for section in report["sections"] for row in section["settings"]}


def test_settings_are_told_by_section_and_no_secret_with_them(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_RATE_LIMIT", "600")
    report = house.get("admin", "/api/settings").json()
    sections = {section["name"]: section for section in report["sections"]}
    assert {"core", "server", "database", "identity", "monitoring"} <= set(sections)
    assert all(section["description"] for section in sections.values())
    settings = every_setting(house)
    assert settings["JOB_HISTORY_DAYS"]["value"] == "14"
    assert settings["JOB_HISTORY_DAYS"]["origin"] == "default"
    assert settings["API_RATE_LIMIT"]["origin"] == "environment"
    assert settings["BEDSIDE_HOME"]["origin"] == "environment"
    assert settings["CORS_ORIGINS"]["value"] == ""
    secrets = [row for row in settings.values() if row["secret"]]
    assert {"AUDIT_KEY", "DATABASE_URL", "SMTP_PASSWORD"} <= {row["name"] for row in secrets}
    assert {row["value"] for row in secrets} <= {"", "********"}
    assert settings["AUDIT_KEY"]["origin"] == "generated"
    text = house.get("admin", "/api/settings").text
    for path in (house.settings.home / "secrets").iterdir():
        assert path.read_text().strip() not in text
