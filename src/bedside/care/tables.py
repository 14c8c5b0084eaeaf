"""What care keeps about patients and what was said. Assessments are in ``assessment_tables``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base, PatientData, Row


class Patient(Row, PatientData, Base):
    """Somebody cared for. ``in_care_until`` is what makes them visible to clinicians (row-level security).

    ``is_sample``: made while SAMPLE_DATA was on. It never changes, and such records alone can be deleted.
    """

    __tablename__ = "patients"
    entity = "patient"
    patient_column = "id"

    account_id: Mapped[UUID] = mapped_column(unique=True)
    display_name: Mapped[str]
    birth_date: Mapped[date | None]
    sex: Mapped[str | None]
    in_care_until: Mapped[datetime | None]
    is_sample: Mapped[bool] = mapped_column(server_default=false())
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("sex IN ('female', 'male', 'other', 'unknown')", name="sex_known"),
        Index(None, "in_care_until"),
    )


class BreakGlassGrant(Row, PatientData, Base):
    """A clinician's emergency access to a patient who is not in care, for an hour."""

    __tablename__ = "break_glass_grants"
    entity = "break_glass_grant"

    grantee_id: Mapped[UUID]
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    reason: Mapped[str]
    expires_at: Mapped[datetime]

    __table_args__ = (
        Index(None, "grantee_id", "patient_id", "expires_at"),
        CheckConstraint("length(reason) >= 10", name="reason_given"),
    )


class Conversation(Row, PatientData, Base):
    """A conversation. ``last_ordinal`` counts its messages; whoever adds one holds the row's lock."""

    __tablename__ = "conversations"
    entity = "conversation"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    account_id: Mapped[UUID]
    about: Mapped[str]
    subject_age_years: Mapped[float | None]
    status: Mapped[str]
    idempotency_key: Mapped[str | None]
    last_ordinal: Mapped[int]
    last_message_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("patient_id", "idempotency_key"),
        # Lets other tables' foreign keys hold a row's patient equal to its conversation's.
        UniqueConstraint("id", "patient_id"),
        Index(None, "created_at"),
        CheckConstraint("about IN ('self', 'child', 'other')", name="about_known"),
        CheckConstraint("status IN ('open', 'closed')", name="status_known"),
    )


class Message(Row, PatientData, Base):
    """A message. ``turn`` is set on a patient's own: ``received`` until the reply to it is stored."""

    __tablename__ = "messages"
    entity = "message"

    conversation_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    ordinal: Mapped[int]
    author: Mapped[str]
    author_id: Mapped[UUID | None]
    author_name: Mapped[str | None]
    text: Mapped[str]
    citations: Mapped[list[dict[str, Any]]]
    question: Mapped[dict[str, Any] | None]
    in_reply_to: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    assessment_id: Mapped[UUID | None]
    idempotency_key: Mapped[str | None]
    turn: Mapped[str | None]
    retracted_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["conversation_id", "patient_id"], ["conversations.id", "conversations.patient_id"]),
        UniqueConstraint("conversation_id", "ordinal"),
        UniqueConstraint("conversation_id", "idempotency_key"),
        Index(
            "uq_messages_one_reply",
            "in_reply_to",
            unique=True,
            postgresql_where=sql("author = 'assistant'"),
        ),
        Index("ix_messages_unfinished", "created_at", postgresql_where=sql("turn = 'received'")),
        Index(None, "patient_id"),
        Index(None, "in_reply_to"),
        CheckConstraint("author IN ('patient', 'assistant', 'nurse', 'physician')", name="author_known"),
        CheckConstraint("turn IN ('received', 'replied')", name="turn_known"),
        CheckConstraint("(author = 'patient') = (turn IS NOT NULL)", name="turn_of_patient"),
    )
