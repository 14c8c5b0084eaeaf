"""Maintenance windows, legal holds, and the deletion of patients' records that no hold keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bedside.migrations.rights import ROLES, enable_row_security, grant, policy

revision = "0014_maintenance"
down_revision = "0013_alerts"
branch_labels = None
depends_on = None

SYSTEM = "actor_role() = 'system'"
ADMIN = "actor_role() = 'admin'"
MANAGER = "actor_role() IN ('admin', 'system')"
STAFF = "actor_role() IN ('nurse', 'physician', 'admin', 'system')"
TIME = sa.DateTime(timezone=True)
RECORDS = ("conversations", "messages", "assessments", "assessment_events", "notes")
YOUNGEST = "29 days"
"""Nothing makes Bedside delete a patient's record that is younger: a day less than the setting's least."""


def upgrade() -> None:
    _windows()
    _holds()
    _deletion()


def _windows() -> None:
    op.create_table(
        "maintenance_windows",
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("planned_by", sa.Uuid()),
        sa.Column("planned_by_name", sa.Text(), nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("ended_by", sa.Uuid()),
        sa.Column("ended_by_name", sa.Text()),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_maintenance_windows_ends_after_it_starts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_windows")),
    )
    op.create_index(op.f("ix_maintenance_windows_ends_at"), "maintenance_windows", ["ends_at"])
    grant("maintenance_windows", app="SELECT, INSERT, UPDATE (ended_at, ended_by, ended_by_name)")
    enable_row_security("maintenance_windows")
    policy("maintenance_windows", "maintenance_windows_read", command="SELECT", using=STAFF)
    policy("maintenance_windows", "maintenance_windows_planned", command="INSERT", check=ADMIN)
    policy("maintenance_windows", "maintenance_windows_ended", command="UPDATE", using=ADMIN, check=ADMIN)


def _holds() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("patient_id", sa.Uuid()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Uuid()),
        sa.Column("placed_by_name", sa.Text(), nullable=False),
        sa.Column("lifted_at", TIME),
        sa.Column("lifted_by", sa.Uuid()),
        sa.Column("lifted_by_name", sa.Text()),
        sa.Column("lift_reason", sa.Text()),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lift_reason IS NULL)", name=op.f("ck_legal_holds_lifted_with_reason")
        ),
        # A patient's row goes only where no hold is in force (patients_held_kept below).
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_legal_holds_patient_id_patients"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(op.f("ix_legal_holds_patient_id"), "legal_holds", ["patient_id"])
    grant("legal_holds", app="SELECT, INSERT, UPDATE (lifted_at, lifted_by, lifted_by_name, lift_reason)")
    enable_row_security("legal_holds")
    policy("legal_holds", "legal_holds_read", command="SELECT", using=MANAGER)
    placed = f"{ADMIN} AND lifted_at IS NULL AND placed_by IS NOT DISTINCT FROM actor_id()"
    policy("legal_holds", "legal_holds_placed", command="INSERT", check=placed)
    # What is lifted stays so: placing another is the way back.
    lifted = f"{ADMIN} AND lifted_by IS NOT DISTINCT FROM actor_id()"
    policy("legal_holds", "legal_holds_lifted", command="UPDATE", using=f"{ADMIN} AND lifted_at IS NULL", check=lifted)


def _deletion() -> None:
    """Bedside itself deletes old records where a setting says so, and nobody deletes what a hold keeps."""
    op.execute(
        """
        CREATE FUNCTION record_is_held(patient uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
        RETURN EXISTS (
            SELECT FROM legal_holds h WHERE h.lifted_at IS NULL AND (h.patient_id IS NULL OR h.patient_id = patient))
        """
    )
    for table in RECORDS:
        old = f"created_at < now() - interval '{YOUNGEST}'"
        policy(table, f"{table}_expired_deleted", command="DELETE", using=f"{SYSTEM} AND {old}")
        _keep_held(table, "patient_id")
    _keep_held("patients", "id")
    # Deleting a message asks whether another replies to it, each time.
    op.create_index(op.f("ix_messages_in_reply_to"), "messages", ["in_reply_to"])


def _keep_held(table: str, patient: str) -> None:
    # Only Bedside itself sees every hold. Samples are invented people: a hold on everything does not mean them.
    sample = f"EXISTS (SELECT FROM patients p WHERE p.id = {table}.{patient} AND p.is_sample)"
    if table == "patients":
        sample = "is_sample"
    op.execute(
        f"CREATE POLICY {table}_held_kept ON {table} AS RESTRICTIVE FOR DELETE TO {ROLES['app']}"
        f" USING ({SYSTEM} AND (NOT record_is_held({patient}) OR {sample}))"
    )
