"""What is kept of alerts. No patient data: names of rules and channels, numbers, what operators wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base, Row


class AlertRow(Row, Base):
    """One course of one rule, from pending to resolved; a rule has at most one that is open.

    ``version`` counts its changes: who changes it names the one that was read, so that of two the second changes
    nothing. The lengths of time are what evaluations saw pass, in seconds, so that a clock that jumps ends none.
    """

    __tablename__ = "alerts"

    rule: Mapped[str]
    title: Mapped[str]
    part: Mapped[str]
    severity: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    value: Mapped[float | None]
    told: Mapped[str]
    held_seconds: Mapped[float] = mapped_column(default=0.0)
    clear_seconds: Mapped[float | None]
    level: Mapped[int] = mapped_column(default=0)
    level_seconds: Mapped[float] = mapped_column(default=0.0)
    acknowledged_by: Mapped[UUID | None]
    acknowledged_by_name: Mapped[str | None]
    acknowledged_reason: Mapped[str | None]
    acknowledged_until: Mapped[datetime | None]
    silenced_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'firing', 'acknowledged', 'silenced', 'resolved')",
            name="state_known",
        ),
        CheckConstraint("severity IN ('info', 'warning', 'critical')", name="severity_known"),
        Index("uq_alerts_open_rule", "rule", unique=True, postgresql_where=text("state <> 'resolved'")),
        Index(None, "created_at"),
    )


class AlertEvent(Base):
    """One change of an alert: its ``version`` is unique, so no change stands twice, whoever evaluates."""

    __tablename__ = "alert_events"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    event: Mapped[str]
    state: Mapped[str]
    level: Mapped[int]
    value: Mapped[float | None]
    reason: Mapped[str | None]
    by_id: Mapped[UUID | None]
    by_name: Mapped[str | None]


class AlertMessage(Base):
    """Which notification told a channel of a change. One for each, which the primary key holds."""

    __tablename__ = "alert_messages"

    alert_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    notification_id: Mapped[UUID]

    __table_args__ = (
        ForeignKeyConstraint(
            ["alert_id", "version"],
            ["alert_events.alert_id", "alert_events.version"],
            ondelete="CASCADE",
            name="fk_alert_messages_alert_id_alert_events",
        ),
        Index(None, "notification_id"),
    )


class AlertSilence(Row, Base):
    """A time in which a rule, a part, or with neither everything is silent."""

    __tablename__ = "alert_silences"

    rule: Mapped[str | None]
    part: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by_name: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("rule IS NULL OR part IS NULL", name="one_scope"),
        Index(None, "ends_at"),
    )


class OnCallShift(Row, Base):
    """Who is on call in a rota from a moment on, until the next shift begins."""

    __tablename__ = "on_call_shifts"

    rota: Mapped[str]
    who: Mapped[str]
    channel: Mapped[str]
    starts_at: Mapped[datetime]
    time_zone: Mapped[str]
    created_by_name: Mapped[str]

    __table_args__ = (Index("uq_on_call_shifts_rota_starts_at", "rota", "starts_at", unique=True),)


class MetricSample(Base):
    """The metrics that rules read, as one process had them; its counters began at zero at ``started_at``."""

    __tablename__ = "metric_samples"

    process_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    values: Mapped[dict[str, Any]]

    __table_args__ = (Index(None, "at"),)
