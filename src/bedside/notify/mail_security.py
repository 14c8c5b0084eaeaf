"""How the connection to the mail server is secured."""

from __future__ import annotations

from enum import StrEnum


class MailSecurity(StrEnum):
    """How the connection to the mail server is secured."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
