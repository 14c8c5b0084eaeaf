"""A check looks at one thing and says how it is, by what evidence, and what to do.

The shape of a result is the maintenance procedures' ``HealthCheck``: status healthy, degraded or down,
response time, last checked. Every check has a time limit; one that hangs delays nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from pydantic import BaseModel, Field

from bedside.platform.errors import BedsideError
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

TIME_LIMIT_SECONDS = 2.0


class Health(StrEnum):
    """How a part is, worst last."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DOWN = "down"


class Category(StrEnum):
    """Why a check is made. Health, alerts and compliance are all checks, told apart by this alone."""

    HEALTH = "health"
    DATABASE = "database"
    HOST = "host"
    SECURITY = "security"
    COMPLIANCE = "compliance"


class Condition(BaseModel):
    """One thing that has to hold, with what was found: "disk used", "42.0 %", "under 85 %", true."""

    name: str
    value: str
    threshold: str
    ok: bool


class Finding(BaseModel):
    """What a check saw. ``value`` and ``threshold`` carry their units in ``evidence``."""

    status: Health
    evidence: str
    value: float | None = None
    threshold: float | None = None
    remedy: str | None = Field(default=None, description="What to do when it is not healthy.")
    conditions: list[Condition] = Field(default=[], description="What had to hold, and what was found.")
    skipped: str | None = Field(
        default=None, description="Why this was not looked at; it is healthy then and counts for nothing."
    )
    sql: list[str] = Field(default=[], description="Statements that mend it. Nothing runs them unasked.")


class CheckResult(Finding):
    """A finding with its check's name and when and how quickly it was made."""

    name: str = Field(description="Unique, as in `db.cache_hit`; the part is its first word.")
    part: str
    category: Category
    title: str = Field(description="The part as people call it.")
    response_time_ms: float
    last_checked: datetime
    procedure: str | None = Field(description="The procedure that helps, where one does.")


@dataclass(frozen=True)
class Check:
    """``look`` must be safe to cancel; ``remedy`` is told when it fails or takes too long.

    ``name`` tells the checks of one part apart and is the part's where there is only one. ``period``: how often
    the worker looks by itself. ``procedure`` names the procedure that helps.
    """

    part: str
    title: str
    look: Callable[[Runtime], Awaitable[Finding]]
    remedy: str
    time_limit_seconds: float = TIME_LIMIT_SECONDS
    name: str = ""
    category: Category = Category.HEALTH
    period: timedelta = timedelta(minutes=1)
    procedure: str | None = None

    async def run(self, runtime: Runtime) -> CheckResult:
        """Return the result; a failure or a time-out is a result too, never an exception."""
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self.time_limit_seconds):
                finding = await self.look(runtime)
        except TimeoutError:
            finding = Finding(
                status=Health.DOWN,
                evidence=f"No answer within {self.time_limit_seconds:g} s.",
                threshold=self.time_limit_seconds,
                remedy=self.remedy,
            )
        except BedsideError as error:
            finding = Finding(status=Health.DOWN, evidence=error.message, remedy=self.remedy)
        except Exception as error:  # noqa: BLE001 - whatever a check meets is its finding
            _log.exception("check failed", part=self.part)
            finding = Finding(status=Health.DOWN, evidence=type(error).__name__, remedy=self.remedy)
        seconds = time.perf_counter() - started
        in_time = Condition(
            name="time to answer",
            value=f"{seconds * 1000:.0f} ms",
            threshold=f"within {self.time_limit_seconds * 1000:.0f} ms",
            ok=seconds <= self.time_limit_seconds,
        )
        return CheckResult(
            **finding.model_dump(exclude={"conditions"}),
            name=self.name or self.part,
            part=self.part,
            title=self.title,
            category=self.category,
            procedure=self.procedure,
            conditions=[*finding.conditions, in_time],
            response_time_ms=round(seconds * 1000, 1),
            last_checked=runtime.clock.now(),
        )


def graded(value: float, warning: float, critical: float) -> Health:
    """Return how a value is that is better the lower it is; where ``critical`` is below ``warning``, the higher."""
    if warning <= critical:
        return Health.DOWN if value >= critical else Health.DEGRADED if value >= warning else Health.HEALTHY
    return Health.DOWN if value <= critical else Health.DEGRADED if value <= warning else Health.HEALTHY


async def run_checks(runtime: Runtime, checks: Sequence[Check]) -> list[CheckResult]:
    """Run all checks at once."""
    return list(await asyncio.gather(*(check.run(runtime) for check in checks)))


def worst(results: Sequence[CheckResult]) -> Health:
    """Return the worst status among ``results``; healthy when there is none."""
    order = list(Health)
    return max((r.status for r in results), key=order.index, default=Health.HEALTHY)


@dataclass(frozen=True)
class CheckList:
    """Every check of the process, kept among the runtime's parts."""

    checks: tuple[Check, ...]
