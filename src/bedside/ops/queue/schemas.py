"""Background jobs as they are told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field


class JobStatus(StrEnum):
    """Where a job is. ``aborted``: its worker died in the middle, or was told to break it off."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ABORTED = "aborted"


class JobView(BaseModel):
    """One job: what it is called and how it went, never its arguments."""

    id: int
    name: str
    status: JobStatus
    attempts: int = Field(description="How often it has been run.")
    created_at: datetime | None
    due_at: datetime | None = Field(description="Not before then; null: at once.")
    started_at: datetime | None
    finished_at: datetime | None


class ScheduledJob(BaseModel):
    """A job that runs by itself. ``pending``: one waits or runs now."""

    name: str
    purpose: str
    cron: str = Field(description="Minute, hour, day of the month, month, day of the week, in UTC.")
    next_run: datetime
    pending: bool
    last: JobView | None = Field(description="The last one that ended.")


class Schedule(BaseModel):
    """What runs by itself, and how many workers there are to run it."""

    workers: int
    items: list[ScheduledJob]
