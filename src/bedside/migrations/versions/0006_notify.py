"""What was sent to people, and how it went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bedside.migrations.rights import enable_row_security, grant, policy

revision = "0006_notify"
down_revision = "0005_knowledge"
branch_labels = None
depends_on = None

SYSTEM = "actor_role() = 'system'"


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("recipient", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.CheckConstraint("status IN ('queued', 'sent', 'failed')", name=op.f("ck_notifications_status_known")),
        sa.CheckConstraint("severity IN ('info', 'warning', 'critical')", name=op.f("ck_notifications_severity_known")),
    )
    op.create_index("ix_notifications_created_at", "notifications", ["created_at"])
    grant("notifications", app="SELECT, INSERT, UPDATE, DELETE")
    enable_row_security("notifications")
    policy("notifications", "notifications_read", command="SELECT", using="actor_role() IN ('admin', 'system')")
    policy("notifications", "notifications_create", command="INSERT", check="actor_role() <> 'nobody'")
    policy("notifications", "notifications_change", command="UPDATE", using=SYSTEM, check=SYSTEM)
    policy("notifications", "notifications_clean_up", command="DELETE", using=SYSTEM)
