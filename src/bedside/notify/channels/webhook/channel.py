"""A program that takes what happened as JSON."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Literal, Self

from pydantic import PrivateAttr, SecretStr, model_validator

from bedside.notify.channels.base import Channel, Errand, NotTaken, secret_of
from bedside.notify.loader import encoded, post

SIGNATURE = "X-Bedside-Signature"
VERSION = 1


class WebhookChannel(Channel):
    """A POST to ``url``, taken when it is answered with 2xx.

    With a ``secret`` the body is signed: ``X-Bedside-Signature: sha256=`` and the HMAC-SHA256 of the body in hex.
    The body's ``id`` is the same at each attempt, so that a receiver knows one that it has.
    """

    kind: Literal["webhook"]
    url: SecretStr | None = None
    url_file: Path | None = None
    secret: SecretStr | None = None
    secret_file: Path | None = None
    _url: SecretStr = PrivateAttr()
    _secret: SecretStr | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _has_one_url(self) -> Self:
        self._url = secret_of(self.url, self.url_file, "url")
        if not self._url.get_secret_value().lower().startswith(("http://", "https://")):
            raise ValueError("`url` begins with http:// or https://.")
        if self.secret is not None or self.secret_file is not None:
            self._secret = secret_of(self.secret, self.secret_file, "secret")
        return self

    @property
    def means(self) -> str:
        return self.kind

    def send(self, errand: Errand) -> None:
        letter = errand.letter
        body = encoded(
            {
                "version": VERSION,
                "id": str(errand.id),
                "kind": letter.kind,
                "severity": letter.severity,
                "title": letter.subject,
                "message": letter.body,
                **letter.details,
            }
        )
        headers = {}
        if self._secret is not None:
            key = self._secret.get_secret_value().encode()
            headers[SIGNATURE] = f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
        status = post(self._url.get_secret_value(), body, headers, errand.timeout_seconds)
        if not 200 <= status < 300:
            raise NotTaken(f"HTTP {status}")
