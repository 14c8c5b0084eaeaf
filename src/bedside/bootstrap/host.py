"""What a host command stands on: a runtime, and the embedded database where nobody else runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from bedside.bootstrap.database import database_urls, urls_as_they_are
from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.platform.config.core import LogSettings
from bedside.platform.logging import configure_logging
from bedside.platform.runtime import Runtime


@asynccontextmanager
async def host_runtime(*, start_database: bool = True) -> AsyncIterator[Runtime]:
    """Yield a runtime for one host command; without ``start_database`` on a database that may not run."""
    settings = read_settings()
    # The terminal is for the command's result: its log lines go to a file alone.
    log = settings.get(LogSettings).model_copy(update={"to_stderr": False})
    configure_logging(log, settings.home / "logs", process="cli")
    with database_urls(settings) if start_database else nullcontext(urls_as_they_are(settings)) as urls:
        runtime = build_runtime(settings, urls, process="cli")
        async with runtime.running():
            yield runtime
