"""Apprise addresses of any kind, several at once."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from bedside.notify.channels.base import Channel, Errand, NotTaken
from bedside.notify.loader import send_by_apprise


class AddressesChannel(Channel):
    """Taken when every address took it."""

    kind: Literal["addresses"]
    urls: tuple[SecretStr, ...] = Field(min_length=1, max_length=50)

    @field_validator("urls")
    @classmethod
    def _are_addresses(cls, urls: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any("://" not in url.get_secret_value() for url in urls):
            raise ValueError("each address has the form service://…, as https://appriseit.com lists them.")
        return urls

    @property
    def means(self) -> str:
        return "apprise"

    def send(self, errand: Errand) -> None:
        addresses = [url.get_secret_value() for url in self.urls]
        if not send_by_apprise(addresses, errand.letter, errand.timeout_seconds):
            raise NotTaken("refused")
