"""Figures over time as they cross the border."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, Field


class SeriesName(StrEnum):
    """What is sampled."""

    REQUEST_RATE = "requests.rate"
    REQUEST_P95 = "requests.p95"
    REQUEST_ERRORS = "requests.errors"
    CONVERSATIONS = "conversations"
    QUEUE_AGE = "queue.age"
    POOL_USE = "database.pool"
    CACHE_HIT = "database.cache_hit"
    DISK_USE = "disk.used"
    CPU_USE = "machine.cpu"
    MEMORY_USE = "machine.memory"
    CONNECTIONS = "database.connections"
    DATABASE_SIZE = "database.size"
    TABLE_SIZE = "database.tables"
    FOLDER_SIZE = "folders.size"


class SeriesUnit(StrEnum):
    """In what a series is measured."""

    PER_SECOND = "per_second"
    MILLISECONDS = "milliseconds"
    PERCENT = "percent"
    COUNT = "count"
    SECONDS = "seconds"
    BYTES = "bytes"


UNITS = {
    SeriesName.REQUEST_RATE: SeriesUnit.PER_SECOND,
    SeriesName.REQUEST_P95: SeriesUnit.MILLISECONDS,
    SeriesName.REQUEST_ERRORS: SeriesUnit.PERCENT,
    SeriesName.CONVERSATIONS: SeriesUnit.COUNT,
    SeriesName.QUEUE_AGE: SeriesUnit.SECONDS,
    SeriesName.POOL_USE: SeriesUnit.PERCENT,
    SeriesName.CACHE_HIT: SeriesUnit.PERCENT,
    SeriesName.DISK_USE: SeriesUnit.PERCENT,
    SeriesName.CPU_USE: SeriesUnit.PERCENT,
    SeriesName.MEMORY_USE: SeriesUnit.PERCENT,
    SeriesName.CONNECTIONS: SeriesUnit.PERCENT,
    SeriesName.DATABASE_SIZE: SeriesUnit.BYTES,
    SeriesName.TABLE_SIZE: SeriesUnit.BYTES,
    SeriesName.FOLDER_SIZE: SeriesUnit.BYTES,
}


class Range(StrEnum):
    """How far back."""

    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"


@dataclass(frozen=True)
class Resolution:
    """A stretch of ``width``; samples of this width are kept for ``kept``, None: as long as a setting says."""

    width: timedelta
    kept: timedelta | None


MINUTE = Resolution(timedelta(minutes=1), timedelta(hours=3))
QUARTER = Resolution(timedelta(minutes=15), timedelta(days=2))
TWO_HOURS = Resolution(timedelta(hours=2), None)
RESOLUTIONS = (MINUTE, QUARTER, TWO_HOURS)
RANGES = {
    Range.HOUR: (timedelta(hours=1), MINUTE),
    Range.DAY: (timedelta(hours=24), QUARTER),
    Range.WEEK: (timedelta(days=7), TWO_HOURS),
}


class Line(BaseModel):
    """One line of a series: a value for each stretch, null where nobody looked."""

    label: str = Field(description="A status or level; empty where the series is one line.")
    values: list[float | None] = Field(description="The mean of each stretch.")
    greatest: list[float | None] = Field(description="The greatest value in each stretch.")


class Series(BaseModel):
    """One figure over the range."""

    name: SeriesName
    unit: SeriesUnit
    lines: list[Line]


class SeriesReport(BaseModel):
    """Figures over time, in stretches of equal width; the last is the one that runs."""

    range: Range
    width_seconds: int
    starts: list[datetime]
    series: list[Series]


@dataclass(frozen=True)
class Observation:
    """One value, looked at in one minute."""

    name: SeriesName
    label: str
    minute: datetime
    value: float
