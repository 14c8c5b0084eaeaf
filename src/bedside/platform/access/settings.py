"""The audit log's own secret."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr

from bedside.platform.config.section import Section, secret_field
from bedside.platform.errors import SettingsError


class AccessSettings(Section):
    """How audit events are authenticated."""

    section: ClassVar[str] = "audit"

    audit_key: SecretStr | None = secret_field("AUDIT_KEY", "The key of the audit writers' HMAC.")

    def key(self) -> bytes:
        """Return the HMAC key."""
        if self.audit_key is None:
            raise SettingsError("AUDIT_KEY is missing; it is generated at first start.")
        return self.audit_key.get_secret_value().encode()
