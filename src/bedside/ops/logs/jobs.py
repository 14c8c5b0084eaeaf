"""Deleting old log files of processes that seldom log: the others do it when they begin a new file."""

from __future__ import annotations

import asyncio

from bedside.ops.logs.files import processes
from bedside.platform.config.core import LogSettings
from bedside.platform.jobs import Job
from bedside.platform.log_files import tidy
from bedside.platform.logging import rotation
from bedside.platform.runtime import Runtime


async def tidy_logs(runtime: Runtime) -> None:
    """Compress and delete what was set aside, as the settings say."""
    folder = runtime.settings.home / "logs"
    rules = rotation(runtime.settings.get(LogSettings))
    for process in processes(folder):
        await asyncio.to_thread(tidy, folder / f"{process}.log", rules, runtime.clock.now())


TIDY = Job("ops.tidy_logs", tidy_logs, cron="23 * * * *", attempts=1, purpose="Compresses and deletes old log files.")
JOBS = (TIDY,)
