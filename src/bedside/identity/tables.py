"""What identity keeps. An administrator manages accounts and can't read credentials: they are a table of
their own, which row-level security gives to their owner and to Bedside itself alone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.database.base import Base, Row


class Account(Row, Base):
    """Somebody who can sign in. ``login`` is normalised (names.normalise_login)."""

    __tablename__ = "accounts"

    login: Mapped[str]
    display_name: Mapped[str]
    role: Mapped[str]
    disabled_at: Mapped[datetime | None]
    second_factor_since: Mapped[datetime | None]
    is_sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("login"),
        CheckConstraint("login = lower(login) AND login <> ''", name="login_normalised"),
        CheckConstraint("role IN ('patient', 'nurse', 'physician', 'admin')", name="role_known"),
    )


class Credentials(Base):
    """An account's secrets. An empty ``password_hash`` is nobody's: the account has no password yet.

    ``totp_secret`` is sealed (keys.IdentityKeys); codes up to ``totp_last_counter`` have been used;
    ``recovery_codes`` are keyed hashes of those that are left.
    """

    __tablename__ = "credentials"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str]
    password_changed_at: Mapped[datetime]
    totp_secret: Mapped[bytes | None]
    totp_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    recovery_codes: Mapped[list[bytes]] = mapped_column(ARRAY(BYTEA), default=list)


class SignIn(Row, Base):
    """One sign-in: a family of refresh tokens, of which the newest ``generation`` alone is good."""

    __tablename__ = "sessions"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    refresh_hash: Mapped[bytes]
    generation: Mapped[int]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]
    client: Mapped[str]

    __table_args__ = (
        Index(None, "account_id"),
        Index(None, "expires_at"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_with_reason"),
    )


class OneTimeLink(Row, Base):
    """A link sent to an account's address, by which a password is set once; only the token's hash is kept."""

    __tablename__ = "one_time_links"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "account_id"))


class Throttle(Base):
    """Failures counted against a login, an address or an account. ``subject`` is a keyed hash of it.

    Logins are counted whether or not an account has them, so that a lock tells nothing about accounts.
    """

    __tablename__ = "sign_in_throttles"

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    counted_until: Mapped[datetime]
    locked_until: Mapped[datetime | None]

    __table_args__ = (Index(None, "counted_until"),)
