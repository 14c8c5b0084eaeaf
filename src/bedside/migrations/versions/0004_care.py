"""Patients, conversations, assessments and notes, and in the policies on ``patients``: who sees whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from bedside.migrations.rights import enable_row_security, grant, policy

revision = "0004_care"
down_revision = "0003_identity"
branch_labels = None
depends_on = None

SYSTEM = "actor_role() = 'system'"
PATIENT = "actor_role() = 'patient'"
CLINICIAN = "actor_role() IN ('nurse', 'physician')"
STAFF = "actor_role() IN ('nurse', 'physician', 'admin')"
IN_OWN_NAME = "actor_role = actor_role() AND actor_id IS NOT DISTINCT FROM actor_id()"


def upgrade() -> None:
    _patients()
    _break_glass_grants()
    _conversations()
    _messages()
    _assessments()
    _assessment_events()
    _notes()
    _who_sees_whom()
    _what_patients_say()
    _assessment_rights()
    _notes_rights()


def _visible(table: str) -> str:
    """The row's patient is one whom the actor sees; the sub-query is itself subject to the policy on patients."""
    return f"EXISTS (SELECT FROM patients p WHERE p.id = {table}.patient_id)"


def _who_sees_whom() -> None:
    """The only place that says which patients an actor sees (docs/decisions/0001-who-sees-whom.md)."""
    # Not account_id: whose record it is never changes.
    grant("patients", app="SELECT, INSERT, UPDATE (display_name, birth_date, sex, in_care_until, version)")
    enable_row_security("patients")
    own = f"{PATIENT} AND account_id = actor_id()"
    in_care = f"{CLINICIAN} AND in_care_until > now()"
    # Without the break-glass table's own policy naming only its grantee, the two would call each other.
    broken_glass = (
        f"{STAFF} AND EXISTS (SELECT FROM break_glass_grants g WHERE g.patient_id = patients.id"
        " AND g.grantee_id = actor_id() AND g.expires_at > now())"
    )
    seen = f"({SYSTEM}) OR ({own}) OR ({in_care}) OR ({broken_glass})"
    policy("patients", "patients_seen", command="SELECT", using=seen)
    policy(
        "patients",
        "patients_created",
        command="INSERT",
        check=f"({SYSTEM}) OR ({own} AND in_care_until IS NULL)",
    )
    # Neither a patient nor who came by break-glass changes this row: in_care_until opens it to every clinician.
    changed = f"({SYSTEM}) OR ({in_care})"
    policy("patients", "patients_changed", command="UPDATE", using=changed, check=changed)

    grant("break_glass_grants", app="SELECT, INSERT")
    enable_row_security("break_glass_grants")
    mine = "grantee_id = actor_id()"
    policy("break_glass_grants", "break_glass_grants_of_grantee", command="SELECT", using=f"{SYSTEM} OR {mine}")
    # Five minutes more than the hour, for clocks that differ between the application and the database.
    policy(
        "break_glass_grants",
        "break_glass_grants_taken",
        command="INSERT",
        check=f"{STAFF} AND {mine} AND expires_at <= now() + interval '65 minutes'",
    )


def _what_patients_say() -> None:
    """A patient writes what the patient said, and nothing in another's name."""
    grant("conversations", app="SELECT, INSERT, UPDATE")
    grant("messages", app="SELECT, INSERT, UPDATE")
    for table in ("conversations", "messages"):
        enable_row_security(table)
        policy(table, f"{table}_of_visible_patients", command="SELECT", using=_visible(table))
    visible = _visible("conversations")
    begun = f"{visible} AND ({SYSTEM} OR ({PATIENT} AND account_id = actor_id()))"
    policy("conversations", "conversations_begun", command="INSERT", check=begun)
    changed = f"{visible} AND actor_role() <> 'admin'"
    policy("conversations", "conversations_changed", command="UPDATE", using=changed, check=changed)
    visible = _visible("messages")
    by_patient = f"({PATIENT} AND author = 'patient' AND author_id = actor_id() AND turn = 'received')"
    by_clinician = f"({CLINICIAN} AND author = actor_role() AND author_id = actor_id())"
    policy(
        "messages",
        "messages_said",
        command="INSERT",
        check=f"{visible} AND ({SYSTEM} OR {by_patient} OR {by_clinician})",
    )
    own = f"{visible} AND ({SYSTEM} OR {by_clinician})"
    policy("messages", "messages_changed", command="UPDATE", using=own, check=own)


