"""Figures and dates in words."""

from __future__ import annotations

from datetime import datetime

from bedside.ops.capacity.schemas import LimitReach, Outlook
from bedside.ops.series.schemas import SeriesName, SeriesUnit

_STEPS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")

TITLES = {
    SeriesName.REQUEST_RATE: "Requests",
    SeriesName.REQUEST_P95: "Requests: 95th percentile of time",
    SeriesName.REQUEST_ERRORS: "Requests: errors",
    SeriesName.CONVERSATIONS: "Conversations",
    SeriesName.QUEUE_AGE: "Queue: oldest job",
    SeriesName.POOL_USE: "Connection pool",
    SeriesName.CACHE_HIT: "Database: found in memory",
    SeriesName.DISK_USE: "Disk",
    SeriesName.CPU_USE: "Processors",
    SeriesName.MEMORY_USE: "Memory",
    SeriesName.CONNECTIONS: "Database connections",
    SeriesName.DATABASE_SIZE: "Database",
    SeriesName.TABLE_SIZE: "Table",
    SeriesName.FOLDER_SIZE: "Folder",
}


def figure(value: float, unit: SeriesUnit, *, signed: bool = False) -> str:
    """Return a value with its unit: ``61.2 %``, ``1.5 GiB``; ``signed`` for a change."""
    if unit is SeriesUnit.BYTES:
        return _bytes(value, signed=signed)
    number = f"{value:{'+' if signed else ''},.{_digits(value)}f}"
    match unit:
        case SeriesUnit.PERCENT:
            return f"{number} %"
        case SeriesUnit.MILLISECONDS:
            return f"{number} ms"
        case SeriesUnit.SECONDS:
            return f"{number} s"
        case SeriesUnit.PER_SECOND:
            return f"{number} a second"
    return number


def _digits(value: float) -> int:
    size = abs(value)
    return 0 if size >= 100 or size == 0 else 1 if size >= 1 else 3


def _bytes(value: float, *, signed: bool) -> str:
    step = 0
    while abs(value) >= 1024 and step < len(_STEPS) - 1:
        value, step = value / 1024, step + 1
    return f"{value:{'+' if signed else ''}.{1 if step else 0}f} {_STEPS[step]}"


def date(moment: datetime) -> str:
    """Return the day of a moment, in UTC."""
    return f"{moment:%Y-%m-%d}"


def sentence(title: str, unit: SeriesUnit, outlook: Outlook, line: tuple[float, float, float, float], days: int) -> str:
    """Return how it stands and grows; ``line`` is level, slope, low and high."""
    level, slope, low, high = line
    now = f"{title}: {figure(level, unit)}"
    if outlook is Outlook.STEADY and low <= 0 <= high:
        return f"{now}, without clear growth over {days} days."
    way = figure(slope, unit, signed=True)
    spread = f"{figure(low, unit, signed=True)} to {figure(high, unit, signed=True)}"
    return f"{now}, {way} a day over {days} days ({spread})."


def limit_sentence(reached: LimitReach, unit: SeriesUnit) -> str:
    """Return when one limit is reached."""
    limit = figure(reached.limit, unit)
    if reached.reached:
        return f"{limit} ({reached.severity}) is reached."
    if reached.at is None and reached.earliest is None:
        return f"{limit} ({reached.severity}): not within ten years."
    latest = "never" if reached.latest is None else date(reached.latest)
    earliest = "" if reached.earliest is None else date(reached.earliest)
    at = "not within ten years" if reached.at is None else date(reached.at)
    return f"{limit} ({reached.severity}): {at}; earliest {earliest}, latest {latest}."
