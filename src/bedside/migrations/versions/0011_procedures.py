"""Runs of procedures."""

from __future__ import annotations

revision = "0011_procedures"
down_revision = "0010_sign_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
