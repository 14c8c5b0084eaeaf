"""Turns results of checks and counted requests into what the page draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bedside.ops.health.schemas import PartHealth
from bedside.ops.monitoring.schemas import Bar, Latencies, MinuteOfRequests, PartReport, Requests, RouteRequests
from bedside.platform.checks import Health
from bedside.platform.traffic import BUCKETS, percentile

BARS = 60
MINUTES = 60


def part_report(
    part: PartHealth,
    rows: Iterable[Any],
    standings: Iterable[Any],
    *,
    period: timedelta,
    since: datetime,
    until: datetime,
) -> PartReport:
    """Return one part's report from its stretches and its checks' standings (repository).

    ``period``: how often the part is looked at, by the check that is made most often.
    """
    found = list(standings)
    whole = until - since
    looked = max((row.looks for row in found), default=0) * period / whole
    return PartReport.model_validate(
        {
            **part.model_dump(),
            "uptime_percent": min((percent(row.looks - row.down, row.looks) for row in found), default=None),
            "error_rate_percent": max((percent(row.unhealthy, row.looks) for row in found), default=None),
            "observed_percent": round(min(100.0, 100 * looked), 1),
            "history": bars(rows, since, whole),
        }
    )


def percent(count: int, whole: int) -> float:
    """Return ``count`` of ``whole`` in percent."""
    return round(100 * count / whole, 3)


def bars(rows: Iterable[Any], since: datetime, whole: timedelta) -> list[Bar]:
    """Return the stretches (repository.history) from ``since``, one bar for each, also where nobody looked."""
    by_number = {int(row.stretch): row for row in rows}
    return [_bar(since + number * whole / BARS, by_number.get(number)) for number in range(BARS)]


def _bar(start: datetime, row: Any | None) -> Bar:
    if row is None:
        return Bar(start=start, status=None, checks=0, response_time_ms=None, evidence=None)
    status = Health.DOWN if row.down else Health.DEGRADED if row.degraded else Health.HEALTHY
    return Bar(
        start=start,
        status=status,
        checks=row.checks,
        response_time_ms=round(row.milliseconds, 1),
        evidence=row.evidence,
    )


def requests(rows: Sequence[Any], since: datetime) -> Requests:
    """Return the hour from ``since``, a full minute, from rows of each process and minute."""
    minutes = [since + timedelta(minutes=number) for number in range(MINUTES)]
    by_minute: dict[datetime, list[Any]] = {minute: [] for minute in minutes}
    for row in rows:
        if row.minute in by_minute:
            by_minute[row.minute].append(row)
    counted = [row for found in by_minute.values() for row in found]
    return Requests(**_counts(counted), minutes=[_minute(start, found) for start, found in by_minute.items()])


def _minute(start: datetime, rows: Sequence[Any]) -> MinuteOfRequests:
    counts = _counts(rows)
    return MinuteOfRequests(start=start, **{**counts, "requests": counts["requests"] if rows else None})


def routes(rows: Sequence[Any]) -> list[RouteRequests]:
    """Return each route's whole, the busiest first."""
    by_route: dict[str, list[Any]] = {}
    for row in rows:
        by_route.setdefault(row.route, []).append(row)
    found = [RouteRequests(route=route, **_counts(of_route)) for route, of_route in by_route.items()]
    return sorted(found, key=lambda r: (-r.requests, r.route))


def _counts(rows: Sequence[Any]) -> dict[str, Any]:
    latencies = [sum(column) for column in zip(*(r.latencies for r in rows), strict=True)] or [0] * BUCKETS
    return {
        "requests": sum(r.requests for r in rows),
        "client_errors": sum(r.client_errors for r in rows),
        "server_errors": sum(r.server_errors for r in rows),
        **_percentiles(latencies).model_dump(),
    }


def _percentiles(latencies: list[int]) -> Latencies:
    return Latencies(
        p50_ms=percentile(latencies, 0.50), p95_ms=percentile(latencies, 0.95), p99_ms=percentile(latencies, 0.99)
    )
