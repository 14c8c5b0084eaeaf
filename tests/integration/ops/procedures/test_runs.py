"""What becomes of a run: recorded, locked, limited, cancelled, refused."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field

from bedside.ops.procedures import history, service
from bedside.ops.procedures.checks import CHECKS
from bedside.ops.procedures.schemas import RunView
from bedside.ops.procedures.states import RunState
from bedside.platform.access.actor import Actor, Permission, Role
from bedside.platform.checks import Health
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import BadInput, Conflict, Forbidden, NotFound
from bedside.platform.procedures import Kind, Parameters, Procedure, Run, WhenLocked, procedure
from bedside.platform.runtime import Runtime
from tests.support.postgres import TestCluster
from tests.support.procedures import knowing

OPERATOR = Actor.host_operator("olga")
DONE: Counter[str] = Counter()
GATES: dict[str, asyncio.Event] = {}


class Tables(Parameters):
    names: list[str] = Field(default=["one", "two"], description="What to work on.")
    fail: str | None = Field(default=None, description="Which of them can't be done.")
    days: int = Field(default=3, ge=1, description="A number.")


async def _effect(name: str, fail: str | None) -> str:
    if name == fail:
        raise ValueError("a secret of the database's")
    DONE[name] += 1
    return name


@procedure("test.tables", "Work on tables", "Works on each table.", parameters=Tables, cron="5 2 * * *")
async def tables(run: Run, parameters: Tables) -> None:
    async with run.step("Work", total=len(parameters.names)):
        for number, name in enumerate(parameters.names, 1):
            try:
                value = await run.act(f"Work on {name}", lambda name=name: _effect(name, parameters.fail), key=name)
            except ValueError:
                run.failed(f"{name} could not be worked on.")
            else:
                assert value == (None if run.dry_run else name)
            await run.progress(number)
    async with run.step("Look back"):
        run.found(f"{len(parameters.names)} tables.")
        run.follow_up("Buy a disk.")
        run.output(tables=len(parameters.names), by=run.actor.operator)


async def _wait(run: Run, _: Parameters) -> None:
    async with run.step("Wait"):
        GATES["begun"].set()
        while not GATES["go on"].is_set():
            await run.progress(1)
            await asyncio.sleep(0.01)
    async with run.step("After"):
        DONE["after"] += 1


def _waiting(name: str, **declared: Any) -> Procedure[Parameters]:
    return procedure(name, name, "Waits.", parameters=Parameters, **declared)(_wait)


refusing = _waiting("test.refusing", lock="test.one")
patient = _waiting("test.patient", lock="test.one", when_locked=WhenLocked.WAIT, kind=Kind.EMERGENCY)
limited = _waiting("test.limited", time_limit=timedelta(seconds=0.2))
destroying = _waiting("test.destroying", destroys=True, permission=Permission.SYSTEM_CONFIG)


@procedure("test.broken", "Broken", "Has a mistake.", parameters=Parameters)
async def broken(run: Run, _: Parameters) -> None:
    raise RuntimeError("the password is hunter2")


@procedure("test.refused", "Refused", "Says why it can't.", parameters=Parameters)
async def impossible(run: Run, _: Parameters) -> None:
    await run.act("Look", lambda: _effect("look", None))
    raise Conflict("The disk is full; free space first.")


ALL = (tables, refusing, patient, limited, destroying, broken, impossible)


@pytest.fixture
def known(runtime: Runtime, urls: DatabaseUrls) -> Runtime:
    DONE.clear()
    GATES.update({"begun": asyncio.Event(), "go on": asyncio.Event()})
    return knowing(runtime, urls, ALL)


@pytest.fixture
def sql(urls: DatabaseUrls, cluster: TestCluster) -> Iterator[psycopg.Connection[Any]]:
    """The database past every policy."""
    name = str(conninfo_to_dict(urls.require("app"))["dbname"])
    with psycopg.connect(cluster.superuser_url(name), autocommit=True) as connection:
        yield connection


async def shown(known: Runtime, run_id: UUID) -> RunView:
    async with known.unit_of_work(OPERATOR) as ctx:
        return await service.run(ctx, known, run_id)


async def asked(known: Runtime, name: str, actor: Actor = OPERATOR, **options: Any) -> RunView:
    async with known.unit_of_work(actor) as ctx:
        return await service.ask(ctx, known, name, options.pop("parameters", {}), **options)


async def test_a_run_is_kept_as_the_maintenance_log_wants_it(known: Runtime, sql: psycopg.Connection[Any]) -> None:
    run = await service.run_here(known, OPERATOR, tables, {"names": ["one", "two"]})
    assert (run.state, run.performed_by, run.via, run.attempt) == (RunState.COMPLETED, "olga", "cli", 1)
    assert [(each.action, each.state, each.step) for each in run.actions] == [
        ("Work on one", "done", 0),
        ("Work on two", "done", 0),
    ]
    assert [(step.title, step.state, step.done, step.total) for step in run.steps] == [
        ("Work", "done", 2, 2),
        ("Look back", "done", 0, None),
    ]
    assert (run.findings, run.follow_up, run.output) == (["2 tables."], ["Buy a disk."], {"tables": 2, "by": "olga"})
    assert run.parameters == {"names": ["one", "two"], "fail": None, "days": 3}
    assert DONE == {"one": 1, "two": 1}
    async with known.unit_of_work(OPERATOR) as ctx:
        (entry,) = await history.log(ctx)
    assert entry.model_dump(include={"task_id", "type", "status"}) == {
        "task_id": "test.tables",
        "type": "routine",
        "status": "completed",
    }
    assert entry.details.actions == ["Work on one", "Work on two"]
    assert entry.performed.by == "olga"
    events = sql.execute("SELECT action, via, entity_ids FROM audit_events ORDER BY recorded_at, writer_seq").fetchall()
    assert [(action, via) for action, via, ids in events if run.id in ids] == [
        ("procedure.start", "cli"),
        ("procedure.end", "cli"),
    ]


async def test_a_run_that_failed_or_is_silent_is_a_finding_until_one_ends_well(
    known: Runtime, sql: psycopg.Connection[Any]
) -> None:
    (check,) = CHECKS
    assert (await check.run(known)).status is Health.HEALTHY
    await service.run_here(known, OPERATOR, broken, {}, dry_run=True)
    assert (await check.run(known)).status is Health.HEALTHY, "what failed dry harmed nothing"
    await service.run_here(known, OPERATOR, broken, {})
    found = await check.run(known)
    assert (found.status, found.evidence) == (Health.DEGRADED, "The last run of test.broken failed.")
    sql.execute("UPDATE procedure_runs SET state = 'running', heartbeat_at = now() - interval '6 minutes'")
    assert "was not heard of for 5 minutes" in (await check.run(known)).evidence
    sql.execute("UPDATE procedure_runs SET state = 'lost'")
    assert (await check.run(known)).evidence == "The last run of test.broken was broken off."
    sql.execute("UPDATE procedure_runs SET state = 'completed'")
    assert (await check.run(known)).status is Health.HEALTHY


async def test_a_dry_run_records_the_same_and_changes_nothing(known: Runtime) -> None:
    dry = await service.run_here(known, OPERATOR, tables, {}, dry_run=True)
    assert not DONE
    real = await service.run_here(known, OPERATOR, tables, {})
    assert [each.action for each in dry.actions] == [each.action for each in real.actions]
    assert {each.state for each in dry.actions} == {"planned"}
    async with known.unit_of_work(OPERATOR) as ctx:
        assert len(await history.log(ctx)) == 1
        assert len(await history.log(ctx, dry_runs=True)) == 2


async def test_what_fails_is_partial_where_the_rest_went_on_and_failed_where_it_did_not(known: Runtime) -> None:
    partly = await service.run_here(known, OPERATOR, tables, {"fail": "one"})
    assert (partly.state, partly.failures) == (RunState.PARTIAL, ["one could not be worked on."])
    assert [each.state for each in partly.actions] == ["failed", "done"]
    fault = await service.run_here(known, OPERATOR, broken, {})
    assert fault.state is RunState.FAILED
    assert "hunter2" not in fault.model_dump_json()
    said = await service.run_here(known, OPERATOR, impossible, {})
    assert (said.state, said.error) == (RunState.FAILED, "The disk is full; free space first.")
    assert [each.state for each in said.actions] == ["done"]
    late = await service.run_here(known, OPERATOR, limited, {})
    assert late.state is RunState.FAILED
    assert late.error == "It took longer than its limit of 0.2 s and was ended."


async def test_two_at_once_one_is_refused_and_told_by_whom(known: Runtime) -> None:
    first = asyncio.create_task(service.run_here(known, OPERATOR, refusing, {}))
    await GATES["begun"].wait()
    with pytest.raises(Conflict, match=r"olga runs test\.refusing since 20.*wait for that to end"):
        await service.run_here(known, Actor.host_operator("otto"), refusing, {})
    with pytest.raises(Conflict, match="olga runs"):
        await asked(known, "test.refusing")
    # What is asked of a dry run changes nothing, so it needs no lock.
    GATES["go on"].set()
    assert (await service.run_here(known, OPERATOR, refusing, {}, dry_run=True)).state is RunState.COMPLETED
    assert (await first).state is RunState.COMPLETED
    async with known.unit_of_work(OPERATOR) as ctx:
        refused = [run for run in (await history.history(ctx, known)).items if run.state is RunState.FAILED]
    assert [run.performed_by for run in refused] == ["otto"]


async def test_two_at_once_one_waits_here_and_the_queued_one_runs_when_the_lock_is_free(known: Runtime) -> None:
    first = asyncio.create_task(service.run_here(known, OPERATOR, refusing, {}))
    await GATES["begun"].wait()
    second = asyncio.create_task(service.run_here(known, OPERATOR, patient, {}))
    third = await asked(known, "test.patient")
    await known.jobs.work(known, until_empty=True)
    assert (await shown(known, third.id)).state is RunState.QUEUED
    assert DONE["after"] == 0
    GATES["go on"].set()
    assert (await first).state is RunState.COMPLETED
    assert (await second).state is RunState.COMPLETED
    await known.jobs.work(known, until_empty=True)
    assert (await shown(known, third.id)).state is RunState.COMPLETED
    assert DONE["after"] == 3


async def test_a_run_is_cancelled_before_it_begins_and_at_its_next_step(
    known: Runtime, sql: psycopg.Connection[Any]
) -> None:
    waiting = await asked(known, "test.tables")
    async with known.unit_of_work(OPERATOR) as ctx:
        assert (await service.cancel(ctx, known, waiting.id)).state is RunState.CANCELLED
    await known.jobs.work(known, until_empty=True)
    assert not DONE
    with pytest.raises(Conflict, match="cancelled"):
        async with known.unit_of_work(OPERATOR) as ctx:
            await service.cancel(ctx, known, waiting.id)

    going = asyncio.create_task(service.run_here(known, OPERATOR, refusing, {}))
    await GATES["begun"].wait()
    (run_id,) = sql.execute("SELECT id FROM procedure_runs WHERE state = 'running'").fetchone() or ()
    async with known.unit_of_work(Actor.host_operator("otto")) as ctx:
        asked_of = await service.cancel(ctx, known, run_id)
    assert (asked_of.state, asked_of.cancel_requested, asked_of.cancelled_by) == (RunState.RUNNING, True, "otto")
    ended = await going
    assert (ended.state, [step.state for step in ended.steps]) == (RunState.CANCELLED, ["failed"])
    assert DONE["after"] == 0


async def test_a_command_that_is_interrupted_leaves_a_cancelled_run(
    known: Runtime, sql: psycopg.Connection[Any]
) -> None:
    going = asyncio.create_task(service.run_here(known, OPERATOR, refusing, {}))
    await GATES["begun"].wait()
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert sql.execute("SELECT state FROM procedure_runs").fetchall() == [("cancelled",)]


async def test_who_may_and_with_what(known: Runtime) -> None:
    system = Actor.system()
    for actor in (Actor(role=role) for role in (Role.PATIENT, Role.NURSE, Role.PHYSICIAN)):
        with pytest.raises(Forbidden):
            await asked(known, "test.tables", actor)
    with pytest.raises(NotFound):
        await asked(known, "no.such")
    with pytest.raises(BadInput, match="confirm it with"):
        await asked(known, "test.destroying")
    assert (await asked(known, "test.destroying", confirm="test.destroying")).state is RunState.QUEUED
    assert (await asked(known, "test.destroying", system, dry_run=True)).state is RunState.QUEUED
    for hostile in (
        {"days": 0},
        {"days": "many"},
        {"names": "one"},
        {"names": ["a\0b"]},
        {"names": ["\ud800"]},
        {"names": ["x" * 40_000]},
        {"zanzibarquince": 1},
        {"days": float("nan")},
    ):
        with pytest.raises(BadInput) as refused:
            await asked(known, "test.tables", parameters=hostile)
        assert "zanzibarquince" not in refused.value.message
