"""``bedside worker``: background jobs and the schedule."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator

import structlog
import typer
from prometheus_client import start_http_server

from bedside.bootstrap.database import urls_for_process
from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.platform.cli.options import WaitForDatabaseOption
from bedside.platform.config import Settings
from bedside.platform.config.core import LogSettings, MetricsSettings, ServerSettings
from bedside.platform.errors import SettingsError, Unavailable
from bedside.platform.logging import configure_logging
from bedside.platform.metrics import REGISTRY
from bedside.platform.runtime import Runtime
from bedside.platform.tracing import tracing

_log = structlog.get_logger(__name__)

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def work(wait_for_database: WaitForDatabaseOption = None) -> None:
    """Run background jobs and the schedule until it is told to stop (SIGTERM or Ctrl-C)."""
    settings = read_settings()
    configure_logging(settings.get(LogSettings), settings.home / "logs", process="worker")
    with urls_for_process(settings, wait_for_database) as urls:
        urls.require("jobs")
        with tracing(settings, process="worker"), _metrics(settings):
            asyncio.run(_run(build_runtime(settings, urls, process="worker")))


@contextlib.contextmanager
def _metrics(settings: Settings) -> Iterator[None]:
    """Serve this process's metrics where METRICS_PORT says so; the API serves its own at /metrics."""
    port, host = settings.get(MetricsSettings).port, settings.get(ServerSettings).host
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, addr=host, registry=REGISTRY)
    except OSError as error:
        raise SettingsError(f"Can't listen on {host}:{port} ({error.strerror}); choose another METRICS_PORT.") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def _run(runtime: Runtime) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with runtime.running():
        task = asyncio.create_task(_work_forever(runtime), name="jobs")
        stop = asyncio.create_task(stopping.wait(), name="stop signal")
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        for running in (task, stop):
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


async def _work_forever(runtime: Runtime) -> None:
    """Work, and start again when the database went away meanwhile."""
    while True:
        try:
            await runtime.database.require_safe_role()
            await runtime.jobs.work(runtime)
        except Unavailable:
            _log.warning("the database does not answer; the worker waits", retry_seconds=RETRY_SECONDS)
        except runtime.jobs.connection_errors as error:
            _log.warning("the queue lost its connection", error=type(error).__name__, retry_seconds=RETRY_SECONDS)
        await asyncio.sleep(RETRY_SECONDS)


RETRY_SECONDS = 2.0
