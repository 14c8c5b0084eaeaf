"""How long what is watched is kept."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from bedside.platform.config.section import Section


class MonitoringSettings(Section):
    """How long the history of checks, requests and jobs is kept."""

    section: ClassVar[str] = "monitoring"

    check_history_days: int = Field(
        default=30,
        alias="CHECK_HISTORY_DAYS",
        ge=1,
        le=400,
        description="How long results of checks are kept, in days.",
    )
    request_history_hours: int = Field(
        default=48,
        alias="REQUEST_HISTORY_HOURS",
        ge=2,
        le=720,
        description="How long counts of requests by the minute are kept, in hours.",
    )
    figure_history_days: int = Field(
        default=90,
        alias="FIGURE_HISTORY_DAYS",
        ge=8,
        le=3660,
        description="How long figures over time (requests, queue, pool, disk) are kept, in days.",
    )
    procedure_history_days: int = Field(
        default=730,
        alias="PROCEDURE_HISTORY_DAYS",
        ge=1,
        le=3650,
        description="How long runs of procedures (the maintenance log) are kept, in days.",
    )
    job_history_days: int = Field(
        default=14,
        alias="JOB_HISTORY_DAYS",
        ge=1,
        le=365,
        description="How long finished background jobs are kept, in days.",
    )
