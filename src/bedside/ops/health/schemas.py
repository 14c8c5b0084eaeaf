"""What a health report holds."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from bedside.platform.checks import CheckResult, Health


class HealthReport(BaseModel):
    """The worst status of all parts, and each part's own."""

    status: Health
    version: str
    timestamp: datetime
    parts: list[CheckResult]


class Alive(BaseModel):
    """The process answers; nothing else is looked at."""

    status: Health = Health.HEALTHY


class Readiness(BaseModel):
    """Whether this process can serve people now."""

    ready: bool
    reason: str | None = None
