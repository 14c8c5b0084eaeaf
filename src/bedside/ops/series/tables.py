"""What is kept of figures over time. No patient data: names, labels of bounded sets, numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base


class Sample(Base):
    """One figure in one stretch of time. Where there is none, nobody looked then.

    ``at`` is where the stretch of ``width_seconds`` begins; ``label`` tells lines of one figure apart (a level), and is
    empty where there is one line. ``mean`` and ``greatest`` are over ``observations`` values.
    """

    __tablename__ = "samples"

    name: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    width_seconds: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    mean: Mapped[float]
    greatest: Mapped[float]
    observations: Mapped[int]

    __table_args__ = (Index(None, "width_seconds", "at"),)
