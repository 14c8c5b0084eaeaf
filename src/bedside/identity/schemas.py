"""What crosses identity's border. Secrets are SecretStr on the way in, so that no repr or log shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from bedside.identity.names import LONGEST_LOGIN, LONGEST_NAME, clean_name, normalise_login
from bedside.identity.passwords import LONGEST_PASSWORD
from bedside.identity.refresh_tokens import LONGEST_TOKEN
from bedside.platform.access.actor import Permission, Role

Login = Annotated[
    str,
    Field(min_length=3, max_length=LONGEST_LOGIN, description="An e-mail address; case does not matter."),
    AfterValidator(normalise_login),
]
LoginAttempt = Annotated[str, Field(min_length=1, max_length=LONGEST_LOGIN, description="The login.")]
DisplayName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(clean_name)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_PASSWORD)]
Code = Annotated[
    SecretStr, Field(min_length=6, max_length=32, description="Six digits from the second factor, or a recovery code.")
]
AccountRole = Literal[Role.PATIENT, Role.NURSE, Role.PHYSICIAN, Role.ADMIN]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TokenForm(BaseModel):
    """OAuth 2.0's password form. What else clients send is ignored (RFC 6749, section 3.2)."""

    username: LoginAttempt
    password: Password
    totp: Code | None = None


class SignInRequest(_Request):
    """A sign-in by the pages."""

    username: LoginAttempt
    password: Password
    totp: Code | None = None


class Tokens(BaseModel):
    """``expires_in`` is the access token's life in seconds."""

    access_token: str = Field(repr=False)
    refresh_token: str = Field(repr=False)
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - RFC 6750's name
    expires_in: int


class SessionAnswer(BaseModel):
    """A sign-in whose tokens went into cookies."""

    expires_in: int = Field(description="Seconds until the access cookie has to be refreshed.")


RefreshText = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_TOKEN)]


class RefreshRequest(_Request):
    refresh_token: RefreshText


class RevokeRequest(_Request):
    token: RefreshText


class Me(BaseModel):
    """The signed-in account."""

    id: UUID
    login: str
    display_name: str
    role: Role
    permissions: list[Permission]
    second_factor: bool


class SignUp(_Request):
    """A patient's own account."""

    login: Login
    display_name: DisplayName
    password: Password


class NewAccount(_Request):
    """An account made by an administrator. Without a password its owner gets a link to set one."""

    login: Login
    display_name: DisplayName
    role: AccountRole
    password: Password | None = None


class AccountView(BaseModel):
    """An account as administrators see it."""

    id: UUID
    login: str
    display_name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None
    second_factor: bool
    is_sample: bool = Field(default=False, description="One of the sample sign-ins, whose password is public.")
    locked_until: datetime | None = Field(
        default=None, description="Until when sign-ins are refused because too many failed; null where none are."
    )
    sessions: int = Field(default=0, description="How many sign-ins are in force.")
    last_sign_in_at: datetime | None = Field(default=None, description="Null where there was none in the last month.")


class AccountFilters(BaseModel):
    """Which accounts a list holds; what is None leaves none out."""

    role: AccountRole | None = None
    disabled: bool | None = None
    search: str | None = None


class SessionView(BaseModel):
    """A sign-in that is in force."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    client: str = Field(description="browser, command-line or other.")
    current: bool = Field(description="The one that this request came by.")


class Sessions(BaseModel):
    items: list[SessionView]


class RoleChange(_Request):
    role: AccountRole


class ResetRequest(_Request):
    login: LoginAttempt


class ResetPassword(_Request):
    token: Annotated[SecretStr, Field(min_length=1, max_length=128, description="From the one-time link.")]
    password: Password


class PasswordChange(_Request):
    current: Password
    new: Password


class Accepted(BaseModel):
    """Said whether or not there was anything to do."""

    detail: str


class SecondFactorOffer(BaseModel):
    """A second factor that is in force once a code from it has come back. Shown this once."""

    secret: str = Field(repr=False, description="Base32, to be typed in where the address can't be scanned.")
    address: str = Field(repr=False, description="otpauth:// address, for a QR code.")
    recovery_codes: list[str] = Field(repr=False, description="Each works once, in place of a code.")


class SecondFactorConfirm(_Request):
    code: Code


class SecondFactorRemove(_Request):
    password: Password
    code: Code


class Revoked(BaseModel):
    """How many sign-ins were ended."""

    sessions: int
