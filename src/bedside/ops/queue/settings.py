"""From where on the checks of the background jobs warn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from bedside.ops.machine.settings import crossed
from bedside.platform.checks import Thresholds
from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings


class QueueCheckSettings(Section):
    """The thresholds of the checks of background jobs (docs/ops-checks.md)."""

    section: ClassVar[str] = "queue_checks"

    age_warning: float = Field(
        default=120, alias="CHECK_JOB_AGE_WARNING", gt=0, description="The oldest due job waits, in seconds: warning."
    )
    age_critical: float = Field(
        default=900, alias="CHECK_JOB_AGE_CRITICAL", gt=0, description="The oldest due job waits, in seconds: critical."
    )
    failures_warning: int = Field(
        default=1, alias="CHECK_JOB_FAILURES_WARNING", ge=1, description="Jobs given up in the last day: warning."
    )
    failures_critical: int = Field(
        default=20, alias="CHECK_JOB_FAILURES_CRITICAL", ge=1, description="Jobs given up in the last day: critical."
    )
    dead_warning: int = Field(
        default=10, alias="CHECK_DEAD_JOBS_WARNING", ge=1, description="Jobs given up and still kept: warning."
    )
    dead_critical: int = Field(
        default=100, alias="CHECK_DEAD_JOBS_CRITICAL", ge=1, description="Jobs given up and still kept: critical."
    )
    stuck_warning: int = Field(
        default=1, alias="CHECK_STUCK_JOBS_WARNING", ge=1, description="Jobs whose worker is gone: warning."
    )
    stuck_critical: int = Field(
        default=5, alias="CHECK_STUCK_JOBS_CRITICAL", ge=1, description="Jobs whose worker is gone: critical."
    )
    schedule_grace_seconds: int = Field(
        default=300,
        alias="CHECK_SCHEDULE_GRACE",
        ge=60,
        le=86_400,
        description="How long after its time a scheduled job may begin before it counts as missed, in seconds.",
    )

    def limits(self, name: str, unit: str = "jobs") -> Thresholds:
        """Return the thresholds called ``name``: age, failures, dead, stuck."""
        return Thresholds(
            warning=getattr(self, f"{name}_warning"), critical=getattr(self, f"{name}_critical"), unit=unit
        )

    def problems(self, settings: Settings) -> Iterable[str]:
        yield from crossed(self)
