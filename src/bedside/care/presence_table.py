"""Who looks at which case just now, kept in the database because several API processes ask."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base


class Presence(Base):
    """A clinician on a case. Holds nothing of the patient: opening the case is what the audit records.

    ``seen_at`` is the last sign of life; row-level security gives the row to whoever sees the case.
    """

    __tablename__ = "presences"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str]
    name: Mapped[str]
    since: Mapped[datetime]
    seen_at: Mapped[datetime]

    __table_args__ = (
        Index(None, "seen_at"),
        CheckConstraint("role IN ('nurse', 'physician')", name="role_known"),
    )
