"""A check looks at one thing and says how it is, by what evidence, and what to do.

The shape of a result is the maintenance procedures' ``HealthCheck``: status healthy, degraded or down,
response time, error rate, uptime, last checked. ``platform.looking`` runs checks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from bedside.platform.config.load import Settings
from bedside.platform.errors import Fault
from bedside.platform.looking import Hanging, look_within

if TYPE_CHECKING:
    from bedside.platform.runtime import Runtime

TIME_LIMIT_SECONDS = 1.5
FULL_RUN_SECONDS = 1.9
"""A run of all checks ends within this; a check that needs longer is made by the worker, and when it is asked for."""


AT_ONCE = 8
"""Looks that run beside each other, and so how many database connections they take at most."""


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


PART_TITLES: Mapping[str, str] = {
    "api": "API",
    "db": "Database",
    "worker": "Background jobs",
    "host": "Machine",
    "disk": "Disk",
    "storage": "Storage",
    "cache": "Cache",
    "model": "Chat model",
    "knowledge": "Knowledge",
    "audit": "Audit log",
    "notify": "Notifications",
    "signin": "Sign-in",
    "certificates": "Certificates",
    "secrets": "Secrets",
    "logs": "Logs",
    "settings": "Settings",
    "version": "Version",
}
"""Parts as people call them, in the order in which they are told. A feature's part that is not here comes last."""


class Condition(BaseModel):
    """One thing that has to hold, with what was found: "disk used", "42.0 %", "under 85 %", true."""

    name: str
    value: str
    threshold: str
    ok: bool


class Thresholds(BaseModel):
    """From where a value is a warning and critical. Where ``critical`` is below ``warning``, more is better."""

    warning: float
    critical: float
    unit: str = ""

    def words(self) -> str:
        """Return what is wanted: "under 85 %"."""
        return f"{'under' if self.warning <= self.critical else 'over'} {_figure(self.warning, self.unit)}"

    def shown(self, value: float) -> str:
        """Return ``value`` with the unit."""
        return _figure(value, self.unit)


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
    title: str = Field(description="What is looked at, as people call it.")
    response_time_ms: float
    last_checked: datetime
    procedure: str | None = Field(default=None, description="The procedure that helps, where one does.")
    error_rate_percent: float | None = Field(
        default=None, description="Of the last day's looks, how many did not find it healthy; null without any."
    )
    uptime_percent: float | None = Field(
        default=None, description="Of the last day's looks, how many did not find it down; null without any."
    )


@dataclass(frozen=True)
class Check:
    """``look`` must be safe to cancel; ``remedy`` is told wherever it is not healthy and its finding names no other.

    ``name`` tells the checks of one part apart and is the part's where there is only one. ``period``: how often
    the worker looks by itself. ``procedure`` names the procedure that helps. ``needs`` names the checks without which
    this one can't be made: where one of them is down, this is skipped and not failed a second time.
    ``vital``: people can't be served while it is down. ``thresholds`` tells the ones in force, where it has any.
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
    needs: tuple[str, ...] = ()
    vital: bool = False
    thresholds: Callable[[Settings], Thresholds] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.part)
        if self.name.partition(".")[0] != self.part:
            raise Fault(f"The check {self.name} is not named after its part, {self.part}.")

    @property
    def is_slow(self) -> bool:
        """Whether it may take longer than a run of all checks: then the worker looks, and whoever asks for it."""
        return self.time_limit_seconds > FULL_RUN_SECONDS

    async def run(self, runtime: Runtime, *, within: float | None = None) -> CheckResult:
        """Return the result; a failure or a time-out is a result too, never an exception.

        ``within`` seconds, where that is less than its own limit. Returns in that time even where the look does not
        heed its cancellation or hangs in a thread (``in_thread``).
        """
        limit = self.time_limit_seconds if within is None else min(within, self.time_limit_seconds)
        checks: CheckList | None = runtime.parts.get(CheckList)
        outcome = await look_within(
            lambda: self.look(runtime), limit, self.name, checks.hanging if checks else Hanging()
        )
        finding = (
            outcome.value
            if outcome.value is not None
            else Finding(status=Health.DOWN, evidence=outcome.failure, threshold=limit if outcome.late else None)
        )
        if finding.status is not Health.HEALTHY and finding.remedy is None:
            finding = finding.model_copy(update={"remedy": self.remedy})
        in_time = Condition(
            name="time to answer",
            value=f"{outcome.seconds * 1000:.0f} ms",
            threshold=f"within {self.time_limit_seconds * 1000:.0f} ms",
            ok=not outcome.late,
        )
        conditions = [] if finding.skipped else [*finding.conditions, in_time]
        return self.result(runtime, finding.model_copy(update={"conditions": conditions}), outcome.seconds)

    def result(self, runtime: Runtime, finding: Finding, seconds: float = 0.0) -> CheckResult:
        """Return ``finding`` as this check's result, made just now within ``seconds``."""
        return CheckResult(
            **finding.model_dump(),
            name=self.name,
            part=self.part,
            title=self.title,
            category=self.category,
            procedure=self.procedure,
            response_time_ms=round(seconds * 1000, 1),
            last_checked=runtime.clock.now(),
        )


