"""Results of checks by name, and each check's newest one with all that it told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from bedside.migrations.rights import ROLES, enable_row_security, grant, policy

revision = "0012_checks"
down_revision = "0011_procedures"
branch_labels = None
depends_on = None

SYSTEM = "actor_role() = 'system'"
OPERATOR = "actor_role() IN ('admin', 'system')"


def upgrade() -> None:
    # What was kept so far came from one check for each part, which bore the part's name.
    op.add_column("check_results", sa.Column("name", sa.Text(), nullable=True))
    op.execute("UPDATE check_results SET name = part")
    op.alter_column("check_results", "name", nullable=False)
    op.drop_constraint("pk_check_results", "check_results")
    op.create_primary_key("pk_check_results", "check_results", ["name", "checked_at"])
    op.create_index("ix_check_results_checked_at", "check_results", ["checked_at"])

    op.create_table(
        "check_states",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", pg.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_check_states"),
        sa.CheckConstraint("status IN ('healthy', 'degraded', 'down')", name=op.f("ck_check_states_status_known")),
    )
    grant("check_states", app="SELECT, INSERT, UPDATE, DELETE")
    enable_row_security("check_states")
    policy("check_states", "check_states_read", command="SELECT", using=OPERATOR)
    policy("check_states", "check_states_kept", command="INSERT", check=SYSTEM)
    policy("check_states", "check_states_renewed", command="UPDATE", using=SYSTEM, check=SYSTEM)
    policy("check_states", "check_states_forgotten", command="DELETE", using=SYSTEM)

    # Whether the worker that took a job is still there.
    op.execute(f"GRANT SELECT (worker_id) ON procrastinate_jobs TO {ROLES['app']}")
