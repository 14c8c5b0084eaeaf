"""``/api/procedures`` over HTTP and ``bedside procedures`` as people run it, on one served Bedside."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from tests.conftest import fresh_database, settle
from tests.support.command import run_command
from tests.support.house import House, open_house
from tests.support.postgres import TestCluster

RETRY = "/api/procedures/jobs.retry_failed/runs"
CLEANUP = "/api/procedures/maintenance.cleanup_old_data/runs"
SECRET = "zanzibarquince"


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
def nothing_goes_on(house: House) -> None:
    house.sql("DELETE FROM procedure_runs")


@pytest.fixture
def env(house: House) -> dict[str, str]:
    names = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "jobs": "DATABASE_JOBS_URL"}
    return {**os.environ, **{name: house.urls.require(role) for role, name in names.items()}, "SUDO_USER": "olga"}


def work(house: House) -> None:
    """Let a worker run what waits."""

    async def until_empty() -> None:
        async with build_runtime(house.settings, house.urls, process="worker").running() as runtime:
            await runtime.jobs.work(runtime, until_empty=True)

    asyncio.run(until_empty())


def failed_job(house: House) -> int:
    job = house.job("failed")
    house.sql("INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'failed', now())", job)
    return job


def command(env: dict[str, str], *arguments: str) -> tuple[int, Any]:
    """Run ``bedside procedures … --json``; return its exit code and what it printed, or said where it refused."""
    done = run_command("procedures", *arguments, "--json", env=env)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def test_a_run_is_asked_for_once_however_often_it_is_sent_and_a_worker_does_it(house: House) -> None:
    job = failed_job(house)
    body = {"parameters": {"name": "notify.deliver"}}
    asked = house.post("admin", RETRY, body, **{"Idempotency-Key": "one"})
    assert (asked.status_code, asked.json()["state"]) == (201, "queued")
    again = house.post("admin", RETRY, body, **{"Idempotency-Key": "one"})
    assert (again.status_code, again.json()["id"]) == (201, asked.json()["id"])
    second = house.post("admin", RETRY, body)
    assert second.status_code == 409
    assert "Admin Example has asked for jobs.retry_failed since" in second.json()["detail"]
    work(house)
    run = house.get("admin", f"/api/procedures/runs/{asked.json()['id']}").json()
    assert (run["state"], run["performed_by"], run["via"]) == ("completed", "Admin Example", "api")
    assert [each["action"] for each in run["actions"]] == [f"Run job {job} again (notify.deliver)"]
    assert house.sql("SELECT status FROM procrastinate_jobs WHERE id = %s", job) != [("failed",)]
    listed = {item["name"]: item for item in house.get("admin", "/api/procedures").json()["items"]}
    assert listed["jobs.retry_failed"]["last"]["id"] == run["id"]
    assert listed["maintenance.cleanup_old_data"]["next_run"] > listed["jobs.retry_failed"]["last"]["finished_at"]
    shown = house.get("admin", "/api/procedures/jobs.retry_failed").json()
    assert shown["parameters"]["properties"]["within_hours"]["default"] == 24


def test_the_history_comes_in_pages_and_is_filtered(house: House) -> None:
    ids = [house.post("admin", RETRY, {"dry_run": True}).json()["id"] for _ in range(3)]
    ids.append(house.post("admin", CLEANUP, {"dry_run": True}).json()["id"])
    assert house.post("admin", f"/api/procedures/runs/{ids[0]}/cancel").json()["state"] == "cancelled"
    assert house.post("admin", f"/api/procedures/runs/{ids[0]}/cancel").status_code == 409
    first = house.get("admin", "/api/procedures/runs", limit=3).json()
    rest = house.get("admin", "/api/procedures/runs", limit=3, after=first["next"]).json()
    assert [item["id"] for item in (*first["items"], *rest["items"])] == ids[::-1]
    assert rest["next"] is None

    def found(**query: Any) -> list[str]:
        return [item["id"] for item in house.get("admin", "/api/procedures/runs", **query).json()["items"]]

    assert found(procedure="maintenance.cleanup_old_data") == [ids[3]]
    assert found(state="cancelled") == [ids[0]]
    assert found(dry_run="false") == []


def test_what_makes_no_sense_is_refused_and_never_quoted(house: House) -> None:
    for body in (
        {"parameters": {SECRET: 1}},
        {"parameters": {"name": SECRET.upper()}},
        {"parameters": {"within_hours": SECRET}},
        {"parameters": {"within_hours": 10**30}},
        {"parameters": {"name": ["a"] * 1000}},
        {"parameters": {"name": "a\x00"}},
        {"parameters": [SECRET]},
        {"parameters": None},
        {"dry_run": SECRET},
        {"confirm": SECRET * 100},
        [],
        SECRET,
    ):
        refused = house.post("admin", RETRY, body)
        assert refused.status_code == 422, (body, refused.text)
        assert SECRET not in refused.text.lower()
    assert house.post("admin", RETRY, {"parameters": {"name": "x" * 3_000_000}}).status_code == 413
    unconfirmed = house.post("admin", CLEANUP, {"confirm": "yes"})
    assert (unconfirmed.status_code, "confirm it" in unconfirmed.json()["detail"]) == (422, True)
    for method, path, status in (
        ("POST", "/api/procedures/no.such/runs", 404),
        ("GET", "/api/procedures/no.such", 404),
        ("GET", "/api/procedures/..%2Fx", 404),
        ("GET", "/api/procedures/NO", 422),
        ("GET", f"/api/procedures/runs/{uuid4()}", 404),
        ("POST", f"/api/procedures/runs/{uuid4()}/cancel", 404),
        ("GET", "/api/procedures/runs/x", 422),
        ("GET", "/api/procedures/runs?after=x", 422),
        ("GET", "/api/procedures/runs?state=done", 422),
        ("GET", "/api/procedures/runs?procedure=a'--", 422),
    ):
        answer = house.call("admin", method, path, **({"json": {}} if method == "POST" else {}))
        assert answer.status_code == status, (path, answer.text)
    assert house.sql("SELECT count(*) FROM procedure_runs") == [(0,)]


def test_changes_are_told_to_administrators_by_the_runs_id_alone(house: House) -> None:
    with (
        httpx.Client(base_url=house.address, timeout=30, trust_env=False) as client,
        client.stream("GET", "/api/events", headers=house.headers("admin")) as stream,
    ):
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("event:")) == "event: resynchronise"
        run_id = house.post("admin", RETRY, {"dry_run": True}).json()["id"]
        assert next(line for line in lines if line.startswith("event:")) == "event: procedure"
        data = next(line for line in lines if line.startswith("data:"))
    assert json.loads(data.removeprefix("data:")) == {"run_id": run_id}


def test_an_operator_runs_shows_and_lists_at_the_terminal(house: House, env: dict[str, str]) -> None:
    job = failed_job(house)
    code, dry = command(env, "run", "jobs.retry_failed", "--dry-run", "--param", "name=notify.deliver")
    assert (code, dry["state"], dry["actions"][-1]["state"]) == (0, "completed", "planned")
    said = run_command("procedures", "run", "jobs.retry_failed", "--param", "limit=5", env=env)
    assert said.returncode == 0, said.stderr
    assert f"done: Run job {job} again (notify.deliver)" in said.stdout
    assert said.stderr.splitlines()[:2] == ["Find the jobs that failed", "Put them back"]
    code, items = command(env, "history", "jobs.retry_failed")
    assert [(item["dry_run"], item["performed_by"]) for item in items] == [(False, "olga"), (True, "olga")]
    code, shown = command(env, "show", items[0]["id"])
    assert shown["parameters"] == {"name": None, "within_hours": 24, "limit": 5}
    code, catalogue = command(env, "list")
    assert {"jobs.retry_failed", "maintenance.run"} <= {item["name"] for item in catalogue["items"]}
    for arguments in (("list",), ("show", "maintenance.run"), ("show", items[0]["id"]), ("history",)):
        told = run_command("procedures", *arguments, env=env)
        assert told.returncode == 0, told.stderr
        assert "jobs.retry_failed" in told.stdout or "--param tasks=" in told.stdout


def test_the_terminal_refuses_what_makes_no_sense(house: House, env: dict[str, str]) -> None:
    for arguments, words in (
        (("run", "no.such"), "bedside procedures list"),
        (("run", "jobs.retry_failed", "--param", "limit"), "NAME=VALUE"),
        (("run", "jobs.retry_failed", "--param", f"{SECRET}=1"), "There is no such parameter"),
        (("run", "jobs.retry_failed", "--param", "limit=0"), "limit"),
        (("run", "jobs.retry_failed", "--param", "limit=1", "--param", "limit=2"), "given twice"),
        (("run", "maintenance.run", "--param", "tasks=[1"), "JSON"),
        (("run", "maintenance.cleanup_old_data"), "--yes"),
        (("run", "jobs.retry_failed", "--wait"), "--queue"),
        (("show", str(uuid4())), "no such run"),
        (("history", "no.such"), "bedside procedures list"),
        (("cancel", "x"), "no run's id"),
    ):
        code, said = command(env, *arguments)
        assert code in {1, 2}, said
        assert words in said
        assert SECRET not in said
    assert house.sql("SELECT count(*) FROM procedure_runs") == [(0,)]


def test_a_run_is_handed_to_a_worker_waited_for_and_cancelled(house: House, env: dict[str, str]) -> None:
    code, asked = command(env, "run", "jobs.retry_failed", "--queue")
    assert (code, asked["state"]) == (0, "queued")
    code, cancelled = command(env, "cancel", asked["id"])
    assert (code, cancelled["state"]) == (0, "cancelled")
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(command, env, "run", "jobs.retry_failed", "--queue", "--wait")
        deadline = time.monotonic() + 60
        while not house.sql("SELECT 1 FROM procedure_runs WHERE state = 'queued'"):
            assert time.monotonic() < deadline, "the command never asked"
            assert not waiting.done(), waiting.result()
        work(house)
        code, ended = waiting.result(60)
    assert (code, ended["state"]) == (0, "completed")
