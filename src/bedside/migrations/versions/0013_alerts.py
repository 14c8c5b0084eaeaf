"""Alerts, silences, escalations and deliveries."""

from __future__ import annotations

revision = "0013_alerts"
down_revision = "0012_checks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
