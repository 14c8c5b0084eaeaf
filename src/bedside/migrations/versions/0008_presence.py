"""Who looks at a case just now, and with each transition the level that was in force after it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bedside.migrations.rights import enable_row_security, grant, policy

revision = "0008_presence"
down_revision = "0007_monitoring"
branch_labels = None
depends_on = None

SYSTEM = "actor_role() = 'system'"
CLINICIAN = "actor_role() IN ('nurse', 'physician')"
MINE = "account_id = actor_id() AND role = actor_role()"
VISIBLE = "EXISTS (SELECT FROM assessments a WHERE a.id = presences.assessment_id)"
"""The sub-query is itself subject to the policies on assessments: whoever sees a case sees who else does."""


def upgrade() -> None:
    op.create_table(
        "presences",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('nurse', 'physician')", name=op.f("ck_presences_role_known")),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_presences_assessment_id_assessments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("assessment_id", "account_id", name=op.f("pk_presences")),
    )
    op.create_index(op.f("ix_presences_seen_at"), "presences", ["seen_at"], unique=False)
    grant("presences", app="SELECT, INSERT, UPDATE, DELETE")
    enable_row_security("presences")
    policy("presences", "presences_seen", command="SELECT", using=f"{SYSTEM} OR ({CLINICIAN} AND {VISIBLE})")
    own = f"{CLINICIAN} AND {MINE} AND {VISIBLE}"
    policy("presences", "presences_begun", command="INSERT", check=own)
    policy("presences", "presences_renewed", command="UPDATE", using=own, check=own)
    policy("presences", "presences_ended", command="DELETE", using=f"{SYSTEM} OR ({CLINICIAN} AND {MINE})")

    op.add_column("assessment_events", sa.Column("level", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_assessment_events_level_known"),
        "assessment_events",
        "level IN ('emergency', 'urgent', 'routine', 'self-care')",
    )
