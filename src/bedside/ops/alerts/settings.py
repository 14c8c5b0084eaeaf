"""Where alert rules are, and how long alerts are kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings


class AlertSettings(Section):
    """Alert rules and their history."""

    section: ClassVar[str] = "alerts"

    rules_path: Path | None = Field(
        default=None,
        alias="ALERT_RULES",
        description="A rule file in place of the one that comes with Bedside (docs/ops-alerts.md).",
    )
    keep_days: int = Field(
        default=365,
        alias="ALERT_RETENTION_DAYS",
        ge=7,
        le=3650,
        description="How long alerts that are over are kept, in days.",
    )

    def problems(self, settings: Settings) -> Iterable[str]:
        if self.rules_path is not None and not self.rules_path.is_file():
            yield f"ALERT_RULES names {self.rules_path}, which is not a file."
