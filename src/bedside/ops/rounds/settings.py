"""How long rounds are kept."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from bedside.platform.config.section import Section


class RoundSettings(Section):
    """How long reports of rounds are kept."""

    section: ClassVar[str] = "rounds"

    # 45 CFR 164.316(b)(2)(i): documentation of what was reviewed is kept for six years.
    round_history_days: int = Field(
        default=2200,
        alias="ROUND_HISTORY_DAYS",
        ge=1,
        le=36600,
        description="How long rounds and their answers are kept, in days.",
    )
