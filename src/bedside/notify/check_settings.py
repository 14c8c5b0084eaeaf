"""From where on the check of deliveries warns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from bedside.platform.checks import Thresholds
from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings


class NotifyCheckSettings(Section):
    """The thresholds of the check of deliveries (docs/ops-checks.md)."""

    section: ClassVar[str] = "notify_checks"

    failed_warning: int = Field(
        default=1, alias="CHECK_DELIVERIES_WARNING", ge=1, description="Messages given up in the last day: warning."
    )
    failed_critical: int = Field(
        default=10, alias="CHECK_DELIVERIES_CRITICAL", ge=1, description="Messages given up in the last day: critical."
    )

    @property
    def limits(self) -> Thresholds:
        return Thresholds(warning=self.failed_warning, critical=self.failed_critical, unit="messages")

    def problems(self, settings: Settings) -> Iterable[str]:
        if self.failed_warning > self.failed_critical:
            yield "CHECK_DELIVERIES_WARNING is over CHECK_DELIVERIES_CRITICAL; a warning comes before it."
