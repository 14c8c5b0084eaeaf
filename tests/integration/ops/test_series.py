"""Figures over time: sampled each minute, folded into longer stretches, read by range, forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import func, select

from bedside.kit.clock import FixedClock
from bedside.ops.monitoring.service import write_traffic
from bedside.ops.series import repository, service
from bedside.ops.series.schemas import Observation, Range, Series, SeriesName, SeriesReport
from bedside.ops.series.tables import Sample
from bedside.platform.access.actor import Actor
from bedside.platform.figures import Figure, FigureSources, Unit
from bedside.platform.runtime import Runtime
from bedside.platform.traffic import Traffic

NOW = datetime(2026, 11, 22, 12, 7, 30, tzinfo=UTC)
SYSTEM = Actor.system("job")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock(runtime: Runtime) -> FixedClock:
    """The runtime's clock, stopped."""
    stopped = FixedClock(NOW)
    runtime.clock = runtime.units.clock = stopped
    runtime.parts[Traffic] = Traffic(lambda: stopped.moment.timestamp())
    return stopped


async def seen(runtime: Runtime, name: SeriesName, values: dict[datetime, float], label: str = "") -> None:
    async with runtime.unit_of_work(SYSTEM) as ctx:
        for at, value in values.items():
            await repository.merge(ctx.session, [Observation(name, label, at, value)])


async def report(runtime: Runtime, range_: Range, *names: SeriesName) -> SeriesReport:
    return await service.report(runtime, names, range_)


def only(found: SeriesReport) -> Series:
    (series,) = found.series
    return series


async def test_without_samples_there_are_stretches_and_no_lines(runtime: Runtime, clock: FixedClock) -> None:
    for range_, width, count in ((Range.HOUR, 60, 60), (Range.DAY, 900, 96), (Range.WEEK, 7200, 84)):
        found = await report(runtime, range_)
        assert (found.width_seconds, len(found.starts)) == (width, count)
        assert found.starts[-1] <= NOW < found.starts[-1] + timedelta(seconds=width)
        assert {series.name for series in found.series} == set(SeriesName)
        assert all(series.lines == [] for series in found.series)


async def test_a_look_samples_everything_and_twice_is_no_harm(runtime: Runtime, clock: FixedClock) -> None:
    traffic = runtime.part(Traffic)
    for number in range(120):
        traffic.count("GET", "/api/worklist", 503 if number < 3 else 200, 0.010 if number < 110 else 1.0)
    await write_traffic(runtime)
    await service.sample_pool(runtime)
    runtime.part(service.CacheHits).percent(0, 0)  # as if the last look had been when statistics began
    for _ in range(2):
        await service.sample(runtime)
    for range_ in Range:
        found = {series.name: series for series in (await report(runtime, range_)).series}
        last = {name: {line.label: line.values[-1] for line in series.lines} for name, series in found.items()}
        assert last[SeriesName.REQUEST_ERRORS] == {"": 2.5}
        assert last[SeriesName.REQUEST_P95][""] == pytest.approx(1000, rel=0.2)
        assert 0 < (last[SeriesName.DISK_USE][""] or 0) < 100
        assert last[SeriesName.QUEUE_AGE] == {"": 0}
        assert last[SeriesName.CONVERSATIONS] == {"begun": 0, "handed_over": 0, "waiting": 0}
        assert 0 < (last[SeriesName.POOL_USE][""] or 0) <= 100
        assert 0 < (last[SeriesName.CACHE_HIT][""] or 0) <= 100
    hour = {s.name: s for s in (await report(runtime, Range.HOUR)).series}
    assert hour[SeriesName.REQUEST_RATE].lines[0].values[-1] == pytest.approx(120 / 30), "of the half minute so far"


