"""Reads the kept figures, draws a line through each, and says when it reaches its limits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.ops.capacity import wording
from bedside.ops.capacity.schemas import (
    CapacityReport,
    DayValue,
    LimitReach,
    Outlook,
    Projection,
    ScaleAdvice,
    ScaleRule,
    Scaling,
)
from bedside.ops.capacity.trend import LEAST_POINTS, Point, Trend, fit, reach
from bedside.ops.database.settings import DatabaseCheckSettings
from bedside.ops.machine.settings import MachineCheckSettings
from bedside.ops.monitoring.tables import TrafficMinute
from bedside.ops.series import repository
from bedside.ops.series.schemas import TWO_HOURS, UNITS, SeriesName
from bedside.platform.access.actor import Actor
from bedside.platform.config import Settings
from bedside.platform.runtime import Runtime

DAYS = 90
DAY = timedelta(days=1)
SOON = timedelta(days=30)
"""A limit that is reached within this needs somebody now: disks and machines take weeks to come."""
P95_LIMIT_MS = 1000.0
"""OpenAlgebra, "Alert Rules": p95 above one second."""
MOST_TABLES = 10
BUSY = timedelta(days=7)
COUNTED = timedelta(minutes=10)
LEAST_REPLICAS, MOST_REPLICAS, REPLICA_CPU = 3, 10, 70.0
"""Administrator guide, values.yaml, "autoscaling"."""
SCALE_RULES = (
    (SeriesName.CPU_USE, 70.0, 30.0),
    (SeriesName.MEMORY_USE, 80.0, 50.0),
    (SeriesName.REQUEST_P95, 2000.0, 500.0),
)
"""YAZ, "Resource Scaling": scale up above the first, down below the second."""


@dataclass(frozen=True)
class _Kind:
    """How one figure is made of a day, and the only label that counts, where there are several."""

    name: SeriesName
    is_load: bool
    label: str | None = None


KINDS = (
    _Kind(SeriesName.DISK_USE, is_load=False),
    _Kind(SeriesName.DATABASE_SIZE, is_load=False),
    _Kind(SeriesName.TABLE_SIZE, is_load=False),
    _Kind(SeriesName.FOLDER_SIZE, is_load=False),
    _Kind(SeriesName.CPU_USE, is_load=True),
    _Kind(SeriesName.MEMORY_USE, is_load=True),
    _Kind(SeriesName.CONNECTIONS, is_load=True),
    _Kind(SeriesName.POOL_USE, is_load=True),
    _Kind(SeriesName.REQUEST_P95, is_load=True),
    _Kind(SeriesName.REQUEST_RATE, is_load=True),
    _Kind(SeriesName.CONVERSATIONS, is_load=True, label="begun"),
)


def limits_of(settings: Settings) -> dict[SeriesName, tuple[tuple[str, float], ...]]:
    """Return the limits in force by figure: severity and value."""
    machine, database = settings.get(MachineCheckSettings), settings.get(DatabaseCheckSettings)
    pool = (("warning", database.pool_warning), ("critical", database.pool_critical))
    return {
        SeriesName.DISK_USE: (("warning", machine.disk_warning), ("critical", machine.disk_critical)),
        SeriesName.CPU_USE: (("warning", machine.cpu_warning), ("critical", machine.cpu_critical)),
        SeriesName.MEMORY_USE: (("warning", machine.memory_warning), ("critical", machine.memory_critical)),
        SeriesName.CONNECTIONS: pool,
        SeriesName.POOL_USE: pool,
        SeriesName.REQUEST_P95: (("warning", P95_LIMIT_MS),),
    }


async def capacity(runtime: Runtime, days: int = DAYS) -> CapacityReport:
    """Return growth, limits and scaling from the figures of the last ``days``. Raises Unavailable."""
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        now = ctx.now()
        names = [kind.name.value for kind in KINDS]
        rows = await repository.read(ctx.session, names, TWO_HOURS.width, now - days * DAY)
        replicas = await _replicas(ctx.session, now)
    limits = limits_of(runtime.settings)
    projections = [each for kind in KINDS for each in _projections(kind, rows, limits, now)]
    judged = [each.outlook for each in projections if each.limits]
    order = list(Outlook)
    return CapacityReport(
        at=now,
        days=days,
        outlook=min(judged, key=order.index, default=Outlook.UNKNOWN),
        projections=projections,
        scaling=scaling(rows, replicas, now),
    )


def needs_somebody(report: CapacityReport) -> list[str]:
    """Return a sentence for each limit that is reached, or will be within ``SOON``."""
    return [
        f"{each.title}: {wording.limit_sentence(limit, each.unit)}"
        for each in report.projections
        for limit in each.limits
        if limit.reached or (each.outlook is Outlook.GROWING and limit.at is not None and limit.at <= report.at + SOON)
    ]


def _projections(
    kind: _Kind, rows: Sequence[Any], limits: Mapping[SeriesName, tuple[tuple[str, float], ...]], now: datetime
) -> list[Projection]:
    mine = [row for row in rows if row.name == kind.name and kind.label in (None, row.label)]
    labels = list(dict.fromkeys(row.label for row in mine)) or [""]
    found = [
        project(kind.name, label, by_day([r for r in mine if r.label == label], now, kind), limits.get(kind.name, ()))
        for label in labels
    ]
    if kind.name is SeriesName.TABLE_SIZE:
        found.sort(key=lambda each: each.history[-1].value if each.history else 0.0, reverse=True)
        return found[:MOST_TABLES]
    return found


def by_day(rows: Sequence[Any], now: datetime, kind: _Kind) -> list[Point]:
    """Return a point for each day: of a load its busiest two hours, of a size the last that was measured.

    The day that runs has not had its busiest hours yet, so it counts for sizes alone.
    """
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days: dict[datetime, list[Any]] = {}
    for row in rows:
        days.setdefault(row.at.replace(hour=0, minute=0, second=0, microsecond=0), []).append(row)
    points = []
    for day, seen in sorted(days.items()):
        if kind.is_load and day < today:
            points.append(Point(day, max(row.mean for row in seen)))
        elif not kind.is_load:
            points.append(Point(day, max(seen, key=lambda row: row.at).mean))
    return points


def project(name: SeriesName, label: str, points: Sequence[Point], limits: Sequence[tuple[str, float]]) -> Projection:
    """Return what the line through ``points`` says of the limits."""
    unit, title = UNITS[name], wording.TITLES[name]
    if label and name is not SeriesName.CONVERSATIONS:
        title = f"{title} {label}"
    trend = fit(points)
    span = (points[-1].at - points[0].at) / DAY + 1 if points else 0.0
    common: dict[str, Any] = {
        "name": name,
        "label": label,
        "title": title,
        "unit": unit,
        "days": span,
        "history": [DayValue(day=point.at, value=point.value) for point in points],
    }
    if trend is None:
        last = f" It was {wording.figure(points[-1].value, unit)} on the last." if points else ""
        return Projection(
            **common,
            outlook=Outlook.UNKNOWN,
            now=None,
            per_day=None,
            per_day_low=None,
            per_day_high=None,
            limits=[
                LimitReach(limit=limit, severity=severity, reached=False, at=None, earliest=None, latest=None)
                for severity, limit in limits
            ],
            summary=f"{title}: not enough history: {len(points)} days, {LEAST_POINTS} are needed.{last}",
        )
    reached = [_reach(trend, severity, limit) for severity, limit in limits]
    outlook = _outlook(trend, reached)
    line = (trend.level, trend.slope, trend.low, trend.high)
    said = [
        wording.sentence(title, unit, outlook, line, round(span)),
        *(wording.limit_sentence(each, unit) for each in reached if outlook is not Outlook.STEADY or each.reached),
    ]
    return Projection(
        **common,
        outlook=outlook,
        now=trend.level,
        per_day=trend.slope,
        per_day_low=trend.low,
        per_day_high=trend.high,
        limits=reached,
        summary=" ".join(said),
    )


def _reach(trend: Trend, severity: str, limit: float) -> LimitReach:
    when = reach(trend, limit)
    return LimitReach(
        limit=limit, severity=severity, reached=when.reached, at=when.at, earliest=when.earliest, latest=when.latest
    )


def _outlook(trend: Trend, limits: Sequence[LimitReach]) -> Outlook:
    if any(limit.reached for limit in limits):
        return Outlook.REACHED
    if not limits:
        return Outlook.NO_LIMIT
    return Outlook.GROWING if trend.low > 0 else Outlook.STEADY


async def _replicas(session: AsyncSession, now: datetime) -> int:
    query = select(func.count(TrafficMinute.process_id.distinct())).where(TrafficMinute.minute >= now - COUNTED)
    return (await session.execute(query)).scalar_one()


def scaling(rows: Sequence[Any], replicas: int, now: datetime) -> ScaleAdvice:
    """Return what the runbooks' thresholds say of the last week's busiest two hours."""
    rules = [_rule(name, up, down, rows, now) for name, up, down in SCALE_RULES]
    known = [rule for rule in rules if rule.busiest is not None]
    cpu = rules[0].busiest
    wanted = (
        None
        if cpu is None or replicas == 0
        else min(MOST_REPLICAS, max(LEAST_REPLICAS, math.ceil(replicas * cpu / REPLICA_CPU)))
    )
    if not known:
        says, summary = Scaling.UNKNOWN, "Nothing was measured in the last week."
    elif any(rule.says is Scaling.UP for rule in known):
        which = ", ".join(rule.title for rule in known if rule.says is Scaling.UP)
        says, summary = Scaling.UP, f"Scale up: {which} is above its threshold in the busiest two hours of the week."
    elif len(known) == len(rules) and all(rule.says is Scaling.DOWN for rule in known):
        says, summary = Scaling.DOWN, "One process less would do: everything is below its threshold, all week."
    else:
        says, summary = Scaling.KEEP, "Nothing to do: no threshold for more processes is passed."
    return ScaleAdvice(says=says, summary=summary, rules=rules, replicas=replicas, replicas_wanted=wanted)


def _rule(name: SeriesName, up: float, down: float, rows: Sequence[Any], now: datetime) -> ScaleRule:
    values = [row.mean for row in rows if row.name == name and row.at >= now - BUSY]
    busiest = max(values, default=None)
    if busiest is None:
        says = Scaling.UNKNOWN
    elif busiest > up:
        says = Scaling.UP
    else:
        says = Scaling.DOWN if busiest < down else Scaling.KEEP
    return ScaleRule(
        name=name,
        title=wording.TITLES[name],
        unit=UNITS[name],
        busiest=busiest,
        up_above=up,
        down_below=down,
        says=says,
    )
