"""A worker process of its own that knows a procedure of the tests', to be killed in the middle of it.

Settings come from the environment, the database's URLs from JOURNEY_URLS; see tests/integration/ops/procedures.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from pydantic import Field

from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.ops.procedures.jobs import SWEEP, procedure_jobs
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.jobs import Job
from bedside.platform.procedures import Parameters, Run, procedure
from bedside.platform.runtime import Runtime
from tests.support.procedures import knowing

LIMIT_SECONDS = 60
STOPS = ("one", "two", "three")


class Folder(Parameters):
    folder: str = Field(description="Where the journey writes what it did.")


async def _go(folder: Path, stop: str) -> None:
    """Write the stop down, then take as long as nobody lets it go on."""
    with (folder / "journal").open("a", encoding="utf-8") as file:
        file.write(f"{stop}\n")
    (folder / f"at {stop}").touch()
    deadline = time.monotonic() + LIMIT_SECONDS
    while stop == "two" and not (folder / "go on").exists():
        if time.monotonic() > deadline:
            raise TimeoutError("nobody lets the journey go on")
        await asyncio.sleep(0.01)


@procedure("test.journey", "Journey", "Goes from stop to stop.", parameters=Folder)
async def journey(run: Run, parameters: Folder) -> None:
    folder = Path(parameters.folder)
    async with run.step("Pack"):
        await run.act("Pack", lambda: _go(folder, "pack"))
    for stop in STOPS:
        async with run.step(f"To {stop}"):
            await run.act(f"Go to {stop}", lambda stop=stop: _go(folder, stop), key=stop)


class Never(Parameters):
    """Nothing to choose."""


@procedure("test.minutely", "Each minute", "Runs by itself.", parameters=Never, cron="* * * * *")
async def minutely(run: Run, _: Never) -> None:
    run.found("It ran.")


ALL = (journey, minutely)


def jobs_of_travel() -> tuple[Job, ...]:
    return tuple(job for job in procedure_jobs(ALL) if job is not SWEEP)


async def work(runtime: Runtime) -> None:
    async with runtime.running():
        await runtime.jobs.work(runtime)


def main() -> None:
    urls = DatabaseUrls(**json.loads(os.environ["JOURNEY_URLS"]))
    runtime = knowing(build_runtime(read_settings(), urls, process="worker"), urls, ALL, jobs_of_travel())
    print("works", flush=True)  # noqa: T201 - what the test waits for
    asyncio.run(work(runtime))


if __name__ == "__main__":
    sys.exit(main())
