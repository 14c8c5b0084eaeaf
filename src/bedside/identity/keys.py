"""Keys derived from ``IDENTITY_KEY``, one for each purpose, and what is done with them."""

from __future__ import annotations

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bedside.identity.settings import IdentitySettings
from bedside.kit.crypto import mac
from bedside.platform.config.load import Settings
from bedside.platform.errors import Fault, SettingsError

_NONCE_BYTES = 12  # NIST SP 800-38D, section 8.2.2


class IdentityKeys:
    """HKDF (RFC 5869) gives each purpose a key of its own, so that no value of one serves in another."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "IdentityKeys()"

    def mac(self, purpose: str, data: bytes) -> bytes:
        """Return HMAC-SHA-256 of ``data`` under the key of ``purpose``."""
        return mac(self._derive(purpose), data)

    def subject(self, kind: str, value: str) -> bytes:
        """Return what stands in the database for a login or an address whose failures are counted."""
        return self.mac(f"throttle/{kind}", value.encode("utf-8", "surrogatepass"))

    def seal(self, account_id: UUID, secret: str) -> bytes:
        """Return ``secret`` encrypted with AES-256-GCM, bound to its account."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self._derive("second-factor")).encrypt(nonce, secret.encode(), account_id.bytes)

    def unseal(self, account_id: UUID, sealed: bytes) -> str:
        """Return what ``seal`` was given. Raises SettingsError when IDENTITY_KEY is not the one it was sealed with."""
        try:
            plain = AESGCM(self._derive("second-factor")).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], account_id.bytes
            )
        except InvalidTag:
            raise SettingsError(
                "A second factor can't be read: IDENTITY_KEY is not the one it was kept with. "
                "Restore that key, or reset the account's second factor."
            ) from None
        return plain.decode()

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=f"bedside/{purpose}".encode()).derive(self._secret)


def identity_keys(settings: Settings) -> IdentityKeys:
    """Return the keys of these settings. Raises Fault when they were loaded without their secrets."""
    secret = settings.get(IdentitySettings).identity_key
    if secret is None:
        raise Fault("IDENTITY_KEY is missing: settings were loaded without generating secrets.")
    return IdentityKeys(secret.get_secret_value().encode())
