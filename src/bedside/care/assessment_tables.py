"""Assessments, each of their transitions, and clinicians' notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base, PatientData, Row


class Assessment(Row, PatientData, Base):
    """How urgent a case is, by the protocols, and what became of it.

    ``level`` is the machine's and is never lowered after hand-over; ``decided_level`` is the clinician's.
    ``record`` holds all that the decision depends on (``triage.schemas.TriageRecord``), for replay.
    """

    __tablename__ = "assessments"
    entity = "assessment"

    conversation_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    level: Mapped[str | None]
    status: Mapped[str]
    within_hours: Mapped[float | None]
    due_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    breach_notified_at: Mapped[datetime | None]
    for_physician: Mapped[bool]
    nurse_review: Mapped[bool]

    reasons: Mapped[list[dict[str, Any]]]
    findings: Mapped[list[dict[str, Any]]]
    questions: Mapped[list[dict[str, Any]]]
    answers: Mapped[dict[str, Any]]
    advice: Mapped[list[str]]
    safety_net: Mapped[list[str]]
    protocol_id: Mapped[str]
    protocol_version: Mapped[str]
    protocol_hash: Mapped[str]
    protocols: Mapped[list[dict[str, Any]]]
    engine_version: Mapped[str]
    record: Mapped[dict[str, Any]]
    model_output: Mapped[dict[str, Any] | None]
    raised_by_model: Mapped[bool]

    claimed_by: Mapped[UUID | None]
    claimed_by_name: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str | None]
    decided_level: Mapped[str | None]
    decision_reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        ForeignKeyConstraint(["conversation_id", "patient_id"], ["conversations.id", "conversations.patient_id"]),
        UniqueConstraint("id", "patient_id"),
        Index(
            "uq_assessments_one_undecided",
            "conversation_id",
            unique=True,
            postgresql_where=sql("status IN ('open', 'waiting', 'claimed')"),
        ),
        Index("ix_assessments_worklist", "due_at", postgresql_where=sql("status IN ('waiting', 'claimed')")),
        Index(None, "conversation_id"),
        Index(None, "patient_id"),
        Index(None, "handed_over_at"),
        CheckConstraint("level IN ('emergency', 'urgent', 'routine', 'self-care')", name="level_known"),
        CheckConstraint("decided_level IN ('emergency', 'urgent', 'routine', 'self-care')", name="decided_level_known"),
        CheckConstraint("status IN ('open', 'waiting', 'claimed', 'decided', 'withdrawn')", name="status_known"),
        CheckConstraint(
            "status NOT IN ('waiting', 'claimed', 'decided')"
            " OR (level IS NOT NULL AND handed_over_at IS NOT NULL AND due_at IS NOT NULL)",
            name="handed_over_whole",
        ),
        CheckConstraint("(status = 'claimed') = (claimed_by IS NOT NULL)", name="claimed_by_somebody"),
        CheckConstraint(
            "(status = 'decided') = (decided_by IS NOT NULL)"
            " AND (status = 'decided') = (decided_level IS NOT NULL)"
            " AND (status = 'decided') = (decided_at IS NOT NULL)",
            name="decided_whole",
        ),
    )


class AssessmentEvent(Row, PatientData, Base):
    """One transition; never changed. ``created_at`` is when it happened, ``level`` what was in force after it."""

    __tablename__ = "assessment_events"
    entity = "assessment_event"

    assessment_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    from_status: Mapped[str | None]
    event: Mapped[str]
    to_status: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_role: Mapped[str]
    actor_name: Mapped[str | None]
    reason: Mapped[str | None]
    level: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(["assessment_id", "patient_id"], ["assessments.id", "assessments.patient_id"]),
        Index(None, "assessment_id"),
        CheckConstraint("level IN ('emergency', 'urgent', 'routine', 'self-care')", name="level_known"),
    )


class Note(Row, PatientData, Base):
    """A clinician's note on a case. No policy gives it to patients."""

    __tablename__ = "notes"
    entity = "note"

    assessment_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    author_id: Mapped[UUID | None]
    author_name: Mapped[str | None]
    text: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(["assessment_id", "patient_id"], ["assessments.id", "assessments.patient_id"]),
        Index(None, "assessment_id"),
    )
