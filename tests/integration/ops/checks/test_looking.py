"""Runs of checks: limits that hold against looks that really hang, what is skipped and why, and what is kept."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bedside.kit.clock import FixedClock
from bedside.ops.health import service as health
from bedside.ops.health.grouping import score
from bedside.ops.health.schemas import PartHealth
from bedside.ops.monitoring import repository, service
from bedside.platform.access.actor import Actor
from bedside.platform.checks import (
    FULL_RUN_SECONDS,
    Category,
    Check,
    CheckList,
    CheckResult,
    Finding,
    Health,
    run_checks,
    skipped,
)
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.database.engine import Database
from bedside.platform.errors import Fault, NotFound, Unavailable
from bedside.platform.looking import in_thread
from bedside.platform.runtime import Runtime
from tests.support.running import free_port

GENEROUS_SECONDS = 20.0


async def well(_: Runtime) -> Finding:
    return Finding(status=Health.HEALTHY, evidence="Well.")


async def failing(_: Runtime) -> Finding:
    raise Unavailable("It does not answer.")


def use(runtime: Runtime, *checks: Check) -> CheckList:
    found = runtime.parts[CheckList] = CheckList(checks)
    return found


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Held shut while the test runs: what waits for it hangs."""
    event = threading.Event()
    yield event
    event.set()


async def hang_in_thread(gate: threading.Event) -> Finding:
    await in_thread(gate.wait)
    return await well(None)  # type: ignore[arg-type]  # it uses none


async def hang_deaf(gate: threading.Event) -> Finding:
    """Hang on without heeding its cancellation, as a driver does that waits for a server's answer."""
    while not gate.is_set():
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            continue
    return Finding(status=Health.HEALTHY, evidence="Came back.")


@pytest.mark.parametrize("hang", [hang_in_thread, hang_deaf])
async def test_a_look_that_hangs_delays_nobody_and_is_not_begun_twice(
    runtime: Runtime, gate: threading.Event, hang: object
) -> None:
    begun = []

    async def hanging(_: Runtime) -> Finding:
        begun.append(1)
        return await hang(gate)  # type: ignore[operator]  # one of the two above

    stuck = Check("stuck", "Stuck", hanging, "Free it.", time_limit_seconds=0.2)
    use(runtime, stuck, *(Check("fine", "Fine", well, "-", name=f"fine.{n}") for n in range(20)))
    started = time.monotonic()
    results = await asyncio.wait_for(run_checks(runtime, runtime.part(CheckList).checks), GENEROUS_SECONDS)
    assert time.monotonic() - started < GENEROUS_SECONDS
    assert [r.status for r in results[1:]] == [Health.HEALTHY] * 20
    assert (results[0].status, results[0].evidence, results[0].remedy) == (
        Health.DOWN,
        "No answer within 0.2 s.",
        "Free it.",
    )
    again = await stuck.run(runtime)
    assert (again.status, again.evidence) == (Health.DOWN, "The last look has not come back yet.")
    assert len(begun) == 1, "a look that hangs is not begun once more each minute"
    gate.set()
    deadline = time.monotonic() + GENEROUS_SECONDS
    while runtime.part(CheckList).hanging.goes_on("stuck"):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    assert (await stuck.run(runtime)).status is Health.HEALTHY


async def test_a_run_has_a_limit_of_its_own(runtime: Runtime, gate: threading.Event) -> None:
    async def hanging(_: Runtime) -> Finding:
        return await hang_in_thread(gate)

    slow = [Check("slow", "Slow", hanging, "-", name=f"slow.{n}", time_limit_seconds=60) for n in range(6)]
    use(runtime, *slow)
    results = await asyncio.wait_for(run_checks(runtime, slow, within=0.3, at_once=2), GENEROUS_SECONDS)
    assert [r.status for r in results[:2]] == [Health.DOWN] * 2
    assert {r.skipped for r in results[2:]} == {"Not looked at: the time for one run was over."}


