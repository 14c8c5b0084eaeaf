"""What the page of checks is told."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from bedside.ops.monitoring.schemas import Bar
from bedside.platform.checks import Category, CheckResult, Health, Thresholds


class CheckSummary(BaseModel):
    """A check and what it found last."""

    name: str
    part: str
    part_title: str = Field(description="The part as people call it.")
    title: str
    category: Category
    remedy: str = Field(description="What to do where it is not healthy and the result names nothing else.")
    procedure: str | None = Field(description="The procedure that helps, where one does.")
    thresholds: Thresholds | None = Field(
        description="In force here; null where it is well or not, and nothing between."
    )
    period_seconds: float = Field(description="How often the worker looks.")
    time_limit_seconds: float
    needs: list[str] = Field(description="Checks without which this one is skipped.")
    vital: bool = Field(description="Whether nobody can be served while it is down.")
    last: CheckResult | None = Field(description="Null where nobody has looked yet.")
    since: datetime | None = Field(description="Since when it has been found so.")


class CheckCatalogue(BaseModel):
    """Every check. Status and score are of the newest results."""

    status: Health
    score: int = Field(description="100, less 40 for each part that is down and 10 for each that is degraded; 0 least.")
    timestamp: datetime
    items: list[CheckSummary]


class CheckPast(CheckSummary):
    """A check with its history."""

    hours: int
    history: list[Bar]
