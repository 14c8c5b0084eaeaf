"""Signing in by token takes one round trip."""

from __future__ import annotations

revision = "0010_sign_in"
down_revision = "0009_sample_data"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
