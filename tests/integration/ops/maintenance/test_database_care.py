"""Vacuum, statistics, indexes and bloat, on a real server with real dead rows and real sessions in the way."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from bedside.ops.maintenance.procedures import PROCEDURES, Task
from bedside.ops.maintenance.settings import MaintenanceSettings
from bedside.ops.procedures import service
from bedside.ops.procedures.states import RunState
from bedside.platform.database.maintenance import MaintenanceDatabase
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.runtime import Runtime
from tests.support.maintenance import OPERATOR, SWAMP, Yard, actions, until
from tests.support.postgres import TestCluster


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, home: object) -> None:
    """Small tables matter here, and nobody waits long."""
    monkeypatch.setenv("DB_BLOAT_LEAST_MB", "0")
    monkeypatch.setenv("MAINTENANCE_LOCK_TIMEOUT", "0.5")


@pytest.fixture
def yard(environment: None, runtime: Runtime, urls: DatabaseUrls, cluster: TestCluster) -> Yard:
    """A database with a swamp in it."""
    made = Yard.of(runtime, urls, cluster)
    made.as_owner(*SWAMP)
    return made


def dead(yard: Yard) -> int:
    return int(yard.sql("SELECT n_dead_tup FROM pg_stat_all_tables WHERE relname = 'swamp'")[0][0])


def size(yard: Yard, name: str) -> int:
    return int(yard.sql("SELECT pg_relation_size(%s::regclass)", name)[0][0])


def wait_long(runtime: Runtime) -> None:
    patient = runtime.settings.get(MaintenanceSettings).model_copy(update={"lock_timeout_seconds": 60.0})
    runtime.settings = runtime.settings.replace(patient)


async def test_dead_rows_are_freed_and_bloated_indexes_rebuilt_as_the_dry_run_said(yard: Yard) -> None:
    await until(lambda: dead(yard) == 54_000, "the statistics of the deletion")
    planned = await yard.run(Task.VACUUM_ANALYZE, dry_run=True)
    assert dead(yard) == 54_000
    assert {action.state for action in planned.actions} == {"planned"}

    done = await yard.run(Task.VACUUM_ANALYZE)
    assert done.state is RunState.COMPLETED, done
    assert actions(done) == actions(planned)
    assert "Vacuum and analyze swamp" in actions(done)
    assert dead(yard) == 0
    figures = done.output["vacuum_analyze"]
    swamp = next(row for row in figures["tables"] if row["table"] == "swamp")
    assert (swamp["dead_rows_before"], swamp["dead_rows_after"]) == (54_000, 0)
    assert figures["before"]["dead_rows"] >= 54_000 > figures["after"]["dead_rows"]
    assert figures["after"]["size_bytes"] > 0
    # Empty pages at the table's end stay: giving them back would lock everybody out.
    assert swamp["bytes_after"] >= swamp["bytes_before"]

    before = size(yard, "ix_swamp_frog")
    planned = await yard.run(Task.REINDEX, dry_run=True)
    assert size(yard, "ix_swamp_frog") == before
    done = await yard.run(Task.REINDEX)
    assert done.state is RunState.COMPLETED, done
    assert actions(done) == actions(planned)
    rebuilt = {row["index"]: row for row in done.output["reindex"]}
    assert set(rebuilt) >= {"ix_swamp_frog", "swamp_pkey"}
    assert rebuilt["ix_swamp_frog"]["bytes_before"] == before
    assert rebuilt["ix_swamp_frog"]["bytes_after"] == size(yard, "ix_swamp_frog") < before / 3
    assert yard.invalid() == []
    again = await yard.run(Task.REINDEX)
    assert not [action for action in actions(again) if "swamp" in action]


async def test_bloat_and_advice_are_told_and_nothing_is_done_about_them(yard: Yard) -> None:
    yard.as_owner("VACUUM swamp", "CREATE INDEX ix_swamp_double ON swamp (frog)")
    run = await yard.run(Task.OPTIMIZE_INDEXES, Task.ANALYZE_BLOAT, Task.UPDATE_STATISTICS)
    assert run.state is RunState.COMPLETED, run
    assert {action.split()[0] for action in actions(run)} == {"Analyze"}
    advice = {row["check"]: row for row in run.output["recommendations"]}
    assert any("DROP INDEX" in sql for sql in advice["db.duplicate_indexes"]["sql"])
    assert any("swamp" in line and "VACUUM (FULL" in line for line in run.follow_up)
    assert any("ix_swamp_frog" in line and "--tasks reindex" in line for line in run.follow_up)
    table = next(row for row in run.output["analyze_bloat"]["tables"] if row["name"] == "swamp")
    assert table["empty_percent"] > 50
    assert "No backup was made" in run.findings[0]
    assert size(yard, "ix_swamp_double") > 0


async def test_what_a_broken_rebuild_left_is_found_and_mended(yard: Yard) -> None:
    assert yard.leave_a_leftover() == ["ix_swamp_frog_ccnew"]
    # An index that could not be built at all: two frogs are the same.
    yard.as_owner("UPDATE swamp SET frog = 424242 WHERE id IN (SELECT id FROM swamp LIMIT 2)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        yard.as_owner("CREATE UNIQUE INDEX CONCURRENTLY uq_swamp_frog ON swamp (frog)")
    assert yard.invalid() == ["ix_swamp_frog_ccnew", "uq_swamp_frog"]

    planned = await yard.run(Task.OPTIMIZE_INDEXES, dry_run=True)
    assert yard.invalid() == ["ix_swamp_frog_ccnew", "uq_swamp_frog"]
    assert len(actions(planned)) == 2

    run = await yard.run(Task.OPTIMIZE_INDEXES)
    assert run.state is RunState.PARTIAL
    assert actions(run)[:2] == list(actions(planned))
    assert [line.split(":")[0] for line in run.failures] == ["uq_swamp_frog"]
    assert "could not create unique index" in run.failures[0]
    assert "424242" not in str(run.model_dump()), "PostgreSQL's detail quotes the rows"
    # Neither the leftover from before, nor one of the rebuild that has just failed.
    assert yard.invalid() == ["uq_swamp_frog"]

    yard.as_owner("UPDATE swamp SET frog = -id WHERE frog = 424242")
    run = await yard.run(Task.OPTIMIZE_INDEXES)
    assert run.state is RunState.COMPLETED, run
    assert yard.invalid() == []


async def test_a_locked_table_is_left_alone_and_told(yard: Yard) -> None:
    with yard.in_the_way("LOCK TABLE swamp IN SHARE UPDATE EXCLUSIVE MODE") as session:
        run = await yard.run(Task.VACUUM_ANALYZE)
        pid = session.info.backend_pid
    assert run.state is RunState.PARTIAL
    assert run.failures == [
        f"swamp: No lock within 0.5 s, so it was left alone. bedside_owner (process {pid}) held it."
    ]
    done = {action.action: action.state for action in run.actions}
    assert done["Vacuum and analyze swamp"] == "failed"
    assert set(done.values()) == {"done", "failed"}
    assert done["Vacuum and analyze messages"] == "done"


async def test_a_rebuild_that_waits_keeps_nobody_from_reading_or_writing(yard: Yard) -> None:
    yard.as_owner("VACUUM swamp")
    wait_long(yard.runtime)
    waits = "SELECT 1 FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for%'"
    with yard.in_the_way("INSERT INTO swamp (frog, word) VALUES (1, 'toad')") as session:
        rebuilding = asyncio.create_task(yard.run(Task.REINDEX))
        await until(lambda: yard.sql(waits), "the rebuild to wait for the open transaction")
        yard.as_owner(
            "SET lock_timeout = '1s'",
            "INSERT INTO swamp (frog, word) VALUES (2, 'newt')",
            "UPDATE swamp SET word = 'newt' WHERE frog = 10",
            "DELETE FROM swamp WHERE frog = 20",
            "SELECT count(*) FROM swamp",
        )
        exclusive = (
            "SELECT mode FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.mode = 'AccessExclusiveLock'"
        )
        assert yard.sql(f"{exclusive} AND a.application_name = 'bedside maintenance'") == []
        session.commit()
        run = await rebuilding
    assert run.state is RunState.COMPLETED, run
    assert yard.invalid() == []


async def test_a_rebuild_that_may_not_wait_longer_leaves_nothing_for_good(yard: Yard) -> None:
    yard.as_owner("VACUUM swamp")
    with yard.in_the_way("INSERT INTO swamp (frog, word) VALUES (1, 'toad')"):
        run = await yard.run(Task.REINDEX)
        assert run.state is RunState.PARTIAL
        assert any("No lock within 0.5 s" in line for line in run.failures)
        # Dropping the copy has to wait for the same transaction: it is told, and the next run mends it.
        assert any("ix_swamp_frog_ccnew" in line for line in run.follow_up)
    run = await yard.run(Task.REINDEX)
    assert run.state is RunState.COMPLETED, run
    assert yard.invalid() == []


async def test_a_cancelled_run_cancels_its_statement(yard: Yard) -> None:
    yard.as_owner("VACUUM swamp")
    wait_long(yard.runtime)
    with yard.in_the_way("INSERT INTO swamp (frog, word) VALUES (1, 'toad')"):
        rebuilding = asyncio.create_task(yard.run(Task.REINDEX))
        waits = "SELECT 1 FROM pg_stat_progress_create_index"
        await until(lambda: yard.sql(waits), "the rebuild to begin")
        ((run_id,),) = yard.sql("SELECT id FROM procedure_runs WHERE state = 'running'")
        async with yard.runtime.unit_of_work(OPERATOR) as ctx:
            await service.cancel(ctx, yard.runtime, run_id)
        run = await rebuilding
        assert run.state is RunState.CANCELLED
        assert yard.sql(waits) == []
    assert yard.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'bedside maintenance'") == []


async def test_without_a_role_that_may_nothing_is_touched_and_the_setting_is_named(yard: Yard) -> None:
    care = {each.name: each for each in PROCEDURES}["maintenance.vacuum_analyze"]
    yard.runtime.parts[MaintenanceDatabase] = MaintenanceDatabase(None)
    run = await yard.run_one(care, {})
    assert run.state is RunState.FAILED
    assert "DATABASE_OWNER_URL" in (run.error or "")

    yard.runtime.parts[MaintenanceDatabase] = MaintenanceDatabase(yard.urls.require("monitor"))
    run = await yard.run_one(care, {})
    assert run.state is RunState.COMPLETED
    assert actions(run) == []
    assert "swamp" in run.findings[0] or "tables)" in run.findings[0]

    # PostgreSQL 17 and newer: a role that may maintain, and read no row.
    yard.sql("GRANT MAINTAIN ON swamp TO bedside_monitor")
    run = await yard.run_one(care, {})
    assert run.state is RunState.COMPLETED
    assert actions(run) == ["Vacuum and analyze swamp"]
    assert dead(yard) == 0
