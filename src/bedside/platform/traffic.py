"""Requests counted by the minute, route by route: what the monitoring page draws. Templates of routes alone, no paths.

A process counts in memory; ``ops.monitoring`` writes the counts to the database, where those of all processes meet.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from bedside.kit.ids import new_id

BOUNDS_MS: tuple[float, ...] = tuple(round(math.sqrt(2) ** n, 3) for n in range(33))
"""Upper bounds of the histogram's buckets in milliseconds, 1 ms to 65.5 s, each the root of two times the one before.
What is slower is in one bucket more. A percentile read from it is at most a fifth off."""

BUCKETS = len(BOUNDS_MS) + 1
ALL_ROUTES = ""
"""The row that counts every route: no template is empty."""

STREAMS = frozenset({"/api/events"})
"""Open as long as a page is: how long says nothing."""

KEPT_MINUTES = 120
"""How much is remembered while the database takes nothing."""


@dataclass
class Counts:
    """What happened on one route in one minute. ``latencies`` counts requests by bucket of BOUNDS_MS."""

    requests: int = 0
    client_errors: int = 0
    server_errors: int = 0
    latencies: list[int] = field(default_factory=lambda: [0] * BUCKETS)

    def add(self, status: int, milliseconds: float | None) -> None:
        self.requests += 1
        self.client_errors += 400 <= status < 500
        self.server_errors += status >= 500
        if milliseconds is not None:
            self.latencies[bisect_left(BOUNDS_MS, milliseconds)] += 1


class Traffic:
    """One process's counts. Kept among the runtime's parts."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.process_id: UUID = new_id()
        self._clock = clock
        self._minutes: dict[int, dict[str, Counts]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request that was answered with ``status`` after ``seconds``."""
        minute = self._this_minute()
        took = None if route in STREAMS else seconds * 1000
        for name in (ALL_ROUTES, f"{method} {route}"):
            minute.setdefault(name, Counts()).add(status, took)

    def taken(self) -> list[tuple[datetime, str, Counts]]:
        """Return what has been counted and not been forgotten: minute, route, counts since the minute began.

        This minute is there without a request too: a minute that is not there is one in which nobody counted.
        """
        self._this_minute()
        return [
            (datetime.fromtimestamp(minute * 60, UTC), route, counts)
            for minute, routes in sorted(self._minutes.items())
            for route, counts in routes.items()
        ]

    def _this_minute(self) -> dict[str, Counts]:
        now = int(self._clock() // 60)
        if now not in self._minutes:
            self._minutes[now] = {ALL_ROUTES: Counts()}
            while len(self._minutes) > KEPT_MINUTES:
                del self._minutes[min(self._minutes)]
        return self._minutes[now]

    def forget(self, before: datetime) -> None:
        """Forget the minutes that began before then; they have been written."""
        for minute in [m for m in self._minutes if m * 60 < before.timestamp()]:
            del self._minutes[minute]


def percentile(latencies: list[int], share: float) -> float | None:
    """Return the latency in milliseconds below which ``share`` (0 to 1) of the requests stay; None without any.

    Read from the histogram, evenly within a bucket, as Prometheus's ``histogram_quantile`` does.
    """
    total = sum(latencies)
    if total == 0:
        return None
    rank = share * total
    below = 0
    for number, count in enumerate(latencies):
        if count and below + count >= rank:
            low = BOUNDS_MS[number - 1] if number else 0.0
            high = BOUNDS_MS[number] if number < len(BOUNDS_MS) else BOUNDS_MS[-1]
            low = min(low, high)
            return round(low + (high - low) * (rank - below) / count, 1)
        below += count
    return BOUNDS_MS[-1]
