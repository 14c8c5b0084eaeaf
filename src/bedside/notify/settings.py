"""How messages leave Bedside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.utils import parseaddr
from ipaddress import ip_address
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, SecretStr

from bedside.notify.channels.addresses.channel import AddressesChannel
from bedside.notify.channels.base import Channel
from bedside.notify.channels.log.channel import LogChannel
from bedside.notify.channels.registry import OPERATORS, named_channels
from bedside.notify.mail_security import MailSecurity
from bedside.platform.config.core import Environment
from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings


_PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


class NotifySettings(Section):
    """Where notifications go. With nothing set they go to the log, and messages to people to a folder."""

    section: ClassVar[str] = "notify"

    urls: SecretStr | None = Field(
        default=None,
        alias="NOTIFY_URLS",
        description="Where alerts to operators go: Apprise addresses, separated by blanks (chat, pager, push, mail).",
    )
    named: SecretStr | None = Field(
        default=None,
        alias="NOTIFY_CHANNELS",
        description="Named channels as YAML: each name with its kind (email, chat, pager, webhook, push) and what that "
        "kind needs; best given by NOTIFY_CHANNELS_FILE.",
    )
    patient_data: bool = Field(
        default=False,
        alias="NOTIFY_PATIENT_DATA",
        description="Let messages carry the evidence behind an alert, which may quote data (a statement that runs "
        "long). Without it they carry titles, numbers and remedies alone.",
    )
    smtp_host: str | None = Field(default=None, alias="SMTP_HOST", description="The mail server.")
    smtp_port: int | None = Field(
        default=None, alias="SMTP_PORT", ge=1, le=65535, description="Its port; by default 587, 465 or 25."
    )
    smtp_user: str | None = Field(default=None, alias="SMTP_USER", description="The user at the mail server.")
    smtp_password: SecretStr | None = Field(default=None, alias="SMTP_PASSWORD", description="That user's password.")
    smtp_security: MailSecurity = Field(
        default=MailSecurity.STARTTLS, alias="SMTP_SECURITY", description="starttls, tls or none."
    )
    mail_from: str | None = Field(default=None, alias="MAIL_FROM", description="The address that mail comes from.")
    keep_days: int = Field(
        default=90,
        alias="NOTIFICATION_RETENTION_DAYS",
        ge=1,
        le=3650,
        description="How long what was sent is kept, in days.",
    )
    keep_outbox_days: int = Field(
        default=7,
        alias="OUTBOX_RETENTION_DAYS",
        ge=1,
        le=365,
        description="How long messages to people wait in the outbox while no mail server is set, in days.",
    )
    timeout_seconds: int = Field(
        default=30, alias="NOTIFY_TIMEOUT", ge=1, le=300, description="Longest time for one delivery, in seconds."
    )

    @property
    def port(self) -> int:
        """The mail server's port."""
        return self.smtp_port or _PORTS[self.smtp_security]

    @property
    def addresses(self) -> list[str]:
        """What NOTIFY_URLS names. They hold secrets: never log one."""
        return self.urls.get_secret_value().split() if self.urls else []

    @property
    def channels(self) -> Mapping[str, Channel]:
        """Every named channel; ``operators`` is among them, as NOTIFY_URLS or the log where nobody named it."""
        found = named_channels(self.named.get_secret_value()) if self.named else {}
        return found if OPERATORS in found else {OPERATORS: self._operators(), **found}

    def _operators(self) -> Channel:
        if not self.addresses:
            return LogChannel()
        return AddressesChannel(kind="addresses", urls=tuple(SecretStr(address) for address in self.addresses))

    def problems(self, settings: Settings) -> Iterable[str]:
        if self.smtp_host and not self.mail_from:
            yield "SMTP_HOST is set without MAIL_FROM; mail needs an address to come from."
        if self.mail_from and "@" not in parseaddr(self.mail_from)[1]:
            yield "MAIL_FROM must be an address, as in: Mercy Hospital <bedside@mercy.example>"
        if bool(self.smtp_user) != bool(self.smtp_password):
            yield "SMTP_USER and SMTP_PASSWORD belong together; one of them is missing."
        open_line = self.smtp_host and self.smtp_security is MailSecurity.NONE and not _is_local(self.smtp_host)
        if open_line and settings.core.environment is Environment.PRODUCTION:
            yield "SMTP_SECURITY is none towards another machine in production; use starttls or tls."
        if any("://" not in address for address in self.addresses):
            yield "NOTIFY_URLS: each address has the form service://…, as https://appriseit.com lists them."
            return
        yield from self._channel_problems()

    def _channel_problems(self) -> Iterable[str]:
        try:
            channels = self.channels
        except ValueError as error:
            yield f"NOTIFY_CHANNELS: {error}"
            return
        for name, channel in channels.items():
            problem = channel.problem(self)
            if problem:
                yield f"NOTIFY_CHANNELS: {name}: {problem}"


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
