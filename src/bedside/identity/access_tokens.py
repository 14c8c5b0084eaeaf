"""Access tokens: short-lived JWTs (RFC 7519) signed with HS256, whose key is named by ``kid``.

A token says who signed in, by which sign-in. Whether that sign-in still holds, and what the account may
do, is read from the database each time (service.authenticate).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey

from bedside.identity.settings import IdentitySettings
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Role
from bedside.platform.errors import Fault, NotSignedIn

ALGORITHM = "HS256"
ISSUER = "bedside"
AUDIENCE = "bedside-api"
ENROLMENT_AUDIENCE = "bedside-enrolment"
ENROLMENT_MINUTES = 10
LONGEST_TOKEN = 2048
_LEEWAY_SECONDS = 5


@dataclass(frozen=True)
class AccessClaims:
    """What a valid access token says."""

    account_id: UUID
    session_id: UUID


class AccessTokens:
    """Issues tokens with today's key; accepts those of the key before it, too."""

    def __init__(self, settings: IdentitySettings) -> None:
        if settings.jwt_secret_key is None:
            raise Fault("JWT_SECRET_KEY is missing: settings were loaded without generating secrets.")
        self._minutes = settings.access_minutes
        secrets = [settings.jwt_secret_key, settings.jwt_previous_secret_key]
        keys = [secret.get_secret_value().encode() for secret in secrets if secret is not None]
        self._keys = {_key_id(key): OctKey.import_key(key) for key in keys}
        self._current = _key_id(keys[0])

    @property
    def seconds(self) -> int:
        """An access token's life, in seconds."""
        return self._minutes * 60

    def issue(self, account_id: UUID, session_id: UUID, role: Role, now: datetime) -> str:
        """Return an access token for one sign-in."""
        claims = {"sid": str(session_id), "role": role.value}
        return self._encode(AUDIENCE, account_id, now, self._minutes, claims)

    def issue_enrolment(self, account_id: UUID, now: datetime) -> str:
        """Return a token with which a second factor can be enrolled, and nothing else be done."""
        return self._encode(ENROLMENT_AUDIENCE, account_id, now, ENROLMENT_MINUTES, {})

    def read(self, token: str, now: datetime) -> AccessClaims:
        """Return an access token's claims. Raises NotSignedIn for whatever Bedside did not issue, or has expired."""
        claims = self._decode(token, AUDIENCE, now)
        try:
            return AccessClaims(UUID(claims["sub"]), UUID(claims["sid"]))
        except (KeyError, ValueError, AttributeError, TypeError):
            raise _invalid() from None

    def read_enrolment(self, token: str, now: datetime) -> UUID:
        """Return whose enrolment token this is. Raises NotSignedIn."""
        return UUID(self._decode(token, ENROLMENT_AUDIENCE, now)["sub"])

    def _encode(self, audience: str, subject: UUID, now: datetime, minutes: int, claims: dict[str, Any]) -> str:
        header = {"alg": ALGORITHM, "kid": self._current}
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "sub": str(subject),
            "jti": str(new_id()),
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=minutes)).timestamp()),
            **claims,
        }
        return jwt.encode(header, claims, self._keys[self._current], [ALGORITHM])

    def _decode(self, token: str, audience: str, now: datetime) -> dict[str, Any]:
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise _invalid()
        try:
            claims: dict[str, Any] = jwt.decode(token, self._find_key, [ALGORITHM]).claims
            _registry(audience, now).validate(claims)
        except ExpiredTokenError:
            raise NotSignedIn("The access token has expired; refresh it or sign in again.") from None
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise _invalid() from None
        return claims

    def _find_key(self, token: Any) -> OctKey:
        return self._keys[token.headers()["kid"]]


def _registry(audience: str, now: datetime) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY_SECONDS,
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": audience},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        jti={"essential": True},
    )


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"kid\x00" + key).hexdigest()[:16]


def _invalid() -> NotSignedIn:
    return NotSignedIn("The access token is not valid here; sign in again.")
