"""What other features hand to notify."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    """How much it matters."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Notification(BaseModel):
    """A message that holds no patient data: ids, counts and constant sentences only.

    With a ``recipient`` (an e-mail address) it goes to that person, else to the operators' channels.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(pattern=r"^[a-z]+(\.[a-z_]+)*$", max_length=64, description="What it is: ``care.waiting``.")
    subject: str = Field(min_length=1, max_length=200)
    body: str = Field(min_length=1, max_length=4000)
    severity: Severity = Severity.INFO
    recipient: str | None = Field(default=None, max_length=254, repr=False)
