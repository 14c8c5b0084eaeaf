"""Samples the figures each minute, folds them into longer stretches, and reads them by range."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bedside.ops.monitoring import repository as monitoring
from bedside.ops.series import repository
from bedside.ops.series.growth import grown
from bedside.ops.series.schemas import (
    MINUTE,
    RANGES,
    RESOLUTIONS,
    UNITS,
    Line,
    Observation,
    Range,
    Series,
    SeriesName,
    SeriesReport,
)
from bedside.platform.access.actor import Actor
from bedside.platform.access.context import Context
from bedside.platform.errors import BedsideError
from bedside.platform.figures import FigureSources
from bedside.platform.runtime import Runtime
from bedside.platform.traffic import BUCKETS, percentile

_log = structlog.get_logger(__name__)

SOURCE_SECONDS = 5.0
# An API process writes its counts every ten seconds: the last minutes are made anew until they are whole.
RECOUNTED = timedelta(minutes=5)
# Counting conversations is an access to patients' tables, which is recorded each time.
CONVERSATIONS_EVERY = timedelta(minutes=5)
HEARTBEAT_SECONDS = 30.0
OF_REQUESTS = (SeriesName.REQUEST_RATE, SeriesName.REQUEST_P95, SeriesName.REQUEST_ERRORS)
OF_CONVERSATIONS = {"conversations.today": "begun", "cases.today": "handed_over", "cases.waiting": "waiting"}
"""Figures of features (``platform.figures``) that tell how conversations go, with the labels of their lines."""


def stretch(moment: datetime, width: timedelta) -> datetime:
    """Return where the stretch of ``width`` that ``moment`` lies in begins; stretches are counted from 1970, UTC."""
    seconds = int(width.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)


class CacheHits:
    """How often the database found what it read in its memory, since it was last asked. Among the runtime's parts."""

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None

    def percent(self, hits: int, reads: int) -> float | None:
        """Return the share of hits since the last call, in percent; None the first time and without any block."""
        last, self._last = self._last, (hits, reads)
        if last is None or hits < last[0] or reads < last[1]:
            return None
        more_hits, more_reads = hits - last[0], reads - last[1]
        return 100 * more_hits / (more_hits + more_reads) if more_hits + more_reads else None


class Conversations:
    """How conversations went when they were last counted. Among the runtime's parts."""

    def __init__(self) -> None:
        self.counted_at: datetime | None = None
        self.values: dict[str, float] = {}


async def sample(runtime: Runtime) -> None:
    """Look at every figure once, and fold what was seen. Safe to run again: it replaces what it made before."""
    now = runtime.clock.now()
    conversations = await _conversations(runtime, now)
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        minute = stretch(now, MINUTE.width)
        seen = [*conversations, *await _present(runtime, ctx, minute), *await grown(runtime, ctx, minute)]
        await repository.merge(ctx.session, seen)
        await _fold(ctx, now)
        for resolution in RESOLUTIONS:
            if resolution.kept is not None:
                await repository.forget(ctx.session, resolution.width, now - resolution.kept)


async def _conversations(runtime: Runtime, now: datetime) -> list[Observation]:
    kept = runtime.part(Conversations)
    if kept.counted_at is None or now - kept.counted_at >= CONVERSATIONS_EVERY:
        kept.counted_at, kept.values = now, await _count_conversations(runtime)
    minute = stretch(now, MINUTE.width)
    return [Observation(SeriesName.CONVERSATIONS, label, minute, value) for label, value in kept.values.items()]


async def _count_conversations(runtime: Runtime) -> dict[str, float]:
    found: dict[str, float] = {}
    for source in runtime.part(FigureSources).sources:
        try:
            async with asyncio.timeout(SOURCE_SECONDS):
                figures = await source(runtime)
        except (BedsideError, TimeoutError) as error:
            _log.warning("figures could not be read", error=type(error).__name__)
            continue
        found |= {OF_CONVERSATIONS[f.name]: f.value for f in figures if f.name in OF_CONVERSATIONS}
    return found


