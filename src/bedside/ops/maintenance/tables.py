"""Maintenance windows and legal holds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base, PatientData, Row


class MaintenanceWindow(Row, Base):
    """A time in which alerts are silent. ``ended_at``: somebody ended it early, or cancelled it before it began."""

    __tablename__ = "maintenance_windows"

    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    planned_by: Mapped[UUID | None]
    planned_by_name: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_by_name: Mapped[str | None]

    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"), Index(None, "ends_at"))


class LegalHold(Row, PatientData, Base):
    """Nothing about the patient, or where there is none nothing at all, is deleted while this is in force."""

    __tablename__ = "legal_holds"
    entity = "legal_hold"

    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    reason: Mapped[str]
    placed_by: Mapped[UUID | None]
    placed_by_name: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None]
    lifted_by_name: Mapped[str | None]
    lift_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lift_reason IS NULL)", name="lifted_with_reason"),
        Index(None, "patient_id"),
    )
