"""What the kinds that Apprise serves share: one address, of a service that belongs to the kind."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from pydantic import PrivateAttr, SecretStr, model_validator

from bedside.notify.channels.base import Channel, Errand, NotTaken, secret_of
from bedside.notify.loader import send_by_apprise


class AppriseChannel(Channel):
    """``url`` holds secrets; ``url_file`` names a file with it. Services: https://appriseit.com."""

    services: ClassVar[frozenset[str]]

    url: SecretStr | None = None
    url_file: Path | None = None
    _address: SecretStr = PrivateAttr()

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        self._address = secret_of(self.url, self.url_file, "url")
        service = self._address.get_secret_value().partition("://")[0].lower()
        if service not in self.services:
            raise ValueError(
                f"this kind takes the services {', '.join(sorted(self.services))}; others go by `kind: addresses`."
            )
        return self

    def send(self, errand: Errand) -> None:
        if not send_by_apprise([self._address.get_secret_value()], errand.letter, errand.timeout_seconds):
            raise NotTaken("refused")
