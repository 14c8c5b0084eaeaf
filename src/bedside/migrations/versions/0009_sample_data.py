"""Records of sample patients are marked when they are made, and those alone can be deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bedside.migrations.rights import grant, policy

revision = "0009_sample_data"
down_revision = "0008_presence"
branch_labels = None
depends_on = None

SYSTEM = "actor_role() = 'system'"
OF_PATIENT = ("assessment_events", "notes", "messages", "assessments", "conversations", "break_glass_grants")


def upgrade() -> None:
    # No right to change it: what was made as somebody's record never becomes a sample.
    op.add_column("patients", sa.Column("is_sample", sa.Boolean(), nullable=False, server_default=sa.false()))
    _mark()
    for table in OF_PATIENT:
        grant(table, app="DELETE")
        of_sample = f"EXISTS (SELECT FROM patients p WHERE p.id = {table}.patient_id AND p.is_sample)"
        policy(table, f"{table}_of_samples_deleted", command="DELETE", using=f"{SYSTEM} AND {of_sample}")
    grant("patients", app="DELETE")
    policy("patients", "patients_of_samples_deleted", command="DELETE", using=f"{SYSTEM} AND is_sample")


def _mark() -> None:
    """Mark the sample people of an earlier version: the sample accounts', and those that care made without one."""
    # Ids of those without an account follow from their names: UUIDs of version 5, which no account has.
    # The owner's own rows are hidden from it; within this transaction it may look.
    for table in ("patients", "accounts"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE patients SET is_sample = true"
        " WHERE account_id IN (SELECT id FROM accounts WHERE is_sample)"
        " OR (substr(account_id::text, 15, 1) = '5' AND NOT EXISTS (SELECT FROM accounts a WHERE a.id = account_id))"
    )
    for table in ("patients", "accounts"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
