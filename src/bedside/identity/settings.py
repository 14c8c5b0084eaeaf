"""How people sign in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, SecretStr, field_validator

from bedside.platform.config.core import CoreSettings, Environment
from bedside.platform.config.section import Section, secret_field

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings

SHORTEST_KEY = 32  # bytes; RFC 7518, section 3.2: an HS256 key is at least as long as the hash's output


class IdentitySettings(Section):
    """Tokens, lock-out, passwords, the second factor."""

    section: ClassVar[str] = "identity"

    jwt_secret_key: SecretStr | None = secret_field("JWT_SECRET_KEY", "The key that signs access tokens.")
    jwt_previous_secret_key: SecretStr | None = Field(
        default=None,
        alias="JWT_PREVIOUS_SECRET_KEY",
        description="The key before the last change: tokens it signed are still accepted.",
    )
    jwt_algorithm: str = Field(default="HS256", alias="JWT_ALGORITHM", description="HS256, the only one there is.")
    access_minutes: int = Field(
        default=15, alias="JWT_EXPIRATION_MINUTES", ge=1, le=60, description="An access token's life, in minutes."
    )
    sign_in_hours: int = Field(
        default=24,
        alias="JWT_EXPIRATION_HOURS",
        ge=1,
        le=24 * 30,
        description="Hours after which a sign-in ends, however often its tokens were renewed.",
    )
    identity_key: SecretStr | None = secret_field(
        "IDENTITY_KEY", "The key from which those for second factors, refresh tokens and lock-outs are derived."
    )
    lockout_failures: int = Field(
        default=5, alias="LOCKOUT_FAILURES", ge=3, le=100, description="Failed sign-ins that lock a login."
    )
    lockout_address_failures: int = Field(
        default=50,
        alias="LOCKOUT_ADDRESS_FAILURES",
        ge=5,
        le=10_000,
        description="Failed sign-ins that lock a client's address, which a whole ward may share.",
    )
    lockout_minutes: int = Field(
        default=15,
        alias="LOCKOUT_MINUTES",
        ge=1,
        le=24 * 60,
        description="How long a lock lasts, and within what time failures add up, in minutes.",
    )
    password_length: int = Field(
        default=12, alias="PASSWORD_MIN_LENGTH", ge=8, le=64, description="A password's least length, in characters."
    )
    sign_in_history_days: int = Field(
        default=30,
        alias="SIGN_IN_HISTORY_DAYS",
        ge=1,
        le=3650,
        description="How long sign-ins, one-time links and counted failures are kept once they have ended, in days.",
    )
    link_minutes: int = Field(
        default=30, alias="RESET_LINK_MINUTES", ge=5, le=24 * 60, description="A one-time link's life, in minutes."
    )
    allow_sign_up: bool | None = Field(
        default=None,
        alias="ALLOW_SIGN_UP",
        description="Let patients create accounts for themselves; when not set: only where SAMPLE_DATA is on.",
    )
    idle_minutes: int = Field(
        default=15,
        alias="IDLE_SIGN_OUT_MINUTES",
        ge=2,
        le=8 * 60,
        description="After how many minutes without a touch the pages sign a person out, in minutes.",
    )
    second_factor: bool | None = Field(
        default=None,
        alias="REQUIRE_SECOND_FACTOR",
        description="Staff need a second factor to sign in; when not set: in production alone.",
    )

    @field_validator("jwt_algorithm")
    @classmethod
    def _only_hs256(cls, value: str) -> str:
        if value != "HS256":
            raise ValueError(
                "Bedside signs its access tokens with HS256 alone; remove JWT_ALGORITHM or set it to HS256"
            )
        return value

    def lets_sign_up(self, core: CoreSettings) -> bool:
        """Return whether patients may create accounts: as set, else where there is sample data to try out."""
        return core.sample_data if self.allow_sign_up is None else self.allow_sign_up

    def needs_second_factor(self, environment: Environment) -> bool:
        """Return whether staff sign in with a second factor only."""
        return environment is Environment.PRODUCTION if self.second_factor is None else self.second_factor

    def problems(self, settings: Settings) -> Iterable[str]:
        for name in ("jwt_secret_key", "jwt_previous_secret_key", "identity_key"):
            value: SecretStr | None = getattr(self, name)
            if value is not None and len(value.get_secret_value().encode()) < SHORTEST_KEY:
                yield (
                    f"{name.upper()} is shorter than {SHORTEST_KEY} bytes, so it can be guessed; "
                    "remove it and Bedside makes one, or set one from: openssl rand -base64 48"
                )
        if self.second_factor is False and settings.core.environment is Environment.PRODUCTION:
            yield "REQUIRE_SECOND_FACTOR is off in production, where staff see patients' data; turn it on."
