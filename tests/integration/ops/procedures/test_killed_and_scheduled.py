"""A worker that is killed, paused or told to stop in the middle of a run; schedules with two workers, and missed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from bedside.ops.procedures import history, service
from bedside.ops.procedures.schemas import RunView
from bedside.ops.procedures.states import RunState
from bedside.platform.access.actor import Actor
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.runtime import Runtime
from tests.support import procedure_worker
from tests.support.postgres import TestCluster
from tests.support.procedure_worker import journey, minutely
from tests.support.procedures import knowing

OPERATOR = Actor.host_operator("olga")
LONG_SECONDS = 60
ROOT = Path(__file__).parents[4]


@pytest.fixture
def known(runtime: Runtime, urls: DatabaseUrls) -> Runtime:
    return knowing(runtime, urls, procedure_worker.ALL, procedure_worker.jobs_of_travel())


@pytest.fixture
def sql(urls: DatabaseUrls, cluster: TestCluster) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """Ask the database past every policy."""
    name = str(conninfo_to_dict(urls.require("app"))["dbname"])
    with psycopg.connect(cluster.superuser_url(name), autocommit=True) as connection:

        def ask(statement: str, *values: Any) -> list[tuple[Any, ...]]:
            cursor = connection.execute(statement, values)  # type: ignore[arg-type]  # tests' own statements
            return cursor.fetchall() if cursor.description else []

        yield ask


@contextmanager
def worker(urls: DatabaseUrls) -> Iterator[subprocess.Popen[str]]:
    """A worker process that knows the tests' procedures; what is left of it is killed at the end."""
    environment = {**os.environ, "JOURNEY_URLS": json.dumps(asdict(urls)), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.procedure_worker"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "works\n"
        yield process
    finally:
        process.kill()
        process.communicate()


async def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LONG_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"waited {LONG_SECONDS} s for {what}"
        await asyncio.sleep(0.02)


@pytest.fixture
async def travelling(
    known: Runtime, urls: DatabaseUrls, tmp_path: Path
) -> AsyncIterator[tuple[UUID, subprocess.Popen[str]]]:
    """A journey that a worker process has begun, in the middle of its second stop."""
    async with known.unit_of_work(OPERATOR) as ctx:
        asked = await service.ask(ctx, known, journey.name, {"folder": str(tmp_path)})
    with worker(urls) as process:
        await until(lambda: (tmp_path / "at two").exists(), "the journey's second stop")
        yield asked.id, process


async def shown(known: Runtime, run_id: UUID) -> RunView:
    async with known.unit_of_work(OPERATOR) as ctx:
        return await service.run(ctx, known, run_id)


def journal(folder: Path) -> Counter[str]:
    return Counter((folder / "journal").read_text().split())


async def test_a_killed_workers_run_is_taken_up_and_nothing_with_a_key_is_done_twice(
    known: Runtime, travelling: tuple[UUID, subprocess.Popen[str]], tmp_path: Path, sql: Callable[..., Any]
) -> None:
    run_id, process = travelling
    # A worker that is merely slow, or paused, holds its connection: it is not lost, however old its heartbeat.
    process.send_signal(signal.SIGSTOP)
    sql("UPDATE procedure_runs SET heartbeat_at = now() - interval '1 hour'")
    await service.sweep(known)
    assert (await shown(known, run_id)).state is RunState.RUNNING

    process.kill()
    process.wait(LONG_SECONDS)
    lives = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'bedside run ' || %s::text"
    await until(lambda: not sql(lives, run_id), "the end of the killed worker's connection")
    sql("UPDATE procedure_runs SET heartbeat_at = now() - interval '1 minute'")
    await service.sweep(known)
    waiting = await shown(known, run_id)
    assert (waiting.state, waiting.attempt) == (RunState.QUEUED, 1)

    (tmp_path / "go on").touch()
    await known.jobs.work(known, until_empty=True)
    run = await shown(known, run_id)
    # What has no key is repeated, what is known to be done is not; of the second stop nobody knows.
    assert journal(tmp_path) == {"pack": 2, "one": 1, "two": 1, "three": 1}
    assert (run.state, run.attempt) == (RunState.PARTIAL, 2)
    assert run.failures == ["Go to two: broken off before, so it was not repeated. See whether it was done."]
    assert run.findings == ["Begun again, attempt 2: the process that ran it before ended in the middle."]
    assert Counter((each.action, each.state.value) for each in run.actions) == {
        ("Pack", "done"): 2,
        ("Go to one", "done"): 1,
        ("Go to two", "broken_off"): 1,
        ("Go to three", "done"): 1,
    }
    told = {action for action, ids in sql("SELECT action, entity_ids FROM audit_events") if run_id in ids}
    assert told == {"procedure.ask", "procedure.start", "procedure.lose", "procedure.end"}


async def test_a_run_that_kills_every_worker_is_reported_and_left(
    known: Runtime, travelling: tuple[UUID, subprocess.Popen[str]], sql: Callable[..., Any]
) -> None:
    run_id, process = travelling
    process.kill()
    process.wait(LONG_SECONDS)
    lives = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'bedside run ' || %s::text"
    await until(lambda: not sql(lives, run_id), "the end of the killed worker's connection")
    sql("UPDATE procedure_runs SET heartbeat_at = now() - interval '1 minute', attempt = 3")
    # Its job is one that no worker will ever end.
    sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    await service.sweep(known)
    run = await shown(known, run_id)
    assert (run.state, run.error) == (
        RunState.LOST,
        "Its process ended in the middle. See its actions for what was done.",
    )
    assert sql("SELECT status FROM procrastinate_jobs WHERE args ->> 'run_id' = %s::text", run_id) == [("failed",)]


async def test_a_process_that_was_declared_gone_does_nothing_more(
    known: Runtime, tmp_path: Path, sql: Callable[..., Any]
) -> None:
    going = asyncio.create_task(service.run_here(known, OPERATOR, journey, {"folder": str(tmp_path)}))
    await until(lambda: (tmp_path / "at two").exists(), "the journey's second stop")
    sql("UPDATE procedure_runs SET attempt = 2")
    (tmp_path / "go on").touch()
    run = await going
    assert journal(tmp_path)["three"] == 0
    assert (run.state, run.attempt) == (RunState.RUNNING, 2), "the run is the other process's to end"


async def test_a_worker_that_is_told_to_stop_gives_its_run_back(known: Runtime, tmp_path: Path) -> None:
    async with known.unit_of_work(OPERATOR) as ctx:
        asked = await service.ask(ctx, known, journey.name, {"folder": str(tmp_path)})
    going = asyncio.create_task(service.RUN.run(known, run_id=str(asked.id)))
    await until(lambda: (tmp_path / "at two").exists(), "the journey's second stop")
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert (await shown(known, asked.id)).state is RunState.QUEUED
    (tmp_path / "go on").touch()
    await known.jobs.work(known, until_empty=True)
    run = await shown(known, asked.id)
    assert (run.state, run.attempt) == (RunState.PARTIAL, 2)
    assert journal(tmp_path) == {"pack": 2, "one": 1, "two": 1, "three": 1}


async def test_two_workers_start_a_moment_of_the_schedule_once(
    known: Runtime, urls: DatabaseUrls, sql: Callable[..., Any]
) -> None:
    other = knowing(known, urls, procedure_worker.ALL, procedure_worker.jobs_of_travel())
    working = [asyncio.create_task(each.jobs.work(each)) for each in (known, other)]
    try:
        await until(lambda: bool(sql("SELECT 1 FROM procedure_runs WHERE state = 'completed'")), "a scheduled run")
        moments = "SELECT count(DISTINCT args ->> 'timestamp'), count(*) FROM procrastinate_jobs WHERE task_name = %s"
        ((different, jobs),) = sql(moments, minutely.name)
        assert different == jobs
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    # The same moment by a job that ran twice, at the same time.
    moment = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    await asyncio.gather(*(service.start_scheduled(each, minutely, moment) for each in (known, other, known)))
    (run,) = sql("SELECT performed_by, via, actor_role FROM procedure_runs WHERE scheduled_for = '2026-01-01Z'")
    assert run == ("schedule", "job", "system")


async def test_a_moment_that_nothing_started_is_seen_as_missed(known: Runtime, sql: Callable[..., Any]) -> None:
    async def missed() -> dict[str, datetime]:
        async with known.unit_of_work(OPERATOR) as ctx:
            return await history.missed_runs(ctx, known)

    await service.sweep(known)
    assert await missed() == {}, "what was due before the schedule was there is not missed"
    sql("UPDATE procedure_schedules SET since = now() - interval '1 day'")
    found = await missed()
    assert timedelta(minutes=14) < datetime.now(UTC) - found["test.minutely"] < timedelta(minutes=18)
    async with known.unit_of_work(OPERATOR) as ctx:
        (item,) = [each for each in (await history.catalogue(ctx, known)).items if each.cron]
    assert item.missed == found["test.minutely"]
    await service.start_scheduled(known, minutely, int(datetime.now(UTC).timestamp()))
    assert await missed() == {}
    # A schedule that was changed begins anew.
    sql("UPDATE procedure_schedules SET cron = '0 0 1 1 *', since = now() - interval '9 days'")
    assert await missed() == {}
    await service.sweep(known)
    assert sql("SELECT cron FROM procedure_schedules WHERE since > now() - interval '1 hour'") == [("* * * * *",)]
