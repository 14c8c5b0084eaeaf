"""Results of checks by name."""

from __future__ import annotations

revision = "0012_checks"
down_revision = "0011_procedures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
