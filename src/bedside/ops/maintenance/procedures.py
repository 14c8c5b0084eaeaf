"""The procedures of database care: one for each task, and one that does several in order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import Field

from bedside.ops.maintenance.service.retention import cleanup_old_data
from bedside.ops.maintenance.tasks.bloat import analyze_bloat
from bedside.ops.maintenance.tasks.indexes import optimize_indexes
from bedside.ops.maintenance.tasks.reindex import reindex
from bedside.ops.maintenance.tasks.vacuum import update_statistics, vacuum_analyze
from bedside.platform.errors import BedsideError
from bedside.platform.procedures import Parameters, Procedure, Run, WhenLocked, procedure

LOCK = "maintenance"
_LONG = timedelta(hours=6)


class Task(StrEnum):
    """The runbook's tasks (My Dr AI, "Running Maintenance"), in the order in which they are done."""

    CLEANUP_OLD_DATA = "cleanup_old_data"
    VACUUM_ANALYZE = "vacuum_analyze"
    UPDATE_STATISTICS = "update_statistics"
    REINDEX = "reindex"
    OPTIMIZE_INDEXES = "optimize_indexes"
    ANALYZE_BLOAT = "analyze_bloat"


class NoParameters(Parameters):
    """None."""


class CleanupParameters(Parameters):
    """What to forget."""

    retention_days: int | None = Field(
        default=None,
        ge=1,
        le=3660,
        description="Delete what is older than so many days, in the place of the settings. Not records of patients.",
    )


class RunParameters(CleanupParameters):
    """Which tasks, and whether a backup is to be made first."""

    tasks: tuple[Task, ...] = Field(
        default=tuple(Task), min_length=1, max_length=len(Task), description="The tasks to do; all of them by default."
    )
    backup: bool = Field(default=True, description="Make a backup first.")


_TASKS: Mapping[Task, Callable[[Run], Awaitable[None]]] = {
    Task.VACUUM_ANALYZE: vacuum_analyze,
    Task.UPDATE_STATISTICS: update_statistics,
    Task.REINDEX: reindex,
    Task.OPTIMIZE_INDEXES: optimize_indexes,
    Task.ANALYZE_BLOAT: analyze_bloat,
}


@procedure(
    "maintenance.run",
    "Database maintenance",
    "Does the chosen tasks of database care in order, online.",
    parameters=RunParameters,
    time_limit=_LONG,
    lock=LOCK,
    destroys=True,
)
async def maintenance(run: Run, parameters: RunParameters) -> None:
    """Do the tasks; one that can't be done keeps no other from it."""
    if parameters.backup:
        run.found(
            "No backup was made: this version of Bedside makes none before maintenance. What is deleted here can be "
            "had back only from a backup of your own."
        )
    else:
        run.found("No backup was made, as asked.")
    for task in Task:
        if task not in parameters.tasks:
            continue
        try:
            if task is Task.CLEANUP_OLD_DATA:
                await cleanup_old_data(run, parameters.retention_days)
            else:
                await _TASKS[task](run)
        except BedsideError as error:
            run.failed(f"{task}: {error.message}")


@procedure(
    "maintenance.cleanup_old_data",
    "Forget old data",
    "Deletes what is older than its retention; never what a legal hold keeps, never audit events.",
    parameters=CleanupParameters,
    cron="41 3 * * *",
    time_limit=_LONG,
    lock=LOCK,
    when_locked=WhenLocked.WAIT,
    destroys=True,
)
async def cleanup(run: Run, parameters: CleanupParameters) -> None:
    """Forget what is old."""
    await cleanup_old_data(run, parameters.retention_days)


def _task(task: Task, title: str, purpose: str, cron: str | None) -> Procedure[NoParameters]:
    async def body(run: Run, _parameters: NoParameters) -> None:
        await _TASKS[task](run)

    declare = procedure(
        f"maintenance.{task}",
        title,
        purpose,
        parameters=NoParameters,
        cron=cron,
        time_limit=_LONG,
        lock=LOCK,
        when_locked=WhenLocked.WAIT,
    )
    return declare(body)


PROCEDURES: tuple[Procedure[Any], ...] = (
    maintenance,
    cleanup,
    _task(
        Task.VACUUM_ANALYZE,
        "Vacuum and analyze",
        "Frees the space of dead rows and refreshes the planner's statistics, in every table.",
        "0 4 * * 0",
    ),
    _task(Task.UPDATE_STATISTICS, "Statistics", "Refreshes the planner's statistics of every table.", "30 4 * * 3"),
    _task(
        Task.REINDEX,
        "Rebuild indexes",
        "Mends invalid indexes and rebuilds bloated ones, without keeping anybody from writing.",
        "0 5 1 * *",
    ),
    _task(
        Task.OPTIMIZE_INDEXES,
        "Indexes",
        "Mends invalid indexes, and recommends which to make and which to drop.",
        "30 5 1 * *",
    ),
    _task(Task.ANALYZE_BLOAT, "Bloat", "Measures how empty tables and indexes are. Changes nothing.", "0 6 1 * *"),
)