async def test_requests_of_a_long_stretch_are_made_of_the_counts_and_not_of_means(
    runtime: Runtime, clock: FixedClock
) -> None:
    """One slow request in a quiet minute is not a slow quarter."""
    traffic = runtime.part(Traffic)
    clock.moment = NOW.replace(minute=1)
    traffic.count("GET", "/a", 200, 5.0)
    clock.moment = NOW.replace(minute=2)
    for _ in range(99):
        traffic.count("GET", "/a", 200, 0.010)
    await write_traffic(runtime)
    clock.moment = NOW
    await service.sample(runtime)
    day = only(await report(runtime, Range.DAY, SeriesName.REQUEST_P95))
    assert day.lines[0].values[-1] == pytest.approx(10, rel=0.2)


async def test_minutes_become_quarters_with_mean_and_greatest_and_gaps_stay_gaps(
    runtime: Runtime, clock: FixedClock
) -> None:
    quarter = NOW.replace(minute=0, second=0)
    await seen(runtime, SeriesName.POOL_USE, {quarter + n * MINUTE: value for n, value in enumerate((10, 20, 90))})
    await seen(runtime, SeriesName.POOL_USE, {quarter: 30.0}, "")
    await service.sample(runtime)
    line = only(await report(runtime, Range.DAY, SeriesName.POOL_USE)).lines[0]
    assert line.values[-1] == pytest.approx((10 + 30 + 20 + 90) / 4), "two processes' values of one minute count both"
    assert line.greatest[-1] == 90
    assert set(line.values[:-1]) == {None}
    hour = only(await report(runtime, Range.HOUR, SeriesName.POOL_USE)).lines[0]
    assert hour.values[-8:] == [20, 20, 90, None, None, None, None, None]


async def test_a_stretch_that_has_just_ended_is_made_whole(runtime: Runtime, clock: FixedClock) -> None:
    end = NOW.replace(minute=15, second=0)
    await seen(runtime, SeriesName.POOL_USE, {end - n * MINUTE: 50.0 for n in range(1, 16)})
    clock.moment = end + timedelta(seconds=5)
    await service.sample(runtime)
    line = only(await report(runtime, Range.DAY, SeriesName.POOL_USE)).lines[0]
    assert line.values[-2:] == [50, None]


async def test_what_is_fine_is_forgotten_and_what_is_folded_stays(runtime: Runtime, clock: FixedClock) -> None:
    await service.sample(runtime)
    clock.moment += timedelta(hours=49)
    await service.sample(runtime)
    async with runtime.unit_of_work(SYSTEM) as ctx:
        query = select(Sample.width_seconds, func.count(Sample.at.distinct())).where(Sample.name == "disk.used")
        kept = {row[0]: row[1] for row in await ctx.session.execute(query.group_by(Sample.width_seconds))}
    assert kept == {60: 1, 900: 1, 7200: 2}


async def test_conversations_are_counted_every_five_minutes_and_drawn_each(runtime: Runtime, clock: FixedClock) -> None:
    counted = 0

    async def source(_: Runtime) -> list[Figure]:
        nonlocal counted
        counted += 1
        return [Figure(name="conversations.today", unit=Unit.COUNT, value=counted)]

    runtime.parts[FigureSources] = FigureSources((source,))
    for _ in range(7):
        await service.sample(runtime)
        clock.moment += MINUTE
    clock.moment -= MINUTE
    line = only(await report(runtime, Range.HOUR, SeriesName.CONVERSATIONS)).lines[0]
    assert (line.label, line.values[-7:]) == ("begun", [1, 1, 1, 1, 1, 2, 2])


def test_the_share_of_hits_is_of_what_came_since() -> None:
    hits = service.CacheHits()
    assert hits.percent(900, 100) is None
    assert hits.percent(990, 110) == 90
    assert hits.percent(990, 110) is None, "nothing was read"
    assert hits.percent(5, 5) is None, "statistics began anew"
    assert hits.percent(10, 5) == 100


@pytest.mark.parametrize(
    "query",
    [
        "range=2h",
        "range=",
        "name=disk",
        "name=%00",
        "name=disk.used&name=" + "x" * 5000,
        "&".join(["name=disk.used"] * 9),
    ],
)
def test_what_is_not_there_is_refused(http: httpx.Client, query: str) -> None:
    answer = http.get(f"/api/monitoring/series?{query}")
    assert answer.status_code in (401, 422)
    assert "x" * 50 not in answer.text
