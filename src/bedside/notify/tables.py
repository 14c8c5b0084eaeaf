"""What was sent, by which channel, and how it went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base, Row


class NotificationRow(Row, Base):
    """One message. ``body`` and ``recipient`` are empty where the message held a secret, such as a link.

    ``target`` is the named channel that it is for, ``channel`` the one that took it. While it is queued,
    ``next_attempt_at`` is when it may be tried again: until then somebody is about it.
    """

    __tablename__ = "notifications"

    kind: Mapped[str]
    severity: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str | None]
    recipient: Mapped[str | None]
    status: Mapped[str]
    channel: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    target: Mapped[str | None]
    details: Mapped[dict[str, Any] | None]
    next_attempt_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("status IN ('queued', 'sent', 'failed')", name="status_known"),
        CheckConstraint("severity IN ('info', 'warning', 'critical')", name="severity_known"),
        Index(None, "created_at"),
        Index(None, "next_attempt_at", postgresql_where=text("status = 'queued'")),
    )
