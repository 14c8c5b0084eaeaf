"""Mail to one person, by the standard library: the address goes to the server exactly as it was given.

Apprise's mail plugin finds addresses by pattern and sends a message for o'brien@… to brien@…; a one-time
link must not go astray, so it serves the operators' channels alone.
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.utils import parseaddr

from bedside.notify.letter import Letter, compose
from bedside.notify.settings import MailSecurity, NotifySettings


def send_by_mail(settings: NotifySettings, letter: Letter, now: datetime) -> None:
    """Send ``letter`` to its recipient. Blocks. Raises OSError, smtplib.SMTPException, ValueError."""
    sender = settings.mail_from or ""
    message = compose(letter, sender=sender, now=now)
    with _connection(settings) as server:
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message, parseaddr(sender)[1], [letter.recipient or sender])


def _connection(settings: NotifySettings) -> smtplib.SMTP:
    host, port, timeout = settings.smtp_host or "", settings.port, settings.timeout_seconds
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
