"""Jobs share the caller's transaction; events reach listeners after the commit and never before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest

from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import Fault
from bedside.platform.events import Notice
from bedside.platform.events.hub import QUEUE_LENGTH
from bedside.platform.jobs import Job, JobQueue
from bedside.platform.runtime import Runtime

RAN: list[str] = []


async def _run(runtime: Runtime, **ids: str) -> None:
    del runtime
    RAN.append(ids["thing_id"])
    if ids["thing_id"].startswith("fail"):
        raise ValueError("a job that never succeeds")


LOOK = Job("test.look", _run, attempts=1)


@pytest.fixture
def queued(runtime: Runtime, urls: DatabaseUrls) -> Runtime:
    RAN.clear()
    queue = JobQueue(urls.require("jobs"), [LOOK])
    return replace(runtime, jobs=queue, units=replace(runtime.units, jobs=queue))


async def test_a_job_is_enqueued_with_the_commit_and_runs_once(queued: Runtime) -> None:
    thing = new_id()
    async with queued.unit_of_work(Actor.system()) as ctx:
        await ctx.defer(LOOK, thing_id=thing)
    await queued.jobs.work(queued, until_empty=True)
    await queued.jobs.work(queued, until_empty=True)
    assert [str(thing)] == RAN


async def test_a_job_of_a_rolled_back_unit_never_was(queued: Runtime) -> None:
    with pytest.raises(RuntimeError):
        async with queued.unit_of_work(Actor.system()) as ctx:
            await ctx.defer(LOOK, thing_id=new_id())
            raise RuntimeError
    await queued.jobs.work(queued, until_empty=True)
    assert RAN == []


async def test_a_failed_job_is_kept_as_failed(queued: Runtime, urls: DatabaseUrls) -> None:
    async with queued.unit_of_work(Actor.system()) as ctx:
        await ctx.defer(LOOK, thing_id="fail")
    await queued.jobs.work(queued, until_empty=True)
    with psycopg.connect(urls.require("monitor")) as connection:
        assert connection.execute("SELECT status FROM procrastinate_jobs").fetchall() == [("failed",)]


async def test_the_jobs_of_a_killed_worker_are_taken_up_until_they_had_their_attempts(
    runtime: Runtime, urls: DatabaseUrls
) -> None:
    RAN.clear()
    queue = JobQueue(urls.require("jobs"), [replace(LOOK, attempts=2)])
    again = replace(runtime, jobs=queue, units=replace(runtime.units, jobs=queue))
    async with again.unit_of_work(Actor.system()) as ctx:
        await ctx.defer(LOOK, thing_id="one")
    with psycopg.connect(urls.require("jobs"), autocommit=True) as connection:
        # As a worker leaves it that was killed in the middle and whose record is gone.
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        assert await queue.take_up_stalled(30) == 1
        assert await queue.take_up_stalled(30) == 0
        await queue.work(again, until_empty=True)
        assert RAN == ["one"]
        async with again.unit_of_work(Actor.system()) as ctx:
            await ctx.defer(LOOK, thing_id="poison")
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 1 WHERE status = 'todo'")
        assert await queue.take_up_stalled(30) == 0
        ended = "SELECT status::text FROM procrastinate_jobs ORDER BY id"
        assert connection.execute(ended).fetchall() == [("succeeded",), ("failed",)]


@pytest.mark.parametrize("argument", ["My chest hurts and I live at 12 Long Street, next to the old church", {}])
async def test_jobs_take_ids_only(queued: Runtime, argument: object) -> None:
    with pytest.raises(Fault, match="ids"):
        async with queued.unit_of_work(Actor.system()) as ctx:
            await ctx.defer(LOOK, thing_id=argument)


async def test_an_unlisted_job_is_a_fault(queued: Runtime) -> None:
    with pytest.raises(Fault, match="not listed"):
        async with queued.unit_of_work(Actor.system()) as ctx:
            await ctx.defer(replace(LOOK, name="test.other"), thing_id=new_id())


@pytest.fixture
async def listening(runtime: Runtime) -> AsyncIterator[asyncio.Queue[Notice]]:
    with runtime.events.subscribe(lambda n: n.topic == "worklist") as queue:
        async with runtime.running(events=True):
            assert (await asyncio.wait_for(queue.get(), 5)).topic == "resynchronise"
            yield queue


async def test_notices_come_after_the_commit(runtime: Runtime, listening: asyncio.Queue[Notice]) -> None:
    thing = new_id()
    async with runtime.unit_of_work(Actor.system()) as ctx:
        ctx.notify("other", thing_id=thing)
        ctx.notify("worklist", thing_id=thing)
        assert listening.empty()
    notice = await asyncio.wait_for(listening.get(), 5)
    assert notice == Notice("worklist", {"thing_id": str(thing)})


async def test_a_lost_connection_means_resynchronise(
    runtime: Runtime, listening: asyncio.Queue[Notice], urls: DatabaseUrls
) -> None:
    with psycopg.connect(urls.app, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'bedside events' AND datname = current_database()"
        )
    assert (await asyncio.wait_for(listening.get(), 10)).topic == "resynchronise"
    async with runtime.unit_of_work(Actor.system()) as ctx:
        ctx.notify("worklist", thing_id=new_id())
    assert (await asyncio.wait_for(listening.get(), 5)).topic == "worklist"


async def test_a_slow_listener_is_told_to_resynchronise(runtime: Runtime) -> None:
    with runtime.events.subscribe(lambda _: True) as queue:
        for number in range(QUEUE_LENGTH + 1):
            runtime.events.deliver(Notice("worklist", {"thing_id": str(number)}))
        assert [queue.get_nowait().topic for _ in range(queue.qsize())] == ["resynchronise"]
