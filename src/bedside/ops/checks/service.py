"""Lists checks with their newest results, tells one's past, and looks again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bedside.ops.checks.schemas import CheckCatalogue, CheckPast, CheckSummary
from bedside.ops.health.grouping import make_report
from bedside.ops.health.kept import Kept, KeptResults
from bedside.ops.monitoring import repository
from bedside.ops.monitoring.history import BARS, bars
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.checks import FULL_RUN_SECONDS, PART_TITLES, Check, CheckList, run_checks
from bedside.platform.errors import NotFound
from bedside.platform.runtime import Runtime


async def catalogue(runtime: Runtime, actor: Actor) -> CheckCatalogue:
    """Return every check with what it found last. Raises Forbidden, Unavailable."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.VIEW_HEALTH)
    return await _catalogue(runtime)


async def past(runtime: Runtime, actor: Actor, name: str, hours: int) -> CheckPast:
    """Return one check with its last ``hours``. Raises Forbidden, NotFound, Unavailable."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.VIEW_HEALTH)
        check, whole = _check(runtime, name), timedelta(hours=hours)
        since = ctx.now() - whole
        rows = await repository.history(ctx.session, since, whole / BARS, name)
    kept = await runtime.part(KeptResults).read(runtime)
    return CheckPast(**_summary(runtime, check, kept).model_dump(), hours=hours, history=bars(rows, since, whole))


async def look_again(runtime: Runtime, actor: Actor, name: str) -> CheckSummary:
    """Make one check now and keep what it finds. Raises Forbidden, NotFound, Unavailable."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.VIEW_HEALTH)
        check = _check(runtime, name)
        ctx.record("check.run", "check")
    await _look(runtime, [check], None)
    return _summary(runtime, check, await runtime.part(KeptResults).read(runtime))


async def look_at_all(runtime: Runtime, actor: Actor) -> CheckCatalogue:
    """Make every check now that ends in time, and keep what they find. Raises Forbidden, Unavailable."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.VIEW_HEALTH)
        ctx.record("check.run", "check")
    checks = [check for check in runtime.part(CheckList).checks if not check.is_slow]
    await _look(runtime, checks, FULL_RUN_SECONDS)
    return await _catalogue(runtime)


async def _look(runtime: Runtime, checks: Sequence[Check], within: float | None) -> None:
    # No transaction is open while they look.
    results = await run_checks(runtime, checks, within=within)
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        await repository.keep_results(ctx.session, results)


async def _catalogue(runtime: Runtime) -> CheckCatalogue:
    kept = await runtime.part(KeptResults).read(runtime)
    checks = runtime.part(CheckList).checks
    items = [_summary(runtime, check, kept) for check in checks]
    order = {part: number for number, part in enumerate(PART_TITLES)}
    report = make_report([item.last for item in items if item.last is not None], frozenset(), runtime.clock.now())
    return CheckCatalogue(
        status=report.status,
        score=report.score,
        timestamp=report.timestamp,
        items=sorted(items, key=lambda item: order.get(item.part, len(order))),
    )


def _check(runtime: Runtime, name: str) -> Check:
    for check in runtime.part(CheckList).checks:
        if check.name == name:
            return check
    raise NotFound("There is no check of this name; GET /api/checks lists them.")


def _summary(runtime: Runtime, check: Check, kept: Kept) -> CheckSummary:
    last = kept.result(check)
    return CheckSummary(
        name=check.name,
        part=check.part,
        part_title=PART_TITLES.get(check.part, check.title),
        title=check.title,
        category=check.category,
        remedy=check.remedy,
        procedure=check.procedure,
        thresholds=check.thresholds(runtime.settings) if check.thresholds else None,
        period_seconds=check.period.total_seconds(),
        time_limit_seconds=check.time_limit_seconds,
        needs=list(check.needs),
        vital=check.vital,
        last=None if last is None else kept.standing(last),
        since=kept.since.get(check.name),
    )
