"""What other features hand to notify."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    """How much it matters."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Notification(BaseModel):
    """A message that holds no patient data: ids, counts and constant sentences only.

    With a ``recipient`` (an e-mail address) it goes to that person, with a ``channel`` there, else to the channel
    ``operators``. ``details`` are for receivers that are programs: ids, names and numbers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(pattern=r"^[a-z]+(\.[a-z_]+)*$", max_length=64, description="What it is: ``care.waiting``.")
    subject: str = Field(min_length=1, max_length=200)
    body: str = Field(min_length=1, max_length=4000)
    severity: Severity = Severity.INFO
    recipient: str | None = Field(default=None, max_length=254, repr=False)
    channel: str | None = Field(default=None, max_length=40)
    details: dict[str, Any] | None = None


class ChannelView(BaseModel):
    """A channel as it is told: its name and kind, never its address."""

    name: str
    kind: str
    sent_last_day: int = Field(description="Messages that it took in the last 24 hours.")
    waiting: int = Field(description="Messages that wait to be taken.")
    failed_last_day: int = Field(description="Messages that were given up in the last 24 hours.")
    last_sent_at: datetime | None
    last_error: str | None = Field(description="What kept the newest message that was not taken: a class of error.")


class ChannelList(BaseModel):
    items: list[ChannelView]


class Delivery(BaseModel):
    """How one message fared. ``error`` is a class of error, never a receiver's words."""

    id: UUID
    channel: str
    status: str = Field(description="queued, sent or failed.")
    attempts: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None