@dataclass(frozen=True)
class CheckList:
    """Every check of the process, kept among the runtime's parts. ``hanging``: looks that have not come back.

    Raises Fault when two checks have one name, or one needs a check that is not there.
    """

    checks: tuple[Check, ...]
    hanging: Hanging = field(default_factory=Hanging, compare=False)

    def __post_init__(self) -> None:
        names = [check.name for check in self.checks]
        twice = {name for name in names if names.count(name) > 1}
        missing = {need for check in self.checks for need in check.needs} - set(names)
        if twice or missing:
            raise Fault(f"Checks named twice: {sorted(twice)}; needed and not listed: {sorted(missing)}.")


NEEDS_DATABASE = ("db.connection",)
"""``needs`` of whatever asks the database."""


def graded(value: float, warning: float, critical: float) -> Health:
    """Return how a value is that is better the lower it is; where ``critical`` is below ``warning``, the higher."""
    if warning <= critical:
        return Health.DOWN if value >= critical else Health.DEGRADED if value >= warning else Health.HEALTHY
    return Health.DOWN if value <= critical else Health.DEGRADED if value <= warning else Health.HEALTHY


def measured(name: str, value: float, thresholds: Thresholds, evidence: str, **more: Any) -> Finding:
    """Return the finding of one measured value: graded, with its condition. ``more`` are further fields."""
    status = graded(value, thresholds.warning, thresholds.critical)
    condition = Condition(
        name=name,
        value=thresholds.shown(value),
        threshold=thresholds.words(),
        ok=status is Health.HEALTHY,
    )
    threshold = thresholds.critical if status is Health.DOWN else thresholds.warning
    return Finding(status=status, evidence=evidence, value=value, threshold=threshold, conditions=[condition], **more)


def skipped(reason: str) -> Finding:
    """Return the finding of what was not looked at, and why."""
    return Finding(status=Health.HEALTHY, evidence=reason, skipped=reason)


async def run_checks(
    runtime: Runtime, checks: Sequence[Check], *, within: float | None = None, at_once: int = AT_ONCE
) -> list[CheckResult]:
    """Run all checks, those first without which others can't be made; return their results in the same order.

    ``within`` seconds the whole is done: what has not had its turn by then is skipped. ``at_once``: so many looks run
    beside each other, so that they don't take all connections from the people who are served.
    """
    ends = None if within is None else time.perf_counter() + within
    turns = asyncio.Semaphore(at_once)
    listed = {check.name: check for check in runtime.part(CheckList).checks} if CheckList in runtime.parts else {}
    wanted = {check.name: check for check in checks}
    for need in {need for check in checks for need in check.needs} - set(wanted):
        if need in listed:
            wanted[need] = listed[need]
    looks: dict[str, asyncio.Task[CheckResult]] = {}

    async def look(check: Check) -> CheckResult:
        for need in check.needs:
            if need in looks and (found := await asyncio.shield(looks[need])).status is Health.DOWN:
                return check.result(runtime, skipped(f"Not looked at: {found.title} is down ({need})."))
        # What others wait for does not queue.
        async with turns if check.name not in needed else nullcontext():
            left = None if ends is None else ends - time.perf_counter()
            if left is not None and left <= 0:
                return check.result(runtime, skipped("Not looked at: the time for one run was over."))
            return await check.run(runtime, within=left)

    needed = {need for check in wanted.values() for need in check.needs}
    for name in sorted(wanted, key=lambda name: name not in needed):
        looks[name] = asyncio.create_task(look(wanted[name]), name=f"check {name}")
    try:
        return [await looks[check.name] for check in checks]
    finally:
        for task in looks.values():
            task.cancel()


def worst(results: Sequence[CheckResult]) -> Health:
    """Return the worst status among ``results``; healthy when there is none."""
    order = list(Health)
    return max((r.status for r in results), key=order.index, default=Health.HEALTHY)


def _figure(value: float, unit: str) -> str:
    number = f"{value:.1f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}"
    return f"{number} {unit}".rstrip()
