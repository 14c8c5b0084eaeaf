"""Rounds: what was looked at, found, done and left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from bedside.migrations.rights import enable_row_security, grant, policy

revision = "0015_rounds"
down_revision = "0014_maintenance"
branch_labels = None
depends_on = None

OPERATOR = "actor_role() IN ('admin', 'system')"
SYSTEM = "actor_role() = 'system'"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("performed_by", sa.Text(), nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("run_id", name=op.f("uq_rounds_run_id")),
        sa.CheckConstraint(
            "period IN ('daily', 'weekly', 'monthly', 'quarterly')", name=op.f("ck_rounds_period_known")
        ),
    )
    op.create_index(op.f("ix_rounds_period_created_at"), "rounds", ["period", "created_at"])
    op.create_table(
        "round_items",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("answered_at", MOMENT),
        sa.Column("answered_by", sa.Uuid()),
        sa.Column("answered_by_name", sa.Text()),
        sa.PrimaryKeyConstraint("round_id", "item", name=op.f("pk_round_items")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("fk_round_items_round_id_rounds"), ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "state IN ('well', 'attention', 'failed', 'waiting')", name=op.f("ck_round_items_state_known")
        ),
        sa.CheckConstraint("answer IN ('done', 'not_done')", name=op.f("ck_round_items_answer_known")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_round_items_answered_by_somebody")
        ),
    )
    for table in ("rounds", "round_items"):
        grant(table, app="SELECT, INSERT, UPDATE, DELETE")
        enable_row_security(table)
        policy(table, f"{table}_read", command="SELECT", using=OPERATOR)
        policy(table, f"{table}_begun", command="INSERT", check=OPERATOR)
        policy(table, f"{table}_changed", command="UPDATE", using=OPERATOR, check=OPERATOR)
        policy(table, f"{table}_forgotten", command="DELETE", using=SYSTEM)