async def test_what_needs_what_is_down_is_skipped_and_never_asked(runtime: Runtime) -> None:
    asked = []

    async def asking(_: Runtime) -> Finding:
        asked.append(1)
        return await well(runtime)

    base = Check("base", "Base", failing, "Mend it.", name="base.there")
    upper = Check("upper", "Upper", asking, "-", name="upper.one", needs=("base.there",))
    other = Check("other", "Other", asking, "-")
    use(runtime, base, upper, other)
    first, second, third = await run_checks(runtime, (upper, base, other))
    assert (first.status, first.skipped) == (Health.HEALTHY, "Not looked at: Base is down (base.there).")
    assert (second.status, third.status, asked) == (Health.DOWN, Health.HEALTHY, [1])
    alone = await run_checks(runtime, (upper,))
    assert (len(alone), bool(alone[0].skipped)) == (1, True), "what it needs is looked at though nobody named it"


async def test_a_failure_is_a_finding_and_tells_nothing_of_what_it_met(runtime: Runtime) -> None:
    async def broken(_: Runtime) -> Finding:
        raise ValueError("zanzibarquince")

    found = await Check("broken", "Broken", broken, "Report it.").run(runtime)
    assert (found.status, found.evidence, found.remedy) == (
        Health.DOWN,
        "The look failed (ValueError).",
        "Report it.",
    )


@pytest.mark.parametrize(
    "checks",
    [
        (Check("a", "A", well, "-"), Check("a", "A again", well, "-")),
        (Check("a", "A", well, "-", needs=("nobody",)),),
    ],
)
def test_a_list_that_contradicts_itself_is_a_fault(checks: tuple[Check, ...]) -> None:
    with pytest.raises(Fault):
        CheckList(checks)


def test_a_check_is_named_after_its_part() -> None:
    with pytest.raises(Fault):
        Check("db", "Cache", well, "-", name="cache.hits")


async def test_a_report_without_a_database_tells_that_once(runtime: Runtime) -> None:
    reached = runtime.database
    runtime.database = Database(
        f"postgresql://bedside_app@127.0.0.1:{free_port()}/bedside",
        runtime.settings.get(DatabaseSettings),
        application_name="test",
    )
    runtime.units.database = runtime.database
    try:
        report = await asyncio.wait_for(health.report(runtime, anew=True), GENEROUS_SECONDS)
    finally:
        await runtime.database.close()
        runtime.database = runtime.units.database = reached
    down = [c.name for part in report.parts for c in part.checks if c.status is Health.DOWN and c.category != "host"]
    assert down == ["db.connection"]
    left_out = [c.name for part in report.parts for c in part.checks if "db.connection" in (c.skipped or "")]
    assert {"worker.age", "audit.gaps", "knowledge.index", "version.schema"} <= set(left_out)
    assert not report.serving


async def test_a_report_is_grouped_scored_and_open_to_everybody_in_part(runtime: Runtime) -> None:
    async def degraded(_: Runtime) -> Finding:
        return Finding(status=Health.DEGRADED, evidence="Weak.", sql=["ALTER SYSTEM …"], remedy="Mend.", value=3)

    use(
        runtime,
        Check("db", "Connection", well, "-", name="db.connection", vital=True),
        Check("db", "Advice", degraded, "-", name="db.advice", category=Category.DATABASE),
        Check("secrets", "Strength", failing, "-", name="secrets.strength", category=Category.SECURITY),
        Check("host", "CPU", failing, "-", name="host.cpu", category=Category.HOST),
    )
    report = await health.report(runtime, anew=True)
    assert [(p.part, p.title, p.status) for p in report.parts] == [
        ("db", "Database", Health.DEGRADED),
        ("host", "Machine", Health.DOWN),
        ("secrets", "Secrets", Health.DOWN),
    ]
    assert (report.status, report.score, report.serving) == (Health.DOWN, 10, True)
    assert report.parts[0].evidence == "Weak."
    told = health.for_everybody(report)
    assert [p.part for p in told.parts] == ["db", "host"]
    assert (health.http_status(told), told.score) == (200, 50)
    assert "Weak." not in told.model_dump_json()
    assert "ALTER SYSTEM" not in told.model_dump_json()
    with pytest.raises(NotFound, match="the parts are db, secrets, host"):
        await health.report(runtime, ["nothing"])