def _assessment_rights() -> None:
    """Assessments come from Bedside itself and are decided by clinicians; a patient can only withdraw one."""
    grant("assessments", app="SELECT, INSERT, UPDATE")
    enable_row_security("assessments")
    visible = _visible("assessments")
    policy("assessments", "assessments_of_visible_patients", command="SELECT", using=visible)
    policy("assessments", "assessments_made", command="INSERT", check=f"{visible} AND {SYSTEM}")
    staff = f"{visible} AND ({SYSTEM} OR {CLINICIAN})"
    policy("assessments", "assessments_worked_on", command="UPDATE", using=staff, check=staff)
    policy(
        "assessments",
        "assessments_withdrawn",
        command="UPDATE",
        using=f"{visible} AND {PATIENT} AND status IN ('open', 'waiting')",
        check=f"{visible} AND {PATIENT} AND status = 'withdrawn'",
    )
    grant("assessment_events", app="SELECT, INSERT")
    enable_row_security("assessment_events")
    visible = _visible("assessment_events")
    policy(
        "assessment_events",
        "assessment_events_read",
        command="SELECT",
        using=f"{visible} AND NOT {PATIENT}",
    )
    policy(
        "assessment_events",
        "assessment_events_written",
        command="INSERT",
        check=f"{visible} AND (NOT {PATIENT} OR event = 'withdraw') AND {IN_OWN_NAME}",
    )


def _notes_rights() -> None:
    """No policy gives notes to patients."""
    grant("notes", app="SELECT, INSERT")
    enable_row_security("notes")
    visible = _visible("notes")
    policy("notes", "notes_read", command="SELECT", using=f"{visible} AND ({STAFF} OR {SYSTEM})")
    policy(
        "notes",
        "notes_written",
        command="INSERT",
        check=f"{visible} AND ({SYSTEM} OR ({CLINICIAN} AND author_id = actor_id()))",
    )


def _patients() -> None:
    op.create_table(
        "patients",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("in_care_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sex IN ('female', 'male', 'other', 'unknown')", name=op.f("ck_patients_sex_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients")),
        sa.UniqueConstraint("account_id", name=op.f("uq_patients_account_id")),
    )
    op.create_index(op.f("ix_patients_in_care_until"), "patients", ["in_care_until"], unique=False)


