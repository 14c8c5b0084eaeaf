"""The monitoring report over real history: parts with gaps, requests of several processes, counts of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bedside.kit.clock import FixedClock
from bedside.ops.monitoring import repository, service
from bedside.ops.monitoring.schemas import MonitoringReport, PartReport
from bedside.ops.monitoring.service import Monitor
from bedside.ops.monitoring.tables import CheckRecord
from bedside.platform.access.actor import Actor
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.checks import Category, Check, CheckList, CheckResult, Finding, Health
from bedside.platform.errors import Unavailable
from bedside.platform.runtime import Runtime
from bedside.platform.traffic import Traffic

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
SYSTEM = Actor.system("job")


@pytest.fixture
def clock(runtime: Runtime) -> FixedClock:
    """The runtime's clock, stopped."""
    stopped = FixedClock(NOW)
    runtime.clock = runtime.units.clock = stopped
    runtime.parts[Traffic] = Traffic(lambda: stopped.moment.timestamp())
    return stopped


def result(part: str, at: datetime, status: Health = Health.HEALTHY, evidence: str = "well") -> CheckResult:
    return CheckResult(
        name=f"{part}.past",
        part=part,
        category=Category.HEALTH,
        title=part,
        status=status,
        evidence=evidence,
        response_time_ms=4.0,
        last_checked=at,
    )


async def keep(runtime: Runtime, *results: CheckResult) -> None:
    async with runtime.unit_of_work(SYSTEM) as ctx:
        await repository.keep_results(ctx.session, results)


async def reported(runtime: Runtime, hours: int = 24) -> MonitoringReport:
    return await Monitor("UTC").report(runtime, hours)


def part_of(report: MonitoringReport, name: str) -> PartReport:
    return next(part for part in report.parts if part.part == name)


async def test_a_fresh_bedside_has_no_history_and_says_so(runtime: Runtime, clock: FixedClock) -> None:
    report = await reported(runtime)
    assert {part.part for part in report.parts} >= {"db", "worker", "disk"}
    for part in report.parts:
        assert part.uptime_percent is None
        assert part.observed_percent == 0
        assert len(part.history) == 60
        assert {bar.status for bar in part.history} == {None}
        assert part.conditions or part.skipped
    assert [minute.requests for minute in report.requests.minutes] == [None] * 60
    assert report.requests.p95_ms is None


async def test_history_is_drawn_in_bars_with_the_worst_of_each_and_gaps_stay_gaps(
    runtime: Runtime, clock: FixedClock
) -> None:
    ago = timedelta(minutes=1)
    await keep(
        runtime,
        result("db", NOW - 10 * ago),
        result("db", NOW - 11 * ago, Health.DOWN, "No answer within 2 s."),
        result("db", NOW - 12 * ago),
        result("db", NOW - timedelta(hours=12), Health.DEGRADED, "slow"),
        result("db", NOW - timedelta(hours=25), Health.DOWN, "before the period"),
    )
    part = part_of(await reported(runtime), "db")
    drawn = {number: bar for number, bar in enumerate(part.history) if bar.status}
    assert set(drawn) == {30, 59}
    assert (drawn[59].status, drawn[59].checks, drawn[59].evidence) == (Health.DOWN, 3, "No answer within 2 s.")
    assert (drawn[30].status, drawn[30].evidence) == (Health.DEGRADED, "slow")
    assert part.uptime_percent == 75.0, "degraded is up, what nobody looked at is neither"
    assert part.observed_percent == pytest.approx(4 / 1440 * 100, abs=0.05)
    assert part.history[0].start == NOW - timedelta(hours=24)


async def test_the_job_keeps_what_every_check_found(runtime: Runtime, clock: FixedClock) -> None:
    async def broken(_: Runtime) -> Finding:
        raise Unavailable("It does not answer.")

    checks = runtime.part(CheckList).checks
    runtime.parts[CheckList] = CheckList((*checks, Check("broken", "Broken", broken, "Mend it.")))
    await service.look(runtime)
    async with runtime.unit_of_work(SYSTEM) as ctx:
        kept = {row.name: row for row in (await ctx.session.execute(select(CheckRecord))).scalars()}
    assert {"db.connection", "worker.age", "disk.space", "broken"} <= set(kept)
    assert (kept["broken"].status, kept["broken"].evidence) == ("down", "It does not answer.")
    assert kept["disk.space"].value is not None
    part = part_of(await reported(runtime), "broken")
    assert (part.uptime_percent, part.status, part.remedy) == (0.0, Health.DOWN, "Mend it.")


async def test_requests_of_all_processes_meet_and_writing_twice_counts_once(
    runtime: Runtime, clock: FixedClock
) -> None:
    other = Traffic(lambda: clock.moment.timestamp())
    mine = runtime.part(Traffic)
    for _ in range(98):
        mine.count("GET", "/api/worklist", 200, 0.010)
    mine.count("GET", "/api/worklist", 404, 0.010)
    await service.write_traffic(runtime)
    other.count("POST", "/api/conversations", 503, 1.0)
    for traffic in (other, mine, mine):
        runtime.parts[Traffic] = traffic
        await service.write_traffic(runtime)
    report = await reported(runtime)
    minute = report.requests.minutes[-1]
    assert (minute.requests, minute.client_errors, minute.server_errors) == (100, 1, 1)
    assert minute.p50_ms == pytest.approx(10, rel=0.2)
    assert report.requests.p99_ms is not None
    assert report.requests.p99_ms < 20
    routes = (await service.routes(runtime)).items
    assert [(r.route, r.requests, r.server_errors) for r in routes] == [
        ("GET /api/worklist", 99, 0),
        ("POST /api/conversations", 1, 1),
    ]
    assert routes[1].p95_ms == pytest.approx(1000, rel=0.2)


async def test_a_request_that_comes_while_counts_are_written_is_not_lost(runtime: Runtime, clock: FixedClock) -> None:
    traffic = runtime.part(Traffic)
    traffic.count("GET", "/a", 200, 0.001)
    await service.write_traffic(runtime)
    clock.moment += timedelta(seconds=50)
    traffic.count("GET", "/a", 200, 0.001)
    await service.write_traffic(runtime)
    clock.moment += timedelta(minutes=5)
    await service.write_traffic(runtime)
    minutes = (await reported(runtime)).requests.minutes
    assert [m.requests for m in minutes[-7:]] == [1, 1, None, None, None, None, 0]


async def test_many_viewers_get_one_report_and_the_audit_one_event(runtime: Runtime) -> None:
    monitor = Monitor("UTC")
    reports = [await monitor.report(runtime, 24) for _ in range(20)]
    assert {id(report) for report in reports} == {id(reports[0])}
    async with runtime.unit_of_work(SYSTEM) as ctx:
        query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "monitoring.count")
        assert (await ctx.session.execute(query)).scalar_one() == 1


async def test_database_and_machine_are_measured(runtime: Runtime) -> None:
    report = await reported(runtime)
    assert report.database.size_bytes > 1_000_000
    assert 1 <= report.database.connections <= report.database.max_connections
    assert report.database.cache_hit_percent is None or 0 <= report.database.cache_hit_percent <= 100
    assert 0 < report.host.disk_used_bytes < report.host.disk_total_bytes
    assert 0 < report.host.memory_used_bytes < report.host.memory_total_bytes
