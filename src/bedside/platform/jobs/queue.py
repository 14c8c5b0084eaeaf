"""The queue: enqueueing within a transaction, and the worker's loop."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import procrastinate
import psycopg
import structlog
from croniter import croniter  # type: ignore[import-untyped]  # its stubs are not worth a dependency
from procrastinate.manager import JobManager
from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.platform.database.urls import psycopg_url
from bedside.platform.errors import Fault, Unavailable
from bedside.platform.jobs.declare import Job
from bedside.platform.metrics import JOB_TIME, JOBS
from bedside.platform.tracing import SpanKind, span

if TYPE_CHECKING:
    from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

WORKER_POOL = 4
CONCURRENCY = 4
"""Jobs that one worker process runs side by side; procedures, which may last, take two of these places at most."""
POLL_SECONDS = 5.0

_COUNT_FINISHED = """
    SELECT count(*) FROM procrastinate_jobs j
    WHERE j.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
      AND (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id) < %(before)s
"""
_DELETE_FINISHED = """
    DELETE FROM procrastinate_jobs WHERE id IN (
        SELECT j.id FROM procrastinate_jobs j
        WHERE j.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
          AND (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id) < %(before)s
        LIMIT %(limit)s)
"""


class JobQueue:
    """All declared jobs. An API process only enqueues; a worker process runs them."""

    connection_errors = (procrastinate.exceptions.ConnectorException, OSError)

    def __init__(self, jobs_url: str, jobs: Sequence[Job]) -> None:
        self._url = psycopg_url(jobs_url)
        self._jobs = {job.name: job for job in jobs}
        self._app = self._new_app()

    def _new_app(self) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(
            conninfo=self._url,
            kwargs={"application_name": "bedside jobs"},
            min_size=1,
            max_size=WORKER_POOL,
        )
        return procrastinate.App(connector=connector)

    async def defer(self, session: AsyncSession, job: Job, **ids: Any) -> None:
        """Enqueue ``job`` on the session's own connection, so that both commit or neither does.

        Raises Fault when the job is not declared or an argument is anything but an id, number or flag.
        """
        if job.name not in self._jobs:
            raise Fault(f"The job {job.name} is not listed in bootstrap.")
        raw = await (await session.connection()).get_raw_connection()
        connection = raw.driver_connection
        if not isinstance(connection, AsyncConnection):
            raise Fault("Jobs need a psycopg connection.")
        arguments = {name: _argument(value) for name, value in ids.items()}
        task = self._app.configure_task(job.name, allow_unknown=True, queue=job.queue, connection=connection)
        await task.defer_async(**arguments)

    @property
    def declared(self) -> tuple[Job, ...]:
        """Every job, in the order of bootstrap's list."""
        return tuple(self._jobs.values())

    async def try_again(self, job_id: int, at: datetime) -> bool:
        """Let a failed job run once more; return False when it is not one that has failed. Raises Unavailable."""
        async with self._managed() as manager:
            try:
                await manager.retry_job_by_id_async(job_id, at)
            except procrastinate.exceptions.ConnectorException as error:
                if isinstance(error.__cause__, psycopg.errors.RaiseException):
                    return False
                raise
        return True

    async def cancel(self, job_id: int) -> bool:
        """Cancel a job that waits; return False when it does not. Raises Unavailable."""
        async with self._managed() as manager:
            return await manager.cancel_job_by_id_async(job_id)

    async def count_finished(self, before: datetime) -> int:
        """Return how many jobs ended, well or not, before a moment. Raises Unavailable."""
        async with self._own_connection() as connection:
            row = await (await connection.execute(_COUNT_FINISHED, {"before": before})).fetchone()
        return int(row[0]) if row else 0

    async def forget_finished(self, before: datetime, limit: int) -> int:
        """Delete at most ``limit`` jobs that ended before a moment; return how many. Raises Unavailable."""
        async with self._own_connection() as connection:
            return (await connection.execute(_DELETE_FINISHED, {"before": before, "limit": limit})).rowcount

    @asynccontextmanager
    async def _own_connection(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection of the queue's own role, outside any transaction."""
        try:
            async with await AsyncConnection.connect(
                self._url, autocommit=True, connect_timeout=5, application_name="bedside jobs"
            ) as connection:
                yield connection
        except psycopg.errors.InsufficientPrivilege:
            raise Unavailable("This process may not change the queue; give it DATABASE_JOBS_URL.") from None
        except psycopg.OperationalError:
            raise Unavailable("The queue does not answer; see /health/db, then try again.") from None

    @asynccontextmanager
    async def _managed(self) -> AsyncIterator[JobManager]:
        """Open a connection of the queue's own role for one act of an operator."""
        try:
            async with self._new_app().open_async() as app:
                yield app.job_manager
        except procrastinate.exceptions.ConnectorException as error:
            if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
                raise Unavailable("This process may not change the queue; give it DATABASE_JOBS_URL.") from None
            raise Unavailable("The queue does not answer; see /health/db, then try again.") from None

    async def take_up_stalled(self, seconds: float) -> int:
        """Put back the jobs whose worker is gone, so that they run again; return how many. Raises Unavailable.

        A worker that was killed leaves its jobs as running for ever: nothing else in procrastinate brings them back.
        One that has had its attempts ends as failed, so that a job which kills its workers does not kill them all.
        """
        taken_up = 0
        async with self._managed() as manager:
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
                known = self._jobs.get(job.task_name)
                if known is None or job.attempts + 1 >= known.attempts:
                    await manager.finish_job(job, procrastinate.jobs.Status.FAILED, delete_job=False)
                else:
                    await manager.retry_job(job)
                    taken_up += 1
        return taken_up

    async def work(self, runtime: Runtime, *, concurrency: int = CONCURRENCY, until_empty: bool = False) -> None:
        """Run jobs until the task is cancelled, or until the queue is empty."""
        # A new app each time: one whose connection was lost can't be opened again.
        app = self._new_app()
        for job in self._jobs.values():
            _register(app, job, runtime)
        async with app.open_async():
            await app.run_worker_async(
                concurrency=concurrency,
                wait=not until_empty,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=20,
                install_signal_handlers=False,
                delete_jobs="never",
                listen_notify=not until_empty,
            )


def _register(app: procrastinate.App, job: Job, runtime: Runtime) -> None:
    async def run(**arguments: Any) -> None:
        began = time.perf_counter()
        outcome = "failed"
        with (
            structlog.contextvars.bound_contextvars(job=job.name),
            span(f"job {job.name}", SpanKind.CONSUMER, bedside__job=job.name),
        ):
            try:
                await job(runtime, **arguments)
                outcome = "succeeded"
            except Exception as error:
                _log.warning("job failed", error=type(error).__name__)
                raise
            finally:
                JOBS.labels(job.name, outcome).inc()
                JOB_TIME.labels(job.name).observe(time.perf_counter() - began)

    async def run_periodic(timestamp: int) -> None:
        await (run(timestamp=timestamp) if job.takes_moment else run())

    retry = (
        procrastinate.RetryStrategy(max_attempts=job.attempts - 1, exponential_wait=4) if job.attempts > 1 else False
    )
    task = app.task(name=job.name, retry=retry, queue=job.queue)(run_periodic if job.cron else run)
    if job.cron:
        app.periodic(cron=job.cron)(task)


def _argument(value: Any) -> str | int | bool | None:
    match value:
        case UUID() | datetime():
            return str(value)
        case bool() | int() | None:
            return value
        case str() if len(value) <= 64:
            return value
        case _:
            raise Fault("A job's arguments are ids, numbers and flags only.")


def next_run(job: Job, after: datetime) -> datetime | None:
    """Return when ``job`` is due next by its schedule (UTC), or None where it has none."""
    if job.cron is None:
        return None
    due: datetime = croniter(job.cron, after).get_next(datetime)
    return due


def last_due(job: Job, before: datetime) -> datetime | None:
    """Return when ``job`` was due last by its schedule (UTC), or None where it has none."""
    if job.cron is None:
        return None
    due: datetime = croniter(job.cron, before).get_prev(datetime)
    return due
