"""A line through points that a few odd days don't bend, how sure its slope is, and when it reaches a limit.

Theil (1950) and Sen (1968): the slope is the median of the slopes between all pairs of points; it stands up to 29 % of
points that are far off. Its confidence interval is Sen's, from the distribution of Kendall's tau (Gilbert, Statistical
Methods for Environmental Pollution Monitoring, 1987, 16.5).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median

Z95 = 1.96
LEAST_POINTS = 7
"""Days: with fewer, one week's rhythm can't be told from growth."""
FARTHEST = timedelta(days=3650)
"""What is projected to be later than that is told as never: nobody's line holds for ten years."""


@dataclass(frozen=True)
class Point:
    """A value of one day."""

    at: datetime
    value: float


@dataclass(frozen=True)
class Trend:
    """``slope`` a day, with its 95 % interval ``low`` to ``high``; ``level`` is its value at ``at``, the last."""

    at: datetime
    level: float
    slope: float
    low: float
    high: float
    points: int
    days: float


@dataclass(frozen=True)
class Reach:
    """When a limit is reached: at ``at``, between ``earliest`` and ``latest``. None: not within ten years."""

    at: datetime | None
    earliest: datetime | None
    latest: datetime | None
    reached: bool = False


def fit(points: Sequence[Point]) -> Trend | None:
    """Return the line through ``points``, oldest first; None where there are too few, or over too short a time."""
    if len(points) < LEAST_POINTS:
        return None
    first, last = points[0].at, points[-1].at
    days = [(point.at - first) / timedelta(days=1) for point in points]
    if days[-1] < LEAST_POINTS - 1:
        return None
    values = [point.value for point in points]
    slopes = sorted((values[j] - values[i]) / (days[j] - days[i]) for i, j in combinations(range(len(points)), 2))
    slope = median(slopes)
    intercept = median(value - slope * day for value, day in zip(values, days, strict=True))
    low, high = _interval(slopes, len(points))
    return Trend(last, intercept + slope * days[-1], slope, low, high, len(points), days[-1])


def _interval(slopes: Sequence[float], count: int) -> tuple[float, float]:
    spread = Z95 * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = max(0, round((len(slopes) - spread) / 2) - 1)
    high = min(len(slopes) - 1, round((len(slopes) + spread) / 2))
    return slopes[low], slopes[high]


def reach(trend: Trend, limit: float) -> Reach:
    """Return when the line reaches ``limit`` from below."""
    if trend.level >= limit:
        return Reach(trend.at, trend.at, trend.at, reached=True)
    return Reach(_when(trend, limit, trend.slope), _when(trend, limit, trend.high), _when(trend, limit, trend.low))


def _when(trend: Trend, limit: float, slope: float) -> datetime | None:
    if slope <= 0:
        return None
    days = (limit - trend.level) / slope
    return None if days > FARTHEST.days else trend.at + timedelta(days=days)