async def _present(runtime: Runtime, ctx: Context, minute: datetime) -> list[Observation]:
    """What can be looked at now: the queue, the database's memory, the disk."""
    queue = await monitoring.queue(ctx.session, ctx.now(), HEARTBEAT_SECONDS)
    blocks = await monitoring.blocks(ctx.session)
    disk = shutil.disk_usage(runtime.settings.home)
    values = {
        SeriesName.QUEUE_AGE: max(0.0, float(queue.oldest_waiting_seconds or 0.0)),
        SeriesName.CACHE_HIT: runtime.part(CacheHits).percent(blocks.hits, blocks.reads),
        SeriesName.DISK_USE: 100 * disk.used / disk.total,
    }
    return [Observation(name, "", minute, value) for name, value in values.items() if value is not None]


async def _fold(ctx: Context, now: datetime) -> None:
    """Make the stretches that run now, and those that ended lately; of requests from the counts themselves."""
    others = [name.value for name in SeriesName if name not in OF_REQUESTS]
    for resolution in RESOLUTIONS:
        start = stretch(now - RECOUNTED, resolution.width)
        rows = await monitoring.traffic(ctx.session, start, by_route=False)
        while start <= now:
            end = start + resolution.width
            counted = _of_requests([row for row in rows if start <= row.minute < end], start, min(end, now) - start)
            await repository.replace(ctx.session, resolution.width, counted)
            if resolution is not MINUTE:
                await repository.fold(ctx.session, resolution, start, others)
            start = end


def _of_requests(rows: Sequence[Any], start: datetime, length: timedelta) -> list[Observation]:
    """Return rate, 95th percentile and errors of a stretch from its histograms; nothing where nobody counted."""
    if not rows:
        return []
    requests = sum(row.requests for row in rows)
    errors = sum(row.server_errors for row in rows)
    merged = [sum(row.latencies[number] for row in rows) for number in range(BUCKETS)]
    p95 = percentile(merged, 0.95)
    values = {
        SeriesName.REQUEST_RATE: requests / max(length.total_seconds(), 1.0),
        SeriesName.REQUEST_P95: p95,
        SeriesName.REQUEST_ERRORS: 100 * errors / requests if requests else None,
    }
    return [Observation(name, "", start, value) for name, value in values.items() if value is not None]


async def sample_pool(runtime: Runtime) -> None:
    """Add how much of this process's pool was in use at most since the last call. For an API process."""
    database = runtime.database
    use = 100 * database.take_peak() / database.limit
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        seen = Observation(SeriesName.POOL_USE, "", stretch(ctx.now(), MINUTE.width), use)
        await repository.merge(ctx.session, [seen])


async def report(runtime: Runtime, names: Sequence[SeriesName], range_: Range) -> SeriesReport:
    """Return the named figures over a range."""
    wanted = list(dict.fromkeys(names)) or list(SeriesName)
    length, resolution = RANGES[range_]
    width = resolution.width
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        last = stretch(ctx.now(), width)
        first = last - length + width
        rows = await repository.read(ctx.session, [name.value for name in wanted], width, first)
    starts = [first + number * width for number in range(length // width)]
    return SeriesReport(
        range=range_,
        width_seconds=int(width.total_seconds()),
        starts=starts,
        series=[
            Series(name=name, unit=UNITS[name], lines=_lines([r for r in rows if r.name == name], starts))
            for name in wanted
        ],
    )


def _lines(rows: Sequence[Any], starts: Sequence[datetime]) -> list[Line]:
    lines = []
    for label in dict.fromkeys(row.label for row in rows):
        at = {row.at: row for row in rows if row.label == label}
        lines.append(
            Line(
                label=label,
                values=[round(at[start].mean, 3) if start in at else None for start in starts],
                greatest=[round(at[start].greatest, 3) if start in at else None for start in starts],
            )
        )
    return lines
