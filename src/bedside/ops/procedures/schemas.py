"""Procedures and their runs as they are told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from bedside.ops.procedures.states import RunState
from bedside.platform.procedures import Kind, WhenLocked


class StepState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class StepView(BaseModel):
    """One step of a run, with how far it is."""

    title: str
    state: StepState
    done: int = 0
    total: int | None = None
    started_at: datetime
    finished_at: datetime | None = None


class ActionState(StrEnum):
    """``planned``: by a dry run. ``broken_off``: its process ended in the middle; whether it took effect is unknown."""

    PLANNED = "planned"
    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    BROKEN_OFF = "broken_off"


class ActionView(BaseModel):
    """One thing that a run did, or would do."""

    action: str
    state: ActionState
    step: int | None = Field(description="The step's number, from 0.")
    begun_at: datetime
    finished_at: datetime | None


class RunSummary(BaseModel):
    """A run in a list: what, by whom, when, how it ended."""

    id: UUID
    procedure: str
    title: str
    type: Kind
    state: RunState
    dry_run: bool
    performed_by: str
    via: str = Field(description="The door: api, cli, or job for the schedule.")
    scheduled_for: datetime | None = Field(description="The moment of the schedule that it was started for.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    duration_seconds: float | None
    cancel_requested: bool
    failures: list[str] = Field(description="What could not be done while the rest went on.")
    error: str | None = Field(description="Why it failed or was refused.")


class RunView(RunSummary):
    """A run with everything that is kept of it."""

    parameters: dict[str, Any]
    steps: list[StepView]
    actions: list[ActionView]
    actions_total: int = Field(description="How many there are; the first 2,000 are listed.")
    findings: list[str]
    follow_up: list[str]
    output: dict[str, Any]
    attempt: int = Field(description="How often it was begun; above 1, its worker ended in the middle.")
    heartbeat_at: datetime | None = Field(description="When its process was last heard of.")
    cancelled_by: str | None


class ProcedureView(BaseModel):
    """A procedure in the list."""

    name: str
    title: str
    purpose: str
    type: Kind
    cron: str | None = Field(description="Minute, hour, day of the month, month, day of the week, in UTC.")
    next_run: datetime | None
    missed: datetime | None = Field(description="The last moment of its schedule at which nothing started it.")
    destroys: bool = Field(description="A run has to be confirmed by the procedure's name.")
    permitted: bool = Field(description="Whether you may run it.")
    time_limit_seconds: float
    when_locked: WhenLocked = Field(description="What a second run does while one goes on.")
    last: RunSummary | None = Field(description="The newest run that is no dry run.")
    active: RunSummary | None = Field(description="One that waits or runs now.")


class ProcedureDetail(ProcedureView):
    """A procedure with the JSON schema of its parameters."""

    parameters: dict[str, Any]


class ProcedureCatalogue(BaseModel):
    """Every procedure."""

    items: list[ProcedureView]


class RunRequest(BaseModel):
    """What to run a procedure with."""

    parameters: dict[str, Any] = Field(default={}, description="By name; GET /api/procedures/{name} gives the schema.")
    dry_run: bool = Field(default=False, description="Record what would be done; change nothing.")
    confirm: str | None = Field(
        default=None, max_length=64, description="The procedure's name, where it destroys something."
    )


class Performed(BaseModel):
    """MaintenanceLog.performed; ``duration`` in seconds."""

    by: str
    at: datetime
    duration: float


class Details(BaseModel):
    """MaintenanceLog.details."""

    actions: list[str]
    findings: list[str]
    follow_up: list[str]


class MaintenanceLog(BaseModel):
    """Cardiology maintenance procedures, "Task Logging": ``MaintenanceLog``, for a run that has ended."""

    run_id: UUID
    task_id: str
    type: Kind
    performed: Performed
    details: Details
    status: Literal["completed", "partial", "failed"]
