"""Refresh tokens: random, of one sign-in and one generation, and known as Bedside's own by their MAC.

The database keeps the hash of the current one alone. The MAC tells an old token, whose second use means
that somebody copied it (RFC 9700, section 4.14.2), from one that was merely made up.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from dataclasses import dataclass, field
from uuid import UUID

from bedside.identity.keys import IdentityKeys
from bedside.kit.crypto import token_hash
from bedside.platform.errors import NotSignedIn

_RANDOM_BYTES = 32
_MAC_BYTES = 16
_SIZE = 16 + 4 + _RANDOM_BYTES + _MAC_BYTES
LONGEST_TOKEN = 128


@dataclass(frozen=True)
class RefreshToken:
    """A token that Bedside issued; ``text`` is what the client holds."""

    session_id: UUID
    generation: int
    text: str = field(repr=False)

    @property
    def hash(self) -> bytes:
        """What the database keeps of it."""
        return token_hash(self.text)


def new_refresh_token(keys: IdentityKeys, session_id: UUID, generation: int) -> RefreshToken:
    """Return a fresh token for a sign-in's ``generation``."""
    body = session_id.bytes + generation.to_bytes(4, "big") + os.urandom(_RANDOM_BYTES)
    return RefreshToken(session_id, generation, _encoded(body + _tag(keys, body)))


def read_refresh_token(keys: IdentityKeys, text: str) -> RefreshToken:
    """Return what a token says. Raises NotSignedIn for what Bedside did not issue."""
    data = _decoded(text)
    body, tag = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
    if not hmac.compare_digest(_tag(keys, body), tag):
        raise _invalid()
    return RefreshToken(UUID(bytes=body[:16]), int.from_bytes(body[16:20], "big"), _encoded(data))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid() from None
    if len(data) != _SIZE:
        raise _invalid()
    return data


def _tag(keys: IdentityKeys, body: bytes) -> bytes:
    return keys.mac("refresh", body)[:_MAC_BYTES]


def _invalid() -> NotSignedIn:
    return NotSignedIn("The refresh token is not valid here; sign in again.")
