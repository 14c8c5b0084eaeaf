"""Maintenance windows, legal holds and what is kept for how long, as they are told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from bedside.kit.text import clean_text
from bedside.platform.http.moments import Moment

LONGEST_REASON = 500


def _cleaned(value: object) -> object:
    return clean_text(value) if isinstance(value, str) and len(value) <= 2 * LONGEST_REASON else value


Reason = Annotated[str, BeforeValidator(_cleaned), StringConstraints(min_length=3, max_length=LONGEST_REASON)]


class WindowState(StrEnum):
    """``ended``: its time is over. ``ended_early``: somebody ended it. ``cancelled``: before it began."""

    PLANNED = "planned"
    ACTIVE = "active"
    ENDED = "ended"
    ENDED_EARLY = "ended_early"
    CANCELLED = "cancelled"


class PlanWindow(BaseModel):
    """A window to plan."""

    model_config = ConfigDict(extra="forbid")

    starts_at: Moment | None = Field(default=None, description="When it begins; now where nothing is said.")
    ends_at: Moment = Field(description="When it ends, seven days after its beginning at the latest.")
    reason: Reason = Field(description="What is done; staff read it. No patient's data.")


class WindowView(BaseModel):
    """A maintenance window. Alerts are silent while it is active."""

    id: UUID
    state: WindowState
    starts_at: datetime
    ends_at: datetime = Field(description="As planned.")
    ended_at: datetime | None = Field(description="When somebody ended or cancelled it.")
    reason: str
    planned_by: str
    planned_at: datetime
    ended_by: str | None


class WindowList(BaseModel):
    """The windows that are on or planned, the next first, and the last of those that are over, the newest first."""

    time_zone: str = Field(description="The service's, by its IANA name. Moments are in UTC.")
    items: list[WindowView]


class CurrentWindow(BaseModel):
    """What staff are told on every page."""

    active: WindowView | None
    next: WindowView | None = Field(description="One that begins within a day.")
    time_zone: str


class PlaceHold(BaseModel):
    """A legal hold to place: on one patient's records, or on everything."""

    model_config = ConfigDict(extra="forbid")

    patient_id: UUID | None = Field(default=None, description="Whose records; null where `everything` is true.")
    everything: bool = Field(default=False, description="Every patient's records, and all other evidence.")
    reason: Reason = Field(description="Which order or case, so that somebody can lift it some day.")


class LiftHold(BaseModel):
    """Why a hold is lifted."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class HoldView(BaseModel):
    """A legal hold. While it is in force nothing that it covers is deleted, whatever the settings say."""

    id: UUID
    patient_id: UUID | None = Field(description="Null: on everything.")
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lift_reason: str | None


class HoldList(BaseModel):
    """Holds, those in force first, the newest first."""

    items: list[HoldView]


class RetentionView(BaseModel):
    """One kind of record and how long it is kept."""

    name: str
    title: str
    setting: str = Field(description="The setting that says how long.")
    kept_seconds: float | None = Field(description="Null: for good.")
    of_patients: bool
    held: bool = Field(description="A legal hold on everything keeps all of it at present.")


class RetentionReport(BaseModel):
    """What is kept for how long. Audit events are kept for good and are not in it."""

    items: list[RetentionView]
