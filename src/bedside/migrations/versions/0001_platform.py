"""The actor's functions, the audit log and the idempotency keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from bedside.migrations.rights import ROLES, enable_row_security, grant, policy

revision = "0001_platform"
down_revision = None
branch_labels = None
depends_on = None

IN_OWN_NAME = "actor_role = actor_role() AND actor_id IS NOT DISTINCT FROM actor_id()"
AUDIT_READERS = "actor_role() IN ('physician', 'admin', 'system')"


def upgrade() -> None:
    op.execute(f"GRANT USAGE ON SCHEMA public TO {', '.join(ROLES.values())}")
    op.execute(f"GRANT SELECT ON alembic_version TO {ROLES['app']}, {ROLES['monitor']}")
    _actor_functions()
    _audit()
    _idempotency()


def _actor_functions() -> None:
    """The actor is set for each transaction; unset means nobody, and policies then give no rows."""
    op.execute(
        """
        CREATE FUNCTION actor_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
        RETURN nullif(current_setting('bedside.actor_id', true), '')::uuid
        """
    )
    op.execute(
        """
        CREATE FUNCTION actor_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
        RETURN coalesce(nullif(current_setting('bedside.actor_role', true), ''), 'nobody')
        """
    )


def _audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("writer_id", sa.Uuid(), nullable=False),
        sa.Column("writer_seq", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("patient_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("flags", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("request_id", sa.Text()),
        sa.Column("body", pg.BYTEA(), nullable=False),
        sa.Column("leaf_hash", pg.BYTEA(), nullable=False),
        sa.Column("writer_mac", pg.BYTEA(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
        sa.UniqueConstraint("writer_id", "writer_seq", name="uq_audit_events_writer_id_writer_seq"),
        sa.CheckConstraint("outcome IN ('success', 'denied', 'failed')", name=op.f("ck_audit_events_outcome_known")),
        sa.CheckConstraint("writer_seq > 0", name=op.f("ck_audit_events_writer_seq_positive")),
    )
    op.create_index("ix_audit_events_recorded_at", "audit_events", ["recorded_at"])
    op.create_index("ix_audit_events_actor_id_recorded_at", "audit_events", ["actor_id", "recorded_at"])
    op.create_index("ix_audit_events_patient_ids", "audit_events", ["patient_ids"], postgresql_using="gin")
    op.create_table(
        "audit_salts",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("salt", pg.BYTEA(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_audit_salts"),
    )
    for table in ("audit_events", "audit_salts"):
        grant(table, app="SELECT, INSERT" if table == "audit_events" else "INSERT")
        enable_row_security(table)
    policy(
        "audit_events", "audit_events_written", command="INSERT", check=f"actor_role() <> 'nobody' AND {IN_OWN_NAME}"
    )
    policy("audit_salts", "audit_salts_written", command="INSERT", check="actor_role() <> 'nobody'")
    policy("audit_events", "audit_events_read", command="SELECT", using=AUDIT_READERS)


def _idempotency() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", pg.BYTEA(), nullable=False),
        sa.Column("answer", pg.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "endpoint", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    grant("idempotency_keys", app="SELECT, INSERT, UPDATE, DELETE")
    enable_row_security("idempotency_keys")
    policy(
        "idempotency_keys",
        "idempotency_keys_of_actor",
        using="actor_id = actor_id() OR actor_role() = 'system'",
        check="actor_id = actor_id()",
    )
