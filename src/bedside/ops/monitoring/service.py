"""The monitoring report, what fills its history, and what ends it."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import version

import psutil
import structlog

from bedside.ops.health.schemas import PartHealth
from bedside.ops.health.service import report
from bedside.ops.monitoring import history, repository
from bedside.ops.monitoring.schemas import (
    DatabaseReport,
    HostReport,
    MonitoringReport,
    PartReport,
    QueueReport,
    RouteList,
)
from bedside.ops.series.service import sample_pool
from bedside.platform.access.actor import Actor
from bedside.platform.access.context import Context
from bedside.platform.checks import Check, CheckList, run_checks
from bedside.platform.errors import BedsideError
from bedside.platform.figures import Figure, FigureSources
from bedside.platform.runtime import Runtime
from bedside.platform.traffic import Traffic

_log = structlog.get_logger(__name__)

FLUSH_SECONDS = 10.0
# The job begins some seconds earlier in its minute than it did in the last one: that is no reason to leave one out.
EARLY = timedelta(seconds=30)
SOURCE_SECONDS = 2.0
# The procrastinate worker's own measure of a worker that is gone (its ``stalled_worker_timeout``).
HEARTBEAT_SECONDS = 30.0


class Monitor:
    """Makes reports, and gives many viewers the same one for a while. Kept among the runtime's parts.

    ``time_zone`` is where the day begins that figures count.
    """

    KEPT_SECONDS = 5.0
    # Reading them is an access to patients' tables, which is recorded each time.
    FIGURES_KEPT_SECONDS = 30.0

    def __init__(self, time_zone: str) -> None:
        self._time_zone = time_zone
        self._reports: dict[int, tuple[float, MonitoringReport]] = {}
        self._figures: tuple[float, list[Figure]] = (-math.inf, [])
        self._lock = asyncio.Lock()

    async def report(self, runtime: Runtime, hours: int) -> MonitoringReport:
        """Return how everything goes, with a history of ``hours``, at most KEPT_SECONDS old. Raises Unavailable."""
        async with self._lock:
            kept = self._reports.get(hours)
            if kept is None or time.monotonic() - kept[0] > self.KEPT_SECONDS:
                kept = self._reports[hours] = (time.monotonic(), await self._make(runtime, hours))
            return kept[1]

    async def _make(self, runtime: Runtime, hours: int) -> MonitoringReport:
        health = await report(runtime)
        if time.monotonic() - self._figures[0] > self.FIGURES_KEPT_SECONDS:
            self._figures = (time.monotonic(), await _figures(runtime))
        now = runtime.clock.now()
        async with runtime.unit_of_work(Actor.system("api")) as ctx:
            parts = await _parts(ctx, health.parts, runtime.part(CheckList).checks, hours)
            rows = await repository.traffic(ctx.session, hour_before(now), by_route=False)
            queue = await repository.queue(ctx.session, now, HEARTBEAT_SECONDS)
            database = await repository.database(ctx.session)
        return MonitoringReport(
            status=health.status,
            version=version("bedside"),
            timestamp=now,
            hours=hours,
            time_zone=self._time_zone,
            parts=parts,
            requests=history.requests(rows, hour_before(now)),
            figures=self._figures[1],
            queue=QueueReport.model_validate(queue._mapping),
            database=DatabaseReport.model_validate(database._mapping),
            host=_host(runtime),
        )


def hour_before(now: datetime) -> datetime:
    """Return the beginning of the first of the last sixty minutes, of which the one that runs is the last."""
    return now.replace(second=0, microsecond=0) - timedelta(minutes=history.MINUTES - 1)


async def _parts(ctx: Context, parts: Sequence[PartHealth], checks: Sequence[Check], hours: int) -> list[PartReport]:
    until = ctx.now()
    since = until - timedelta(hours=hours)
    rows = await repository.history(ctx.session, since, (until - since) / history.BARS)
    standings = await repository.standings(ctx.session, since)
    return [
        history.part_report(
            part,
            [row for row in rows if row.part == part.part],
            [row for row in standings if row.part == part.part],
            period=min((check.period for check in checks if check.part == part.part), default=timedelta(minutes=1)),
            since=since,
            until=until,
        )
        for part in parts
    ]


async def _figures(runtime: Runtime) -> list[Figure]:
    """Return every feature's figures; those that can't be read in time are left out."""
    found: list[Figure] = []
    for source in runtime.part(FigureSources).sources:
        try:
            async with asyncio.timeout(SOURCE_SECONDS):
                found += await source(runtime)
        except (BedsideError, TimeoutError) as error:
            _log.warning("figures could not be read", error=type(error).__name__)
    return found


def _host(runtime: Runtime) -> HostReport:
    disk, memory = shutil.disk_usage(runtime.settings.home), psutil.virtual_memory()
    return HostReport(
        disk_used_bytes=disk.used,
        disk_total_bytes=disk.total,
        memory_used_bytes=memory.total - memory.available,
        memory_total_bytes=memory.total,
        processors=os.cpu_count() or 1,
        load=round(os.getloadavg()[0], 2),
    )


async def routes(runtime: Runtime) -> RouteList:
    """Return the last hour's requests, route by route."""
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        rows = await repository.traffic(ctx.session, hour_before(ctx.now()), by_route=True)
    return RouteList(items=history.routes(rows))


async def look(runtime: Runtime) -> None:
    """Make every check whose period is over, and keep what it found."""
    checks = runtime.part(CheckList).checks
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        last = {state.name: state.checked_at for state in await repository.states(ctx.session)}
    now = runtime.clock.now()
    due = [check for check in checks if check.name not in last or last[check.name] + check.period <= now + EARLY]
    results = await run_checks(runtime, due)
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        await repository.keep_results(ctx.session, results)
        await repository.drop_states(ctx.session, [check.name for check in checks])


async def write_traffic(runtime: Runtime) -> None:
    """Write this process's counts of requests. Raises Unavailable; what was counted is kept for the next time."""
    traffic, now = runtime.part(Traffic), runtime.clock.now()
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        await repository.keep_traffic(ctx.session, traffic.process_id, traffic.taken())
    # Not the minute that runs, and not the one before: a count may have come in while this was written.
    traffic.forget(now.replace(second=0, microsecond=0) - timedelta(minutes=1))


async def keep_writing_traffic(runtime: Runtime) -> None:
    """Write the counts again and again, and once more when cancelled. For an API process."""
    try:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await _try_to_write(runtime)
    finally:
        await _try_to_write(runtime)


async def _try_to_write(runtime: Runtime) -> None:
    try:
        await write_traffic(runtime)
        await sample_pool(runtime)
    except BedsideError as error:
        _log.warning("counts of requests could not be written; they are kept", error=type(error).__name__)
