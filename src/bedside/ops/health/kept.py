"""What was found last and how often, as the database has kept it; nothing where it does not answer."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from bedside.ops.monitoring import repository
from bedside.platform.access.actor import Actor
from bedside.platform.checks import Check, CheckList, CheckResult
from bedside.platform.looking import look_within
from bedside.platform.runtime import Runtime

DAY = timedelta(days=1)
# A result is told as it was found as long as the worker has not missed two of its looks.
FRESH_PERIODS = 2


@dataclass(frozen=True)
class Kept:
    """Each check's newest result and the last day's counts (repository.standings), by name."""

    results: Mapping[str, CheckResult] = field(default_factory=dict)
    standings: Mapping[str, Any] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)

    def result(self, check: Check) -> CheckResult | None:
        """Return what was found last of ``check``."""
        return self.results.get(check.name)

    def is_fresh(self, check: Check, now: datetime) -> bool:
        """Tell whether the last result says how it is now."""
        found = self.result(check)
        return found is not None and now - found.last_checked < FRESH_PERIODS * check.period

    def standing(self, result: CheckResult) -> CheckResult:
        """Return ``result`` with its error rate and uptime of the last day."""
        row = self.standings.get(result.name)
        if row is None:
            return result
        rates = {
            "error_rate_percent": round(100 * row.unhealthy / row.looks, 3),
            "uptime_percent": round(100 * (row.looks - row.down) / row.looks, 3),
        }
        return result.model_copy(update=rates)


class KeptResults:
    """Reads what is kept; the counts of a day are read at most once a minute. Kept among the runtime's parts."""

    TIME_LIMIT_SECONDS = 0.3
    STANDINGS_KEPT_SECONDS = 60.0

    def __init__(self) -> None:
        self._standings: tuple[float, dict[str, Any]] = (-math.inf, {})

    async def read(self, runtime: Runtime) -> Kept:
        """Return what is kept, or nothing where the database does not answer soon. Never raises."""
        hanging = runtime.part(CheckList).hanging
        outcome = await look_within(lambda: self._read(runtime), self.TIME_LIMIT_SECONDS, "what is kept", hanging)
        return outcome.value or Kept()

    async def _read(self, runtime: Runtime) -> Kept:
        async with runtime.unit_of_work(Actor.system()) as ctx:
            states = await repository.states(ctx.session)
            if time.monotonic() - self._standings[0] > self.STANDINGS_KEPT_SECONDS:
                rows = await repository.standings(ctx.session, ctx.now() - DAY)
                self._standings = (time.monotonic(), {row.name: row for row in rows})
        results = {state.name: result for state in states if (result := _read_result(state.result)) is not None}
        return Kept(results, self._standings[1], {state.name: state.since for state in states})


def _read_result(kept: Mapping[str, Any]) -> CheckResult | None:
    """Return a kept result; None where another version of Bedside has written it in another shape."""
    try:
        return CheckResult.model_validate(kept)
    except ValidationError:
        return None
