"""The worklist's own schemas, and the requests of those who work on it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from bedside.care.schemas import MESSAGE_MAXIMUM, REASON_MAXIMUM, Status
from bedside.kit.text import clean_text
from bedside.platform.http.moments import Moment
from bedside.triage.schemas import Level, Subject

BREAK_GLASS_REASON_MINIMUM = 10
"""Shortest reason for break-glass, in characters: enough to say what the emergency is."""


class Urgency(StrEnum):
    """How a case stands to its target."""

    IN_TIME = "in-time"
    WARNING = "warning"
    BREACHED = "breached"


class AgeBand(StrEnum):
    """Ages by which the worklist is filtered: under 16 years (as triage has it), 16 to 64, 65 and over, not said."""

    CHILD = "child"
    ADULT = "adult"
    OLDER = "older"
    UNKNOWN = "unknown"


WAITING_HOURS = (1, 4, 24)
"""Waiting times, in hours since the hand-over, that the worklist counts."""


class WorklistFilters(BaseModel):
    """Which cases to list. Nothing given: all that wait or are claimed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Level | None = None
    status: Status | None = None
    mine: bool = False
    breached: bool = False
    about: Subject | None = None
    age: AgeBand | None = Field(default=None, description="Under 16, 16 to 64, 65 and over, or not known.")
    age_from: float | None = Field(default=None, ge=0, le=130, description="Youngest age, in years.")
    age_to: float | None = Field(default=None, ge=0, le=130, description="Oldest age, in years.")
    waiting_over_minutes: int | None = Field(
        default=None, ge=0, le=60 * 24 * 365, description="Only cases handed over at least so long ago."
    )
    for_physician: bool | None = None
    id: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{6,32}$",
        description="Only cases, of any status, whose id begins or ends so: hexadecimal digits without dashes.",
    )


class WorklistItem(BaseModel):
    """A case in the worklist. ``waiting_seconds`` counts from the hand-over to the decision, or to now."""

    assessment_id: UUID
    conversation_id: UUID
    patient_id: UUID
    patient_name: str
    about: Subject
    age_years: float | None
    level: Level | None
    status: Status
    summary: str | None = Field(description="The first reason for the level, in the protocol's words.")
    complaint: str | None = Field(description="How the case's first message begins, in the patient's own words.")
    waiting_seconds: int
    handed_over_at: datetime | None
    due_at: datetime | None
    warns_at: datetime | None = Field(description="From when the target is close: the last quarter of its time.")
    urgency: Urgency
    breached: bool
    for_physician: bool
    nurse_review: bool
    claimed_by: UUID | None
    claimed_by_name: str | None
    mine: bool
    version: int


class Worklist(BaseModel):
    """One page, most urgent first, then the soonest due. ``counts`` are of the whole worklist, not the page.

    Their keys are the levels, the statuses ``waiting`` and ``claimed``, ``breached``, ``warning``, ``mine``,
    ``for-physician``, ``emergency-waiting`` (emergencies that nobody has claimed), ``age-`` with a band, ``over-1h``
    and so on for each of ``WAITING_HOURS``, and ``total``.
    """

    items: list[WorklistItem]
    counts: dict[str, int]
    next: str | None = Field(default=None, description="Send it as `after` to get the next page.")


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _cleaned(value: object) -> object:
    # What is far over every limit is refused by its length alone.
    return clean_text(value) if isinstance(value, str) and len(value) <= 2 * MESSAGE_MAXIMUM else value


_CLEANED = BeforeValidator(_cleaned)
Words = Annotated[str, _CLEANED, StringConstraints(min_length=1, max_length=REASON_MAXIMUM)]
ReplyText = Annotated[str, _CLEANED, StringConstraints(min_length=1, max_length=MESSAGE_MAXIMUM)]
Justification = Annotated[
    str, _CLEANED, StringConstraints(min_length=BREAK_GLASS_REASON_MINIMUM, max_length=REASON_MAXIMUM)
]
Version = Annotated[
    int | None, Field(default=None, ge=1, le=2**31 - 1, description="The version that was read; 409 if it has changed.")
]


class DecideRequest(_Request):
    """A decision. ``reason`` is required when ``level`` is not the assessment's own, and of at least
    ``STEEP_REASON_MINIMUM`` characters when it lowers an emergency by two levels or more.
    """

    level: Level
    reply: ReplyText
    reason: Words | None = None
    version: Version = None


class ReasonRequest(_Request):
    reason: Words


class OptionalReason(_Request):
    reason: Words | None = None


class TargetRequest(_Request):
    due_at: Moment = Field(description="The new target, with its time zone.")
    reason: Words


class NoteRequest(_Request):
    text: ReplyText


class BreakGlassRequest(_Request):
    reason: Justification
