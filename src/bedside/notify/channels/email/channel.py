"""Mail to the people of a channel, by the same mail server as all mail."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator

from bedside.notify.channels.base import Channel, Errand, NotTaken
from bedside.notify.channels.email.mail import send_by_mail

if TYPE_CHECKING:
    from bedside.notify.settings import NotifySettings


class EmailChannel(Channel):
    """One message to all of ``to``. Taken when the server takes every address."""

    kind: Literal["email"]
    to: tuple[Annotated[str, Field(max_length=254)], ...] = Field(min_length=1, max_length=50)

    @field_validator("to")
    @classmethod
    def _are_addresses(cls, to: tuple[str, ...]) -> tuple[str, ...]:
        for address in to:
            name, found = parseaddr(address)
            if name or found != address or "@" not in address or not address.isprintable():
                raise ValueError("each of `to` is an address as nurse@mercy.example, without a name.")
        return to

    @property
    def means(self) -> str:
        return self.kind

    def problem(self, settings: NotifySettings) -> str | None:
        return None if settings.smtp_host else "SMTP_HOST is not set, and mail needs a server."

    def send(self, errand: Errand) -> None:
        refused = send_by_mail(errand.settings, errand.letter, errand.now, self.to, errand.timeout_seconds)
        if refused:
            raise NotTaken(f"{refused} of {len(self.to)} addresses refused")
