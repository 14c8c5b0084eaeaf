"""Rounds and their items. No patient data: what was found of the system, and what operators answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base, Row


class Round(Row, Base):
    """One round. ``run_id`` is the procedure's run, which is forgotten sooner than this.

    ``figures``: numbers by name, which trends are made of. ``finished_at`` is unset while it goes on, or where its
    process ended in the middle and nobody took it up again.
    """

    __tablename__ = "rounds"

    period: Mapped[str]
    run_id: Mapped[UUID]
    performed_by: Mapped[str]
    finished_at: Mapped[datetime | None]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        CheckConstraint("period IN ('daily', 'weekly', 'monthly', 'quarterly')", name="period_known"),
        UniqueConstraint("run_id"),
        Index(None, "period", "created_at"),
    )


class RoundItem(Base):
    """What one item of a round found and did, and what a person answered.

    ``item`` is its name in the plan of that day; ``told`` holds all that the report says of it (``schemas.ItemTold``).
    """

    __tablename__ = "round_items"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    state: Mapped[str]
    told: Mapped[dict[str, Any]]
    answer: Mapped[str | None]
    note: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    answered_by_name: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("state IN ('well', 'attention', 'failed', 'waiting')", name="state_known"),
        CheckConstraint("answer IN ('done', 'not_done')", name="answer_known"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_by_somebody"),
    )
