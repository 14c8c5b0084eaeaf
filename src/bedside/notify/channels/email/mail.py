"""Mail by the standard library: an address goes to the server exactly as it was given.

Apprise's mail plugin finds addresses by pattern and sends a message for o'brien@… to brien@…; a one-time
link must not go astray, so it serves the operators' channels alone.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING

from bedside.notify.letter import Letter, compose
from bedside.notify.mail_security import MailSecurity

if TYPE_CHECKING:
    from bedside.notify.settings import NotifySettings


def send_by_mail(
    settings: NotifySettings,
    letter: Letter,
    now: datetime,
    to: Sequence[str] = (),
    timeout_seconds: int | None = None,
) -> int:
    """Send ``letter`` to its recipient, or to those of ``to``; return how many of them the server refused.

    Blocks. Raises OSError, smtplib.SMTPException (every address was refused), ValueError.
    """
    sender = settings.mail_from or ""
    recipients = list(to) or [letter.recipient or sender]
    message = compose(letter, sender=sender, now=now, to=recipients)
    with _connection(settings, timeout_seconds or settings.timeout_seconds) as server:
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        return len(server.send_message(message, parseaddr(sender)[1], recipients))


def _connection(settings: NotifySettings, timeout: int) -> smtplib.SMTP:
    host, port = settings.smtp_host or "", settings.port
    if settings.smtp_security is MailSecurity.TLS:
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=timeout)
    if settings.smtp_security is MailSecurity.STARTTLS:
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server
