"""Which certificates are watched, and from where on the checks of the installation warn."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from bedside.ops.machine.settings import crossed
from bedside.platform.checks import Thresholds
from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings

_MIB = 2**20


class InstallationCheckSettings(Section):
    """Certificates to watch and the thresholds of the checks of what is installed (docs/ops-checks.md)."""

    section: ClassVar[str] = "installation_checks"

    certificates: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        alias="TLS_CERTIFICATES",
        description="Certificate files (PEM) whose end is watched, comma-separated: the proxy's, the database's.",
    )
    # OpenAlgebra runbook and administrator guide: renew within 30 days of the end.
    certificate_warning: int = Field(
        default=30, alias="CHECK_CERTIFICATE_WARNING_DAYS", ge=1, description="Days to a certificate's end: warning."
    )
    certificate_critical: int = Field(
        default=7, alias="CHECK_CERTIFICATE_CRITICAL_DAYS", ge=0, description="Days to a certificate's end: critical."
    )
    secret_days: int = Field(
        default=365, alias="CHECK_SECRET_AGE_DAYS", ge=1, description="Age of a secret: warning, in days."
    )
    errors_warning: int = Field(
        default=10, alias="CHECK_LOG_ERRORS_WARNING", ge=1, description="Errors logged in 15 minutes: warning."
    )
    errors_critical: int = Field(
        default=100, alias="CHECK_LOG_ERRORS_CRITICAL", ge=1, description="Errors logged in 15 minutes: critical."
    )
    logs_warning: int = Field(
        default=1024, alias="CHECK_LOG_SIZE_WARNING", ge=1, description="All log files together, in MiB: warning."
    )
    logs_critical: int = Field(
        default=5120, alias="CHECK_LOG_SIZE_CRITICAL", ge=1, description="All log files together, in MiB: critical."
    )

    @field_validator("certificates", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @property
    def certificate_limits(self) -> Thresholds:
        """Days that are left: more is better."""
        return Thresholds(warning=self.certificate_warning, critical=self.certificate_critical, unit="days")

    @property
    def error_limits(self) -> Thresholds:
        return Thresholds(warning=self.errors_warning, critical=self.errors_critical, unit="errors")

    @property
    def size_limits(self) -> Thresholds:
        return Thresholds(warning=self.logs_warning, critical=self.logs_critical, unit="MiB")

    def problems(self, settings: Settings) -> Iterable[str]:
        if self.certificate_warning < self.certificate_critical:
            yield "CHECK_CERTIFICATE_WARNING_DAYS is under CHECK_CERTIFICATE_CRITICAL_DAYS; the warning comes first."
        yield from (p for p in crossed(self) if "CERTIFICATE" not in p)
