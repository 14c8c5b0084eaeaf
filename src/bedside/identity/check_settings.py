"""From where on the check of lock-outs warns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from bedside.platform.checks import Thresholds
from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings


class SignInCheckSettings(Section):
    """The thresholds of the check of lock-outs (docs/ops-checks.md)."""

    section: ClassVar[str] = "signin_checks"

    locked_warning: int = Field(
        default=5, alias="CHECK_LOCKOUTS_WARNING", ge=1, description="Logins and addresses locked at once: warning."
    )
    locked_critical: int = Field(
        default=25, alias="CHECK_LOCKOUTS_CRITICAL", ge=1, description="Logins and addresses locked at once: critical."
    )

    @property
    def limits(self) -> Thresholds:
        return Thresholds(warning=self.locked_warning, critical=self.locked_critical, unit="locked")

    def problems(self, settings: Settings) -> Iterable[str]:
        if self.locked_warning > self.locked_critical:
            yield "CHECK_LOCKOUTS_WARNING is over CHECK_LOCKOUTS_CRITICAL; a warning comes before it."
