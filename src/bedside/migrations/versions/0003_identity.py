"""Accounts, their credentials, sign-ins, one-time links and counted failures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from bedside.migrations.rights import enable_row_security, grant, policy

revision = "0003_identity"
down_revision = "0002_jobs"
branch_labels = None
depends_on = None

SYSTEM = "actor_role() = 'system'"
MANAGER = "actor_role() IN ('admin', 'system')"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _accounts()
    _credentials()
    _sessions()
    _links()
    _throttles()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("disabled_at", TIME),
        sa.Column("second_factor_since", TIME),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("login", name="uq_accounts_login"),
        sa.CheckConstraint("login = lower(login) AND login <> ''", name=op.f("ck_accounts_login_normalised")),
        sa.CheckConstraint("role IN ('patient', 'nurse', 'physician', 'admin')", name=op.f("ck_accounts_role_known")),
    )
    grant("accounts", app="SELECT, INSERT, UPDATE")
    enable_row_security("accounts")
    policy("accounts", "accounts_read", command="SELECT", using=f"{MANAGER} OR id = actor_id()")
    policy("accounts", "accounts_create", command="INSERT", check=MANAGER)
    policy("accounts", "accounts_change", command="UPDATE", using=MANAGER, check=MANAGER)


def _credentials() -> None:
    """Administrators insert credentials and never see one; changing them is Bedside's own act or the owner's."""
    op.create_table(
        "credentials",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_changed_at", TIME, nullable=False),
        sa.Column("totp_secret", pg.BYTEA()),
        sa.Column("totp_last_counter", sa.BigInteger()),
        sa.Column("recovery_codes", pg.ARRAY(pg.BYTEA()), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_credentials"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_credentials_account_id_accounts", ondelete="CASCADE"
        ),
    )
    owner = f"{SYSTEM} OR account_id = actor_id()"
    grant("credentials", app="SELECT, INSERT, UPDATE")
    enable_row_security("credentials")
    policy("credentials", "credentials_read", command="SELECT", using=owner)
    policy("credentials", "credentials_create", command="INSERT", check=MANAGER)
    policy("credentials", "credentials_change", command="UPDATE", using=owner, check=owner)


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("refresh_hash", pg.BYTEA(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
        sa.Column("revoked_reason", sa.Text()),
        sa.Column("client", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_sessions_account_id_accounts", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_reason IS NULL)", name=op.f("ck_sessions_revoked_with_reason")
        ),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    whose = f"{MANAGER} OR account_id = actor_id()"
    grant("sessions", app="SELECT, INSERT, UPDATE, DELETE")
    enable_row_security("sessions")
    policy("sessions", "sessions_read", command="SELECT", using=whose)
    policy("sessions", "sessions_create", command="INSERT", check=SYSTEM)
    policy("sessions", "sessions_change", command="UPDATE", using=whose, check=whose)
    policy("sessions", "sessions_clean_up", command="DELETE", using=SYSTEM)


def _links() -> None:
    op.create_table(
        "one_time_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", pg.BYTEA(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_links"),
        sa.UniqueConstraint("token_hash", name="uq_one_time_links_token_hash"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_one_time_links_account_id_accounts", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_one_time_links_account_id", "one_time_links", ["account_id"])
    grant("one_time_links", app="SELECT, INSERT, UPDATE, DELETE")
    enable_row_security("one_time_links")
    policy("one_time_links", "one_time_links_of_bedside", using=SYSTEM, check=SYSTEM)


def _throttles() -> None:
    op.create_table(
        "sign_in_throttles",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", pg.BYTEA(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("counted_until", TIME, nullable=False),
        sa.Column("locked_until", TIME),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_sign_in_throttles"),
    )
    op.create_index("ix_sign_in_throttles_counted_until", "sign_in_throttles", ["counted_until"])
    grant("sign_in_throttles", app="SELECT, INSERT, UPDATE, DELETE")
    enable_row_security("sign_in_throttles")
    policy("sign_in_throttles", "sign_in_throttles_of_managers", using=MANAGER, check=MANAGER)
