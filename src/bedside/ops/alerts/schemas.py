"""Alerts as people and programs are told of them, and what they say about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from bedside.notify.schemas import Delivery, Severity

OpenState = Literal["pending", "firing", "acknowledged", "silenced"]
AnyState = Literal["pending", "firing", "acknowledged", "silenced", "resolved"]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")
]
RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Short = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class AlertView(BaseModel):
    """An alert as it is now. ``told``: what is wrong, in words."""

    id: UUID
    rule: str
    title: str
    part: str
    severity: Severity
    state: AnyState
    told: str
    remedy: str | None
    procedure: str | None = Field(description="The procedure that helps, where one does.")
    value: float | None
    began_at: datetime
    fired_at: datetime | None
    changed_at: datetime
    resolved_at: datetime | None
    level: int | None = Field(description="The level of the escalation that was told last, from 1.")
    level_title: str | None
    acknowledged_by: str | None
    acknowledged_reason: str | None
    acknowledged_until: datetime | None
    silenced_reason: str | None


class AlertChange(BaseModel):
    """One change of an alert."""

    at: datetime
    event: str
    state: str
    level: int
    value: float | None
    reason: str | None
    by: str | None


class AlertDetail(AlertView):
    """An alert with its changes and who was told."""

    changes: list[AlertChange]
    messages: list[Delivery]


class AlertList(BaseModel):
    """Every open alert, the worst first. ``problem``: why rules can't be evaluated, where they can't."""

    items: list[AlertView]
    evaluated_at: datetime | None = Field(description="When any open alert was last looked at.")
    problem: str | None = None


class Acknowledge(BaseModel):
    """Says that somebody has it in hand, why, and until when: then it fires again if it is not over."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    expires_at: AwareDatetime = Field(description="At most a week from now.")


class NewSilence(BaseModel):
    """Silences a rule, a part, or with neither everything."""

    model_config = ConfigDict(extra="forbid")

    rule: RuleName | None = None
    part: RuleName | None = None
    reason: Reason
    starts_at: AwareDatetime | None = Field(default=None, description="Now, unless it is to begin later.")
    ends_at: AwareDatetime


class SilenceView(BaseModel):
    id: UUID
    rule: str | None
    part: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_by: str
    active: bool


class SilenceList(BaseModel):
    """The silences that are on or to come. ``window``: the maintenance window that is on, which silences everything."""

    items: list[SilenceView]
    window: str | None = None


class RuleView(BaseModel):
    """A rule of the file, in words. ``unavailable``: why it is not looked at yet."""

    name: str
    title: str
    part: str
    severity: Severity
    condition: str
    for_seconds: float
    resolve_for_seconds: float
    channels: list[str]
    escalation: str | None
    remedy: str
    procedure: str | None
    source: str | None
    unavailable: str | None


class LevelView(BaseModel):
    title: str
    respond_within_seconds: float
    resolve_within_seconds: float | None
    channels: list[str]
    rota: str | None


class EscalationView(BaseModel):
    name: str
    levels: list[LevelView]


class RuleList(BaseModel):
    source: str
    items: list[RuleView]
    escalations: list[EscalationView]


class EvaluationReport(BaseModel):
    """What one evaluation found and did."""

    at: datetime
    rules: int = Field(description="How many were looked at.")
    unavailable: int = Field(description="How many wait for what they look at.")
    firing: list[str] = Field(description="The rules that fire, acknowledged ones and silent ones left out.")
    changes: list[str] = Field(description="What changed: rule, event, state.")
    messages: int = Field(description="How many messages were sent.")
    took_ms: float


class ShiftView(BaseModel):
    """Who is on call in a rota from a moment on, until the next shift begins."""

    id: UUID
    rota: str
    who: str
    channel: str
    starts_at: datetime
    time_zone: str
    local_start: str = Field(description="The beginning as the rota's own clock shows it.")
    on_call: bool


class NewShift(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rota: RuleName
    who: Short
    channel: Annotated[str, Field(min_length=1, max_length=40)]
    starts: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}$")] = Field(
        description="Local time in the rota's zone: 2026-11-23 08:00."
    )
    time_zone: Annotated[str, Field(max_length=60)] = "UTC"


class ShiftList(BaseModel):
    items: list[ShiftView]
