"""Capacity as it is told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from bedside.ops.series.schemas import SeriesName, SeriesUnit


class Outlook(StrEnum):
    """How one figure stands to its limits, worst first."""

    REACHED = "reached"
    GROWING = "growing"
    STEADY = "steady"
    NO_LIMIT = "no_limit"
    UNKNOWN = "unknown"


class LimitReach(BaseModel):
    """When one limit is reached, if things go on as they did."""

    limit: float
    severity: str = Field(description="warning or critical")
    reached: bool
    at: datetime | None = Field(description="Null: not within ten years.")
    earliest: datetime | None = Field(description="With the steepest slope of the 95 % interval.")
    latest: datetime | None = Field(description="With the flattest; null: perhaps never.")


class DayValue(BaseModel):
    """The value of one day."""

    day: datetime
    value: float


class Projection(BaseModel):
    """One figure: how it stands, how it grows, and when it reaches its limits."""

    name: SeriesName
    label: str = Field(description="A table or folder; empty where the figure is one line.")
    title: str
    unit: SeriesUnit
    outlook: Outlook
    now: float | None = Field(description="What the line says of today; null without enough history.")
    per_day: float | None
    per_day_low: float | None = Field(description="Of the 95 % interval of the slope.")
    per_day_high: float | None
    days: float = Field(description="Over how many days it was looked at.")
    limits: list[LimitReach]
    summary: str = Field(description="The same in a sentence.")
    history: list[DayValue]


class Scaling(StrEnum):
    """What the runbooks' thresholds say of the number of API processes."""

    UP = "up"
    DOWN = "down"
    KEEP = "keep"
    UNKNOWN = "unknown"


class ScaleRule(BaseModel):
    """One threshold for scaling, against the busiest two hours of the last week."""

    name: SeriesName
    title: str
    unit: SeriesUnit
    busiest: float | None
    up_above: float
    down_below: float
    says: Scaling


class ScaleAdvice(BaseModel):
    """Y, "Resource Scaling", and A's autoscaling: 3 to 10 replicas at 70 % CPU."""

    says: Scaling
    summary: str
    rules: list[ScaleRule]
    replicas: int = Field(description="API processes that answered in the last ten minutes.")
    replicas_wanted: int | None = Field(
        description="What a horizontal autoscaler would have at the busiest, bounded by 3 and 10; null without figures."
    )


class CapacityReport(BaseModel):
    """Growth, its limits, and scaling."""

    at: datetime
    days: int = Field(description="How far back it was looked.")
    outlook: Outlook
    projections: list[Projection]
    scaling: ScaleAdvice
