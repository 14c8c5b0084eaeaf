"""The chat model's settings. None is needed: without MODEL_URL answers are the sources' own sentences."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings


class ModelSettings(Section):
    """Which chat model phrases answers, and how."""

    section: ClassVar[str] = "models"

    url: str | None = Field(
        default=None,
        alias="MODEL_URL",
        max_length=500,
        description="Base address of an OpenAI-compatible service, with its /v1. Not set: no chat model.",
    )
    name: str = Field(
        default="default", alias="MODEL_NAME", min_length=1, max_length=200, description="The model's name."
    )
    api_key: SecretStr | None = Field(default=None, alias="MODEL_API_KEY", description="Sent as a bearer token.")
    timeout_seconds: float = Field(
        default=20, alias="MODEL_TIMEOUT", gt=0, le=300, description="Longest wait for a whole answer, in seconds."
    )
    temperature: float = Field(
        default=0.0, alias="TEMPERATURE", ge=0, le=2, description="0 gives the same words for the same question."
    )

    def problems(self, settings: Settings) -> Iterable[str]:
        if self.url is None:
            return
        address = _split(self.url)
        if address is None:
            yield "MODEL_URL must be an address like http://127.0.0.1:8001/v1 or https://models.example.org/v1."
            return
        scheme, host, has_secrets = address
        if has_secrets:
            yield "MODEL_URL holds a user, password or query; put the key into MODEL_API_KEY."
        if scheme != "https" and not _stays_here(host):
            yield "MODEL_URL sends patients' words unencrypted to another network; use https or a private address."


def _split(url: str) -> tuple[str, str, bool] | None:
    """Return scheme, host and whether the address carries secrets; None when it is no web address."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return parts.scheme, host, bool(parts.username or parts.password or parts.query or parts.fragment)


def _stays_here(host: str) -> bool:
    """Tell whether ``host`` is this machine or a private network's address (RFC 1918, RFC 4193).

    A name other than localhost could resolve to anything, so it counts as elsewhere.
    """
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (address.is_loopback or address.is_private) and not address.is_unspecified
