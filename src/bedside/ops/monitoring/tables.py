"""What is kept of checks and of requests. No patient data: names of parts, templates of routes, numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base


class CheckRecord(Base):
    """One result of one check. Where there is none for a time, nobody looked then.

    ``evidence`` is kept of what was not healthy, and empty otherwise. What was skipped is not kept: nobody looked.
    """

    __tablename__ = "check_results"

    name: Mapped[str] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(primary_key=True)
    part: Mapped[str]
    status: Mapped[str]
    value: Mapped[float | None]
    threshold: Mapped[float | None]
    evidence: Mapped[str]
    response_time_ms: Mapped[float]

    __table_args__ = (
        CheckConstraint("status IN ('healthy', 'degraded', 'down')", name="status_known"),
        Index(None, "checked_at"),
    )


class CheckState(Base):
    """A check's newest result, whole (``platform.checks.CheckResult``). ``since``: when it was first found so."""

    __tablename__ = "check_states"

    name: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    since: Mapped[datetime]
    checked_at: Mapped[datetime]
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)

    __table_args__ = (CheckConstraint("status IN ('healthy', 'degraded', 'down')", name="status_known"),)


class TrafficMinute(Base):
    """One process's requests of one route in one minute; ``platform.traffic.ALL_ROUTES`` is all of them.

    ``latencies`` counts by bucket of ``platform.traffic.BOUNDS_MS``.
    """

    __tablename__ = "traffic_minutes"

    minute: Mapped[datetime] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    process_id: Mapped[UUID] = mapped_column(primary_key=True)
    requests: Mapped[int]
    client_errors: Mapped[int]
    server_errors: Mapped[int]
    latencies: Mapped[list[int]] = mapped_column(ARRAY(Integer))

    __table_args__ = (Index(None, "route", "minute"),)
