"""The queue: enqueueing within a transaction, and the worker's loop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import procrastinate
import structlog
from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.platform.database.urls import psycopg_url
from bedside.platform.errors import Fault
from bedside.platform.jobs.declare import Job

if TYPE_CHECKING:
    from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

WORKER_POOL = 4
POLL_SECONDS = 5.0


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

    async def work(self, runtime: Runtime, *, concurrency: int = 2, until_empty: bool = False) -> None:
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
        with structlog.contextvars.bound_contextvars(job=job.name):
            try:
                await job(runtime, **arguments)
            except Exception as error:
                _log.warning("job failed", error=type(error).__name__)
                raise

    async def run_periodic(timestamp: int) -> None:
        del timestamp
        await run()

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