@pytest.mark.parametrize(
    ("statuses", "expected"), [([], 100), (["degraded"] * 2, 80), (["down"], 60), (["down"] * 3, 0)]
)
def test_the_score_tells_how_much_is_wrong(statuses: list[str], expected: int) -> None:
    assert score([PartHealth.model_construct(status=Health(status)) for status in statuses]) == expected


async def test_each_check_is_looked_at_by_its_own_period(runtime: Runtime) -> None:
    clock = FixedClock(datetime(2026, 11, 22, 12, 0, 2, tzinfo=UTC))
    runtime.clock = runtime.units.clock = clock
    use(
        runtime,
        Check("often", "Often", well, "-"),
        Check("seldom", "Seldom", failing, "-", period=timedelta(minutes=5), time_limit_seconds=30),
        Check("other", "Other", lambda _: asyncio.sleep(0, skipped("Not here.")), "-"),
    )
    for minute in range(6):
        clock.moment = datetime(2026, 11, 22, 12, minute, 2 - minute % 2, tzinfo=UTC)
        await service.look(runtime)
    async with runtime.unit_of_work(Actor.system()) as ctx:
        rows = {row.name: row for row in await repository.standings(ctx.session, clock.moment - timedelta(hours=1))}
        states = {state.name: state for state in await repository.states(ctx.session)}
    assert {name: (row.looks, row.unhealthy, row.down) for name, row in rows.items()} == {
        "often": (6, 0, 0),
        "seldom": (2, 2, 2),
    }, "what was skipped is no look"
    assert (states["seldom"].status, states["seldom"].since.minute, states["seldom"].checked_at.minute) == (
        "down",
        0,
        5,
    )
    assert states["other"].result["skipped"] == "Not here."

    report = await health.report(runtime)
    seldom = next(c for p in report.parts for c in p.checks if c.name == "seldom")
    assert seldom.last_checked.minute == 5, "what takes longer than a run is told as it was found last"
    assert (seldom.error_rate_percent, seldom.uptime_percent) == (100.0, 0.0)

    use(runtime, Check("often", "Often", failing, "-"))
    clock.moment += timedelta(minutes=1)
    await service.look(runtime)
    async with runtime.unit_of_work(Actor.system()) as ctx:
        states = {state.name: state for state in await repository.states(ctx.session)}
    assert set(states) == {"often"}, "a check that is no longer made leaves no state behind"
    assert states["often"].since == clock.moment


async def test_two_who_look_at_once_keep_both_or_the_newest(runtime: Runtime) -> None:
    moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    check = Check("one", "One", well, "-")
    runtime.clock = FixedClock(moment)
    results = [await check.run(runtime) for _ in range(2)]
    older = results[0].model_copy(update={"last_checked": moment - timedelta(minutes=9), "status": Health.DOWN})

    async def keep(found: CheckResult) -> None:
        async with runtime.unit_of_work(Actor.system()) as ctx:
            await repository.keep_results(ctx.session, [found])

    await asyncio.gather(*(keep(found) for found in (*results, older)))
    async with runtime.unit_of_work(Actor.system()) as ctx:
        (state,) = await repository.states(ctx.session)
    assert (state.status, state.checked_at) == ("healthy", moment)


async def test_all_checks_of_this_bedside_end_in_time(runtime: Runtime) -> None:
    report = await asyncio.wait_for(health.report(runtime, anew=True), GENEROUS_SECONDS)
    names = [c.name for part in report.parts for c in part.checks]
    assert len(names) == len(runtime.part(CheckList).checks) == len(set(names))
    for part in report.parts:
        for check in part.checks:
            assert check.response_time_ms / 1000 < FULL_RUN_SECONDS + GENEROUS_SECONDS
            assert check.status is Health.HEALTHY or check.remedy, check.name
