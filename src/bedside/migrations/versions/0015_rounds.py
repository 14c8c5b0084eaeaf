"""Rounds: what was looked at, found, done and left."""

from __future__ import annotations

revision = "0015_rounds"
down_revision = "0014_maintenance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
