"""Care's settings: when the service is staffed, and by when each level must be answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field, model_validator

from bedside.care.hours import ALWAYS, StaffedHours
from bedside.care.targets import Targets
from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings

_LONGEST_HOURS = 24 * 28


class CareSettings(Section):
    """Staffed hours, target times by level, how long a patient stays visible to clinicians."""

    section: ClassVar[str] = "care"

    time_zone: str = Field(default="UTC", alias="TIME_ZONE", description="The service's IANA time zone.")
    staffed_hours: str = Field(
        default=ALWAYS,
        alias="STAFFED_HOURS",
        max_length=500,
        description='When a nurse is there: "Mon-Fri 08:00-18:00; Sat 09:00-13:00", or "always".',
    )
    closed_days: str = Field(
        default="",
        alias="STAFFED_CLOSED_DAYS",
        max_length=4000,
        description="Dates without staff (2026-12-25, ...), comma-separated.",
    )
    emergency_minutes: int = Field(
        default=5, alias="TARGET_EMERGENCY_MINUTES", ge=1, le=60, description="Target for an emergency, in minutes."
    )
    urgent_hours: int = Field(
        default=24, alias="TARGET_URGENT_HOURS", ge=1, le=48, description="Target for an urgent case, in hours."
    )
    routine_hours: int = Field(
        default=72,
        alias="TARGET_ROUTINE_HOURS",
        ge=1,
        le=_LONGEST_HOURS,
        description="Target for a routine case, in hours.",
    )
    self_care_hours: int = Field(
        default=120,
        alias="TARGET_SELF_CARE_HOURS",
        ge=1,
        le=_LONGEST_HOURS,
        description="Target for a self-care case, in hours.",
    )
    in_care_days: int = Field(
        default=30,
        alias="IN_CARE_DAYS",
        ge=1,
        le=365,
        description="How many days after the last decision clinicians still see a patient without break-glass.",
    )
    claim_minutes: int = Field(
        default=60,
        alias="CLAIM_TIMEOUT_MINUTES",
        ge=5,
        le=24 * 60,
        description="After how many minutes an undecided claim lapses and the case waits again.",
    )

    abandoned_minutes: int = Field(
        default=15,
        alias="ABANDONED_AFTER_MINUTES",
        ge=1,
        le=24 * 60,
        description="After how many silent minutes a case with open questions goes to the nurse as it is.",
    )
    conversation_retention_days: int | None = Field(
        default=None,
        alias="CONVERSATION_RETENTION_DAYS",
        # The youngest record that PostgreSQL lets Bedside delete (migration 0014).
        ge=30,
        le=36_500,
        description="After how many days without a word conversations are deleted; when not set: never.",
    )

    @model_validator(mode="after")
    def _readable(self) -> Self:
        StaffedHours.parse(self.staffed_hours, self.time_zone, self.closed_days)
        return self

    @cached_property
    def hours(self) -> StaffedHours:
        """The staffed hours, read."""
        return StaffedHours.parse(self.staffed_hours, self.time_zone, self.closed_days)

    @cached_property
    def targets(self) -> Targets:
        """The target times by level."""
        return Targets(
            emergency=timedelta(minutes=self.emergency_minutes),
            urgent=timedelta(hours=self.urgent_hours),
            routine=timedelta(hours=self.routine_hours),
            self_care=timedelta(hours=self.self_care_hours),
        )

    def problems(self, settings: Settings) -> Iterable[str]:
        if not self.urgent_hours <= self.routine_hours <= self.self_care_hours:
            yield (
                "TARGET_URGENT_HOURS, TARGET_ROUTINE_HOURS and TARGET_SELF_CARE_HOURS must not fall: "
                "a less urgent case would be due before a more urgent one."
            )
