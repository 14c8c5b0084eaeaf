"""Alerts with their changes, silences, who is on call, what metrics were; where a notification goes and when again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from bedside.migrations.rights import enable_row_security, grant, policy

revision = "0013_alerts"
down_revision = "0012_checks"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SYSTEM = "actor_role() = 'system'"
OPERATOR = "actor_role() IN ('admin', 'system')"


def upgrade() -> None:
    _alerts()
    _silences_and_shifts()
    _samples()
    _row_security()
    # The named channel that a message is for; what it is about, for receivers that are programs; when it is due again.
    op.add_column("notifications", sa.Column("target", sa.Text()))
    op.add_column("notifications", sa.Column("details", postgresql.JSONB()))
    op.add_column("notifications", sa.Column("next_attempt_at", MOMENT))
    op.create_index(
        "ix_notifications_next_attempt_at",
        "notifications",
        ["next_attempt_at"],
        postgresql_where=sa.text("status = 'queued'"),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("fired_at", MOMENT),
        sa.Column("resolved_at", MOMENT),
        sa.Column("value", sa.Double()),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("held_seconds", sa.Double(), nullable=False),
        sa.Column("clear_seconds", sa.Double()),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("level_seconds", sa.Double(), nullable=False),
        sa.Column("acknowledged_by", sa.Uuid()),
        sa.Column("acknowledged_by_name", sa.Text()),
        sa.Column("acknowledged_reason", sa.Text()),
        sa.Column("acknowledged_until", MOMENT),
        sa.Column("silenced_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.CheckConstraint(
            "state IN ('pending', 'firing', 'acknowledged', 'silenced', 'resolved')", name=op.f("ck_alerts_state_known")
        ),
        sa.CheckConstraint("severity IN ('info', 'warning', 'critical')", name=op.f("ck_alerts_severity_known")),
    )
    op.create_index(
        "uq_alerts_open_rule", "alerts", ["rule"], unique=True, postgresql_where=sa.text("state <> 'resolved'")
    )
    op.create_index("ix_alerts_created_at", "alerts", ["created_at"])
    grant("alerts", app="SELECT, INSERT, UPDATE, DELETE")
    op.create_table(
        "alert_events",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("reason", sa.Text()),
        sa.Column("by_id", sa.Uuid()),
        sa.Column("by_name", sa.Text()),
        sa.PrimaryKeyConstraint("alert_id", "version", name="pk_alert_events"),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_events_alert_id_alerts"), ondelete="CASCADE"
        ),
    )
    # Changes are added and never altered; they go with their alert.
    grant("alert_events", app="SELECT, INSERT")
    op.create_table(
        "alert_messages",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "version", "channel", name="pk_alert_messages"),
        sa.ForeignKeyConstraint(
            ["alert_id", "version"],
            ["alert_events.alert_id", "alert_events.version"],
            name="fk_alert_messages_alert_id_alert_events",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_alert_messages_notification_id", "alert_messages", ["notification_id"])
    grant("alert_messages", app="SELECT, INSERT")


def _silences_and_shifts() -> None:
    op.create_table(
        "alert_silences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("rule", sa.Text()),
        sa.Column("part", sa.Text()),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid()),
        sa.Column("created_by_name", sa.Text(), nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by_name", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_alert_silences"),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_alert_silences_ends_after_it_starts")),
        sa.CheckConstraint("rule IS NULL OR part IS NULL", name=op.f("ck_alert_silences_one_scope")),
    )
    op.create_index("ix_alert_silences_ends_at", "alert_silences", ["ends_at"])
    grant("alert_silences", app="SELECT, INSERT, UPDATE, DELETE")
    op.create_table(
        "on_call_shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_by_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_on_call_shifts"),
    )
    op.create_index("uq_on_call_shifts_rota_starts_at", "on_call_shifts", ["rota", "starts_at"], unique=True)
    grant("on_call_shifts", app="SELECT, INSERT, DELETE")


def _samples() -> None:
    op.create_table(
        "metric_samples",
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("process_id", "at", name="pk_metric_samples"),
    )
    op.create_index("ix_metric_samples_at", "metric_samples", ["at"])
    grant("metric_samples", app="SELECT, INSERT, DELETE")


def _row_security() -> None:
    """What operators are told of is theirs alone, and written by whoever evaluates: Bedside, or one of them."""
    tables = ("alerts", "alert_events", "alert_messages", "alert_silences", "on_call_shifts", "metric_samples")
    for table in tables:
        enable_row_security(table)
        policy(table, f"{table}_read", command="SELECT", using=OPERATOR)
    for table in tables[:-1]:
        policy(table, f"{table}_begun", command="INSERT", check=OPERATOR)
    policy("metric_samples", "metric_samples_taken", command="INSERT", check=SYSTEM)
    for table in ("alerts", "alert_silences"):
        policy(table, f"{table}_changed", command="UPDATE", using=OPERATOR, check=OPERATOR)
    # An evaluation drops what never fired and samples that no condition looks back at; shifts are taken out.
    for table in ("alerts", "on_call_shifts", "metric_samples"):
        policy(table, f"{table}_dropped", command="DELETE", using=OPERATOR)
    policy("alert_silences", "alert_silences_forgotten", command="DELETE", using=SYSTEM)
