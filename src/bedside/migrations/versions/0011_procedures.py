"""Runs of procedures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from bedside.migrations.rights import enable_row_security, grant, policy

revision = "0011_procedures"
down_revision = "0010_sign_in"
branch_labels = None
depends_on = None

OPERATOR = "actor_role() IN ('admin', 'system')"
SYSTEM = "actor_role() = 'system'"
STATES = "'queued', 'running', 'completed', 'partial', 'failed', 'cancelled', 'lost'"
MOMENT = sa.DateTime(timezone=True)
TABLES = ("procedure_runs", "procedure_actions", "procedure_schedules")


def upgrade() -> None:
    _runs()
    _actions()
    op.create_table(
        "procedure_schedules",
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("procedure", name=op.f("pk_procedure_schedules")),
    )
    for table in TABLES:
        grant(table, app="SELECT, INSERT, UPDATE, DELETE")
        enable_row_security(table)
        policy(table, f"{table}_read", command="SELECT", using=OPERATOR)
        policy(table, f"{table}_begun", command="INSERT", check=OPERATOR)
        policy(table, f"{table}_changed", command="UPDATE", using=OPERATOR, check=OPERATOR)
        policy(table, f"{table}_forgotten", command="DELETE", using=SYSTEM)


def _runs() -> None:
    op.create_table(
        "procedure_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lock", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("runner", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("performed_by", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text()),
        sa.Column("scheduled_for", MOMENT),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("process", sa.Text()),
        sa.Column("started_at", MOMENT),
        sa.Column("heartbeat_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("cancel_requested_at", MOMENT),
        sa.Column("cancelled_by", sa.Text()),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("findings", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("follow_up", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("failures", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("output", postgresql.JSONB(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_runs")),
        sa.UniqueConstraint("procedure", "scheduled_for", name=op.f("uq_procedure_runs_procedure_scheduled_for")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_procedure_runs_state_known")),
        sa.CheckConstraint("kind IN ('routine', 'emergency', 'update')", name=op.f("ck_procedure_runs_kind_known")),
        sa.CheckConstraint("runner IN ('worker', 'command')", name=op.f("ck_procedure_runs_runner_known")),
    )
    op.create_index(op.f("ix_procedure_runs_created_at"), "procedure_runs", ["created_at"])
    op.create_index(op.f("ix_procedure_runs_procedure_created_at"), "procedure_runs", ["procedure", "created_at"])
    active = sa.text("state IN ('queued', 'running', 'lost')")
    op.create_index("ix_procedure_runs_active", "procedure_runs", ["state"], postgresql_where=active)


def _actions() -> None:
    op.create_table(
        "procedure_actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_actions")),
        sa.UniqueConstraint("run_id", "key", name=op.f("uq_procedure_actions_run_id_key")),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["procedure_runs.id"],
            name=op.f("fk_procedure_actions_run_id_procedure_runs"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'begun', 'done', 'failed', 'broken_off')",
            name=op.f("ck_procedure_actions_state_known"),
        ),
    )
    op.create_index(op.f("ix_procedure_actions_run_id_id"), "procedure_actions", ["run_id", "id"])
