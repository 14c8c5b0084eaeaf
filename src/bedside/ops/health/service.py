"""Runs the checks that bootstrap has listed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

from bedside.ops.health.grouping import make_report
from bedside.ops.health.kept import KeptResults
from bedside.ops.health.schemas import HealthReport, Readiness
from bedside.platform.checks import (
    FULL_RUN_SECONDS,
    Category,
    Check,
    CheckList,
    CheckResult,
    Health,
    run_checks,
    skipped,
)
from bedside.platform.database.migrate import head
from bedside.platform.database.revision import revision
from bedside.platform.errors import BedsideError, NotFound
from bedside.platform.runtime import Runtime

OPEN = frozenset({Category.HEALTH, Category.HOST})
"""What ``/health`` tells without a sign-in. A weak secret or an open right is the administrators' to know."""
LIVE_PERIOD = timedelta(minutes=1)


async def report(
    runtime: Runtime, names: Sequence[str] = (), more: Sequence[Check] = (), *, anew: bool = False
) -> HealthReport:
    """Return how the named parts or checks are, or all, within two seconds. Raises NotFound for a name of neither.

    ``more`` are checks that only the asking process can make. ``anew``: look at everything now; otherwise what is
    looked at less often than each minute is told as it was found last. What takes longer than the two seconds is told
    as it was found last, unless it is named itself.
    """
    begun = time.perf_counter()
    checks = (*more, *runtime.part(CheckList).checks)
    chosen = [c for c in checks if not names or c.part in names or c.name in names]
    if any(not any(name in (c.part, c.name) for c in checks) for name in names):
        parts = ", ".join(dict.fromkeys(c.part for c in checks))
        raise NotFound(f"There is no such part or check; the parts are {parts}.")
    # What was not asked for and is down is told with what had to be skipped for it: nobody may read that as well.
    needed = [c for c in checks if c not in chosen and any(c.name in other.needs for other in chosen)]
    kept = await runtime.part(KeptResults).read(runtime)
    now = runtime.clock.now()
    slow = [c for c in chosen if c.is_slow and c.name in names]
    live = [
        c
        for c in chosen
        if not c.is_slow and (anew or c.name in names or c.period <= LIVE_PERIOD or not kept.is_fresh(c, now))
    ]
    found = await asyncio.gather(
        run_checks(runtime, [*needed, *live], within=FULL_RUN_SECONDS - (time.perf_counter() - begun)),
        run_checks(runtime, slow),
    )
    results = {r.name: r for results in found for r in results}
    down = [results[c.name] for c in needed if results[c.name].status is Health.DOWN]
    told = [results.get(c.name) or kept.result(c) or _not_yet(runtime, c) for c in chosen]
    vital = frozenset(c.name for c in checks if c.vital)
    return make_report([kept.standing(result) for result in (*down, *told)], vital, runtime.clock.now())


def for_everybody(found: HealthReport) -> HealthReport:
    """Return of a report what people may read who have not signed in: no security, no statements, no queries.

    Raises NotFound where that is nothing.
    """
    results = [_opened(c) for part in found.parts for c in part.checks if c.category in OPEN | {Category.DATABASE}]
    if not results:
        raise NotFound("This part is told to administrators alone: bedside health, or the page Checks.")
    told = make_report(results, frozenset(), found.timestamp)
    return told.model_copy(update={"serving": found.serving})


def _opened(result: CheckResult) -> CheckResult:
    if result.category in OPEN:
        return result.model_copy(update={"sql": []})
    hidden = "Told to administrators: bedside health, or the page Checks."
    return result.model_copy(
        update={"sql": [], "conditions": [], "value": None, "threshold": None, "remedy": None, "evidence": hidden}
    )


def _not_yet(runtime: Runtime, check: Check) -> CheckResult:
    often = f"every {check.period.total_seconds() / 60:.0f} minutes"
    reason = f"Takes longer than a full run: the worker looks {often}, and `bedside health {check.name}` looks now."
    return check.result(runtime, skipped(reason))


async def readiness(runtime: Runtime) -> Readiness:
    """Return whether the database answers, is safe to use and has this version's schema."""
    try:
        await runtime.database.require_safe_role()
        found = await revision(runtime.database)
    except BedsideError as error:
        return Readiness(ready=False, reason=error.message)
    if found != head():
        return Readiness(ready=False, reason="The database's schema is not this version's; run: bedside db migrate")
    return Readiness(ready=True)


def http_status(found: HealthReport) -> int:
    """Return 200 while people can be served, 503 when what this hangs on is down."""
    return 200 if found.serving else 503
