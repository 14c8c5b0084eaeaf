"""Where traces go. The names are OpenTelemetry's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings


class TracingSettings(Section):
    """Traces, for those who collect them."""

    section: ClassVar[str] = "tracing"

    endpoint: str | None = Field(
        default=None,
        alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        max_length=500,
        description="Base address of an OTLP collector over HTTP (http://localhost:4318). Not set: no traces.",
    )
    headers: SecretStr | None = Field(
        default=None,
        alias="OTEL_EXPORTER_OTLP_HEADERS",
        description="Headers for the collector: name=value, comma-separated.",
    )
    service_name: str = Field(
        default="bedside", alias="OTEL_SERVICE_NAME", min_length=1, max_length=100, description="The service's name."
    )
    share: float = Field(
        default=1.0,
        alias="OTEL_TRACES_SAMPLER_ARG",
        ge=0,
        le=1,
        description="What share of requests and jobs is traced, from 0 to 1.",
    )

    @field_validator("headers")
    @classmethod
    def _readable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not all("=" in item for item in value.get_secret_value().split(",")):
            raise ValueError("must be name=value, comma-separated")
        return value

    def header_values(self) -> dict[str, str]:
        """Return the headers by name."""
        text = self.headers.get_secret_value() if self.headers else ""
        pairs = (item.partition("=") for item in text.split(",") if item)
        return {name.strip(): value.strip() for name, _, value in pairs}

    def problems(self, settings: Settings) -> Iterable[str]:
        if self.endpoint is None:
            return
        try:
            parts = urlsplit(self.endpoint)
            is_one = parts.scheme in {"http", "https"} and bool(parts.hostname)
            has_secrets = bool(parts.username or parts.password or parts.query)
        except ValueError:
            is_one = has_secrets = False
        if not is_one:
            yield "OTEL_EXPORTER_OTLP_ENDPOINT must be an address like http://localhost:4318."
        if has_secrets:
            yield "OTEL_EXPORTER_OTLP_ENDPOINT holds a user, password or query; put it into OTEL_EXPORTER_OTLP_HEADERS."
