"""From results of checks to parts and a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version

from bedside.ops.health.schemas import HealthReport, PartHealth
from bedside.platform.checks import PART_TITLES, CheckResult, Health, worst

PER_PART_DOWN, PER_PART_DEGRADED = 40, 10
"""What a part costs of a score of 100, so that one part down is below the runbook's threshold of 80
(My Dr AI, ``db_health_check.py --alert-threshold 80``), and two degraded ones are not."""


def make_report(results: Sequence[CheckResult], vital: frozenset[str], at: datetime) -> HealthReport:
    """Return the report of ``results``; ``vital`` names the checks without which nobody can be served."""
    parts = by_part(results)
    return HealthReport(
        status=worst(results),
        score=score(parts),
        serving=not any(r.name in vital and r.status is Health.DOWN for r in results),
        version=version("bedside"),
        timestamp=at,
        parts=parts,
    )


def score(parts: Sequence[PartHealth]) -> int:
    """Return 0 to 100, as ``HealthReport.score`` says."""
    cost = {Health.DOWN: PER_PART_DOWN, Health.DEGRADED: PER_PART_DEGRADED, Health.HEALTHY: 0}
    return max(0, 100 - sum(cost[part.status] for part in parts))


def by_part(results: Sequence[CheckResult]) -> list[PartHealth]:
    """Return the parts in the order in which they are told, each with its checks."""
    order = {part: number for number, part in enumerate(PART_TITLES)}
    found: dict[str, list[CheckResult]] = {}
    for result in sorted(results, key=lambda r: order.get(r.part, len(order))):
        found.setdefault(result.part, []).append(result)
    return [_part(part, checks) for part, checks in found.items()]


def _part(part: str, checks: list[CheckResult]) -> PartHealth:
    status = worst(checks)
    # Where all is well, a check that was skipped says least.
    leading = min(checks, key=lambda c: (c.status is not status, c.skipped is not None))
    return PartHealth(
        part=part,
        title=PART_TITLES.get(part, leading.title),
        status=status,
        evidence=leading.evidence,
        remedy=leading.remedy,
        conditions=leading.conditions,
        skipped=leading.skipped,
        response_time_ms=max(c.response_time_ms for c in checks),
        last_checked=max(c.last_checked for c in checks),
        error_rate_percent=max(
            (c.error_rate_percent for c in checks if c.error_rate_percent is not None), default=None
        ),
        uptime_percent=min((c.uptime_percent for c in checks if c.uptime_percent is not None), default=None),
        checks=checks,
    )
