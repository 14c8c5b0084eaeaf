"""What a health report holds."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from bedside.platform.checks import CheckResult, Condition, Health


class PartHealth(BaseModel):
    """A part and its checks. Its status is the worst of them; evidence, remedy and conditions are that check's."""

    part: str
    title: str = Field(description="The part as people call it.")
    status: Health
    evidence: str
    remedy: str | None = Field(default=None, description="What to do when it is not healthy.")
    conditions: list[Condition] = Field(default=[], description="What had to hold, and what was found.")
    skipped: str | None = Field(default=None, description="Why none of its checks was made; null where one was.")
    response_time_ms: float = Field(description="Of its slowest check.")
    last_checked: datetime
    error_rate_percent: float | None = Field(
        default=None, description="Of the looks, how many did not find its worst check healthy; null without any."
    )
    uptime_percent: float | None = Field(
        default=None, description="Of the looks, how many did not find its worst check down; null without any."
    )
    checks: list[CheckResult]


class HealthReport(BaseModel):
    """The worst status of all parts, and each part's own."""

    status: Health
    score: int = Field(description="100, less 40 for each part that is down and 10 for each that is degraded; 0 least.")
    serving: bool = Field(description="Whether people can be served: no check is down that this hangs on.")
    version: str
    timestamp: datetime
    parts: list[PartHealth]


class Alive(BaseModel):
    """The process answers; nothing else is looked at."""

    status: Health = Health.HEALTHY


class Readiness(BaseModel):
    """Whether this process can serve people now."""

    ready: bool
    reason: str | None = None
