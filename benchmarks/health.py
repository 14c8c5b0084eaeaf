"""How long a full run of every check takes, on a healthy system and where parts hang.

    python -m benchmarks.health [--repeats 10] [--json]

On an embedded PostgreSQL with Bedside's schema, in one process, as `/health` and `bedside health` run it:
all well; one check that hangs in a thread and one deaf to its cancellation; a PostgreSQL whose processes are all
stopped (SIGSTOP) while connections are open, and while none is. Peer in the same run: `pg_isready` with a limit of 3 s,
which asks one thing. Bar: 2 s for each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bedside.bootstrap.database import embedded_server, prepare_embedded
from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.ops.health.service import report
from bedside.platform.checks import Check, CheckList, Finding, Health
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.embedded import EmbeddedPostgres
from bedside.platform.looking import in_thread
from bedside.platform.runtime import Runtime

BAR_SECONDS = 2.0
GATE = threading.Event()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    folder = Path(tempfile.mkdtemp(prefix="bedside-health-"))
    folder.chmod(0o711)
    for name in [name for name in os.environ if name.startswith(("DATABASE_", "BEDSIDE_", "API_"))]:
        del os.environ[name]
    os.environ["BEDSIDE_HOME"] = str(folder / "home")
    os.chdir(folder)
    settings = read_settings()
    server = embedded_server(settings)
    try:
        server.start()
        times = asyncio.run(measured(settings, prepare_embedded(server, settings), server, options.repeats))
        times["peer: pg_isready"] = [pg_isready(server) for _ in range(options.repeats)]
    finally:
        GATE.set()
        server.stop("immediate")
        shutil.rmtree(folder)
    found = {
        name: {"median_s": round(statistics.median(took), 3), "most_s": round(max(took), 3)}
        for name, took in times.items()
    }
    if options.json:
        print(json.dumps({**found, "machine": {"cores": os.cpu_count() or 1, "load_before": round(load, 1)}}))
    else:
        print(f"{os.cpu_count()} cores, load before {load:.1f}; bar {BAR_SECONDS:g} s")
        for name, row in found.items():
            print(f"{name:48} median {row['median_s']:7.3f} s   most {row['most_s']:7.3f} s")
    return 0 if all(row["median_s"] <= BAR_SECONDS for row in found.values()) else 1


async def measured(
    settings: Settings, urls: DatabaseUrls, server: EmbeddedPostgres, repeats: int
) -> dict[str, list[float]]:
    """Return the seconds of each run, by what is wrong."""
    times: dict[str, list[float]] = {}
    async with build_runtime(settings, urls, process="benchmark").running() as runtime:
        checks = runtime.part(CheckList).checks
        await report(runtime, anew=True)
        name = f"all {len(checks)} checks, all well"
        times[name] = [await run(runtime) for _ in range(repeats)]
        hanging = (
            Check("stuck", "In a thread", in_a_thread, "-", name="stuck.thread"),
            Check("deaf", "Deaf", deaf, "-"),
        )
        runtime.parts[CheckList] = CheckList((*checks, *hanging))
        times["two that hang: in a thread, deaf"] = [await first(runtime) for _ in range(repeats)]
        runtime.parts[CheckList] = CheckList(checks)
        with stopped(server):
            times["a stopped PostgreSQL, connections open"] = [await first(runtime) for _ in range(repeats)]
            await runtime.database.engine.dispose(close=False)
            times["a stopped PostgreSQL, no connection"] = [await first(runtime) for _ in range(repeats)]
    return times


async def run(runtime: Runtime) -> float:
    started = time.perf_counter()
    await report(runtime, anew=True)
    return time.perf_counter() - started


async def first(runtime: Runtime) -> float:
    """Run as if nothing had hung before: a check that still hangs is not begun again, which takes no time at all."""
    runtime.parts[CheckList] = CheckList(runtime.part(CheckList).checks)
    return await run(runtime)


async def in_a_thread(_: Runtime) -> Finding:
    await in_thread(GATE.wait)
    return Finding(status=Health.HEALTHY, evidence="Came back.")


async def deaf(_: Runtime) -> Finding:
    while not GATE.is_set():
        await unheeding(lambda: asyncio.sleep(0.05))
    return Finding(status=Health.HEALTHY, evidence="Came back.")


async def unheeding(wait: Callable[[], Awaitable[None]]) -> None:
    try:
        await wait()
    except asyncio.CancelledError:
        # What it measures: a look that goes on all the same. The end of the benchmark opens the gate.
        if threading.main_thread().is_alive() and GATE.is_set():
            raise


@contextmanager
def stopped(server: EmbeddedPostgres) -> Iterator[None]:
    """Let every process of the server hang."""
    pid = int((Path(server.data) / "postmaster.pid").read_text().split()[0])
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()
        GATE.set()


def pg_isready(server: EmbeddedPostgres) -> float:
    """Return how long PostgreSQL's own question takes, of a server that is well."""
    program = shutil.which("pg_isready") or str(next(server.binaries.glob("pg_isready")))
    started = time.perf_counter()
    subprocess.run([program, "-t", "3", "-d", server.superuser_dsn()], check=False, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    raise SystemExit(main())
