"""Maintenance windows and legal holds."""

from __future__ import annotations

revision = "0014_maintenance"
down_revision = "0013_alerts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
