"""Runs of procedures and what each did. No patient data: a procedure's findings are about the system."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base, Row


class ProcedureRun(Row, Base):
    """One run, in the shape of the cardiology procedures' ``MaintenanceLog``.

    ``attempt`` counts how often it was begun; a process that was declared lost may write nothing more, since its
    attempt is over. ``runner`` is what runs it: a worker, or a command in its own process.
    """

    __tablename__ = "procedure_runs"

    procedure: Mapped[str]
    kind: Mapped[str]
    lock: Mapped[str]
    state: Mapped[str]
    runner: Mapped[str]
    dry_run: Mapped[bool]
    parameters: Mapped[dict[str, Any]]
    performed_by: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_role: Mapped[str]
    via: Mapped[str]
    operator: Mapped[str | None]
    scheduled_for: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    process: Mapped[str | None]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    findings: Mapped[list[str]] = mapped_column(default=list)
    follow_up: Mapped[list[str]] = mapped_column(default=list)
    failures: Mapped[list[str]] = mapped_column(default=list)
    output: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'running', 'completed', 'partial', 'failed', 'cancelled', 'lost')", name="state_known"
        ),
        CheckConstraint("kind IN ('routine', 'emergency', 'update')", name="kind_known"),
        CheckConstraint("runner IN ('worker', 'command')", name="runner_known"),
        # Two workers that are late with the same moment of a schedule start it once.
        UniqueConstraint("procedure", "scheduled_for"),
        Index(None, "created_at"),
        Index(None, "procedure", "created_at"),
        Index("ix_procedure_runs_active", "state", postgresql_where=text("state IN ('queued', 'running', 'lost')")),
    )


class ProcedureAction(Base):
    """One thing that a run did, recorded before and after. ``key`` names an effect that is never doubled."""

    __tablename__ = "procedure_actions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("procedure_runs.id", ondelete="CASCADE"))
    step: Mapped[int | None]
    action: Mapped[str]
    key: Mapped[str | None]
    state: Mapped[str]
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('planned', 'begun', 'done', 'failed', 'broken_off')", name="state_known"),
        UniqueConstraint("run_id", "key"),
        Index(None, "run_id", "id"),
    )


class ProcedureSchedule(Base):
    """Since when a procedure has had its schedule: what was due before that was not missed."""

    __tablename__ = "procedure_schedules"

    procedure: Mapped[str] = mapped_column(primary_key=True)
    cron: Mapped[str]
    since: Mapped[datetime]
