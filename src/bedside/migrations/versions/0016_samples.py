"""Figures over time, for the monitoring page: a sample for each stretch of a minute, a quarter and two hours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bedside.migrations.rights import enable_row_security, grant, policy

revision = "0016_samples"
down_revision = "0015_rounds"
branch_labels = None
depends_on = None

SYSTEM = "actor_role() = 'system'"
OPERATOR = "actor_role() IN ('admin', 'system')"


def upgrade() -> None:
    op.create_table(
        "samples",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("width_seconds", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mean", sa.Double(), nullable=False),
        sa.Column("greatest", sa.Double(), nullable=False),
        sa.Column("observations", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "label", "width_seconds", "at", name="pk_samples"),
    )
    # What is old is deleted, and stretches are folded, by width and time alone.
    op.create_index("ix_samples_width_seconds_at", "samples", ["width_seconds", "at"])
    grant("samples", app="SELECT, INSERT, UPDATE, DELETE")
    enable_row_security("samples")
    policy("samples", "samples_read", command="SELECT", using=OPERATOR)
    policy("samples", "samples_taken", command="INSERT", check=SYSTEM)
    policy("samples", "samples_merged", command="UPDATE", using=SYSTEM, check=SYSTEM)
    policy("samples", "samples_forgotten", command="DELETE", using=SYSTEM)
