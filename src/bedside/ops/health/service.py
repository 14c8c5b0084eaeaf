"""Runs the checks that bootstrap has listed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from bedside.ops.health.schemas import HealthReport, Readiness
from bedside.platform.checks import Check, CheckList, Health, run_checks, worst
from bedside.platform.database.migrate import head
from bedside.platform.database.revision import revision
from bedside.platform.errors import BedsideError, NotFound
from bedside.platform.runtime import Runtime


async def report(runtime: Runtime, part: str | None = None, more: Sequence[Check] = ()) -> HealthReport:
    """Return every part's health, or one part's. Raises NotFound for a part that has no check.

    ``more`` are checks that only the asking process can make.
    """
    checks = (*more, *runtime.part(CheckList).checks)
    chosen = [c for c in checks if part in (None, c.part)]
    if not chosen:
        raise NotFound(f"There is no such part; the parts are {', '.join(sorted({c.part for c in checks}))}.")
    results = await run_checks(runtime, chosen)
    return HealthReport(status=worst(results), version=version("bedside"), timestamp=runtime.clock.now(), parts=results)


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


def http_status(status: Health) -> int:
    """Return 200 while people can be served, 503 when a part is down."""
    return 503 if status is Health.DOWN else 200