def _break_glass_grants() -> None:
    op.create_table(
        "break_glass_grants",
        sa.Column("grantee_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) >= 10", name=op.f("ck_break_glass_grants_reason_given")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_break_glass_grants_patient_id_patients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass_grants")),
    )
    op.create_index(
        op.f("ix_break_glass_grants_grantee_id_patient_id_expires_at"),
        "break_glass_grants",
        ["grantee_id", "patient_id", "expires_at"],
        unique=False,
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("subject_age_years", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("last_ordinal", sa.Integer(), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("about IN ('self', 'child', 'other')", name=op.f("ck_conversations_about_known")),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_conversations_status_known")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_conversations_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("id", "patient_id", name=op.f("uq_conversations_id_patient_id")),
        sa.UniqueConstraint("patient_id", "idempotency_key", name=op.f("uq_conversations_patient_id_idempotency_key")),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("citations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("question", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("in_reply_to", sa.Uuid(), nullable=True),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("turn", sa.Text(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(author = 'patient') = (turn IS NOT NULL)", name=op.f("ck_messages_turn_of_patient")),
        sa.CheckConstraint(
            "author IN ('patient', 'assistant', 'nurse', 'physician')", name=op.f("ck_messages_author_known")
        ),
        sa.CheckConstraint("turn IN ('received', 'replied')", name=op.f("ck_messages_turn_known")),
        sa.ForeignKeyConstraint(
            ["conversation_id", "patient_id"],
            ["conversations.id", "conversations.patient_id"],
            name=op.f("fk_messages_conversation_id_patient_id_conversations"),
        ),
        sa.ForeignKeyConstraint(["in_reply_to"], ["messages.id"], name=op.f("fk_messages_in_reply_to_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "conversation_id", "idempotency_key", name=op.f("uq_messages_conversation_id_idempotency_key")
        ),
        sa.UniqueConstraint("conversation_id", "ordinal", name=op.f("uq_messages_conversation_id_ordinal")),
    )
    op.create_index(op.f("ix_messages_patient_id"), "messages", ["patient_id"], unique=False)
    op.create_index(
        "ix_messages_unfinished",
        "messages",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("turn = 'received'"),
    )
    op.create_index(
        "uq_messages_one_reply",
        "messages",
        ["in_reply_to"],
        unique=True,
        postgresql_where=sa.text("author = 'assistant'"),
    )


def _assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("within_hours", sa.Double(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breach_notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("for_physician", sa.Boolean(), nullable=False),
        sa.Column("nurse_review", sa.Boolean(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("advice", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("safety_net", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("protocol_id", sa.Text(), nullable=False),
        sa.Column("protocol_version", sa.Text(), nullable=False),
        sa.Column("protocol_hash", sa.Text(), nullable=False),
        sa.Column("protocols", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("model_output", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("raised_by_model", sa.Boolean(), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_by_name", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decided_level", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'claimed') = (claimed_by IS NOT NULL)", name=op.f("ck_assessments_claimed_by_somebody")
        ),
        sa.CheckConstraint(
            "(status = 'decided') = (decided_by IS NOT NULL)"
            " AND (status = 'decided') = (decided_level IS NOT NULL)"
            " AND (status = 'decided') = (decided_at IS NOT NULL)",
            name=op.f("ck_assessments_decided_whole"),
        ),
        sa.CheckConstraint(
            "decided_level IN ('emergency', 'urgent', 'routine', 'self-care')",
            name=op.f("ck_assessments_decided_level_known"),
        ),
        sa.CheckConstraint(
            "level IN ('emergency', 'urgent', 'routine', 'self-care')", name=op.f("ck_assessments_level_known")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'waiting', 'claimed', 'decided', 'withdrawn')", name=op.f("ck_assessments_status_known")
        ),
        sa.CheckConstraint(
            "status NOT IN ('waiting', 'claimed', 'decided')"
            " OR (level IS NOT NULL AND handed_over_at IS NOT NULL AND due_at IS NOT NULL)",
            name=op.f("ck_assessments_handed_over_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id", "patient_id"],
            ["conversations.id", "conversations.patient_id"],
            name=op.f("fk_assessments_conversation_id_patient_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint("id", "patient_id", name=op.f("uq_assessments_id_patient_id")),
    )
    op.create_index(op.f("ix_assessments_conversation_id"), "assessments", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_assessments_patient_id"), "assessments", ["patient_id"], unique=False)
    op.create_index(
        "ix_assessments_worklist",
        "assessments",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('waiting', 'claimed')"),
    )
    op.create_index(
        "uq_assessments_one_undecided",
        "assessments",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('open', 'waiting', 'claimed')"),
    )


def _assessment_events() -> None:
    op.create_table(
        "assessment_events",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id", "patient_id"],
            ["assessments.id", "assessments.patient_id"],
            name=op.f("fk_assessment_events_assessment_id_patient_id_assessments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_events")),
    )
    op.create_index(op.f("ix_assessment_events_assessment_id"), "assessment_events", ["assessment_id"], unique=False)


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id", "patient_id"],
            ["assessments.id", "assessments.patient_id"],
            name=op.f("fk_notes_assessment_id_patient_id_assessments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_assessment_id"), "notes", ["assessment_id"], unique=False)
