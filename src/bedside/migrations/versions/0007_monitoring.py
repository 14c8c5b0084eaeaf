"""The history of checks and requests, and how the queue's jobs are called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bedside.migrations.rights import ROLES, enable_row_security, grant, policy

revision = "0007_monitoring"
down_revision = "0006_notify"
branch_labels = None
depends_on = None

SYSTEM = "actor_role() = 'system'"
OPERATOR = "actor_role() IN ('admin', 'system')"


def upgrade() -> None:
    _check_results()
    _traffic_minutes()
    # Names of tasks and counts of attempts. A job's arguments stay closed to the app's role.
    op.execute(f"GRANT SELECT (task_name, queue_name, attempts) ON procrastinate_jobs TO {ROLES['app']}")
    op.execute(f"GRANT SELECT (id, last_heartbeat) ON procrastinate_workers TO {ROLES['app']}")
    # The newest jobs of a name, for the list and for when each last ran; what happened in the last day.
    op.create_index("ix_procrastinate_jobs_task_name", "procrastinate_jobs", ["task_name", "id"])
    op.create_index("ix_procrastinate_events_at", "procrastinate_events", ["at"])
    # What began or was handed over today.
    op.create_index("ix_conversations_created_at", "conversations", ["created_at"])
    op.create_index("ix_assessments_handed_over_at", "assessments", ["handed_over_at"])


def _check_results() -> None:
    op.create_table(
        "check_results",
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("threshold", sa.Double()),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("response_time_ms", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("checked_at", "part", name="pk_check_results"),
        sa.CheckConstraint("status IN ('healthy', 'degraded', 'down')", name=op.f("ck_check_results_status_known")),
    )
    grant("check_results", app="SELECT, INSERT, DELETE")
    enable_row_security("check_results")
    policy("check_results", "check_results_read", command="SELECT", using=OPERATOR)
    policy("check_results", "check_results_kept", command="INSERT", check=SYSTEM)
    policy("check_results", "check_results_forgotten", command="DELETE", using=SYSTEM)


def _traffic_minutes() -> None:
    op.create_table(
        "traffic_minutes",
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("client_errors", sa.Integer(), nullable=False),
        sa.Column("server_errors", sa.Integer(), nullable=False),
        sa.Column("latencies", sa.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("minute", "route", "process_id", name="pk_traffic_minutes"),
    )
    op.create_index("ix_traffic_minutes_route_minute", "traffic_minutes", ["route", "minute"])
    grant("traffic_minutes", app="SELECT, INSERT, UPDATE, DELETE")
    enable_row_security("traffic_minutes")
    policy("traffic_minutes", "traffic_minutes_read", command="SELECT", using=OPERATOR)
    policy("traffic_minutes", "traffic_minutes_counted", command="INSERT", check=SYSTEM)
    policy("traffic_minutes", "traffic_minutes_recounted", command="UPDATE", using=SYSTEM, check=SYSTEM)
    policy("traffic_minutes", "traffic_minutes_forgotten", command="DELETE", using=SYSTEM)
