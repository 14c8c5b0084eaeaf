"""Apprise, imported only when something is to be sent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bedside.notify.settings import MailSecurity, NotifySettings

_MODES = {MailSecurity.STARTTLS: "starttls", MailSecurity.TLS: "ssl", MailSecurity.NONE: "insecure"}


@dataclass(frozen=True)
class Letter:
    """A message on its way out."""

    subject: str
    body: str = field(repr=False)
    severity: str = "info"
    recipient: str | None = field(default=None, repr=False)


def send_by_mail(settings: NotifySettings, letter: Letter) -> bool:
    """Send to the letter's recipient through the mail server; return whether that took it. Blocks."""
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    service: dict[str, Any] = {
        "schema": "mailto" if settings.smtp_security is MailSecurity.NONE else "mailtos",
        "host": settings.smtp_host,
        "smtp_host": settings.smtp_host,
        "port": settings.port,
        "user": settings.smtp_user,
        "password": password,
        "from_addr": settings.mail_from,
        "secure_mode": _MODES[settings.smtp_security],
        "targets": [letter.recipient],
        "format": "text",
    }
    return _notify([service], letter, settings.timeout_seconds)


def send_by_channels(settings: NotifySettings, letter: Letter) -> bool:
    """Send to the operators' channels; return whether every one of them took it. Blocks."""
    return _notify(settings.addresses, letter, settings.timeout_seconds)


def _notify(services: Sequence[str | dict[str, Any]], letter: Letter, timeout: int) -> bool:
    import apprise

    # Its log lines name recipients and addresses with secrets in them; what matters is in our own.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    asset = apprise.AppriseAsset(app_id="Bedside", storage_mode="memory", secure_logging=True)
    outgoing = apprise.Apprise(asset=asset)
    if not all(outgoing.add(service) for service in services):
        return False
    kinds = {"info": "info", "warning": "warning", "critical": "failure"}
    return bool(
        outgoing.notify(
            body=letter.body,
            title=letter.subject,
            notify_type=kinds[letter.severity],
            body_format="text",
            timeout=timeout,
        )
    )
