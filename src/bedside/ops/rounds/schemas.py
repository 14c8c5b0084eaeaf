"""Rounds as they are told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from bedside.ops.series.schemas import SeriesUnit
from bedside.platform.checks import Health


class Period(StrEnum):
    """How often a round is walked."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class ItemState(StrEnum):
    """How an item ended, worst first. ``waiting``: nothing was to be done but what a later version brings."""

    FAILED = "failed"
    ATTENTION = "attention"
    WELL = "well"
    WAITING = "waiting"


class Answer(StrEnum):
    """What a person said of what was asked."""

    DONE = "done"
    NOT_DONE = "not_done"


class ReportFormat(StrEnum):
    """What a report is written as."""

    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"
    JSON = "json"


class Line(BaseModel):
    """A line of a runbook that an item is there for."""

    runbook: str = Field(description="A, C, D, O or Y; docs/ops-rounds.md names them.")
    line: int
    words: str


class Looked(BaseModel):
    """What a check found that was not healthy."""

    name: str
    title: str
    status: Health
    evidence: str
    remedy: str | None


class Ran(BaseModel):
    """A procedure that the item ran, or would run."""

    procedure: str
    title: str
    parameters: dict[str, Any]
    state: str = Field(description="The run's state; `planned` in a dry run, `not_run` where it could not be begun.")
    run_id: UUID | None
    actions: int
    findings: list[str]
    follow_up: list[str]
    failures: list[str]


class ItemTold(BaseModel):
    """What is kept of an item beside its state and its answer."""

    title: str
    who: str
    lines: list[Line]
    checks: dict[Health, int] = Field(default={}, description="How many checks were how; without those skipped.")
    skipped: int = Field(default=0, description="Checks that were not made.")
    troubled: list[Looked] = []
    ran: list[Ran] = []
    figures: list[str] = Field(default=[], description="Names of the round's figures that belong here.")
    notes: list[str] = Field(default=[], description="What else was seen: projections of capacity.")
    question: str | None = None
    how: str | None = Field(default=None, description="Where to look for the answer.")
    waits: str | None = Field(default=None, description="What a later version of Bedside brings.")


class ItemView(ItemTold):
    """An item of a round."""

    item: str
    state: ItemState
    answer: Answer | None
    note: str | None
    answered_at: datetime | None
    answered_by_name: str | None
    open: bool = Field(description="Something was asked, and nobody has answered.")


class FigureView(BaseModel):
    """A figure of a round and of those before it."""

    name: str
    title: str
    unit: SeriesUnit
    value: float | None
    before: float | None = Field(description="At the last round of the same period.")
    history: list[float | None] = Field(description="Of the rounds in `moments`, the oldest first, this one last.")


class ToDo(BaseModel):
    """What is left for a person: who, what, and how."""

    who: str
    what: str
    how: str | None
    item: str


class RoundSummary(BaseModel):
    """A round in a list."""

    id: UUID
    period: Period
    run_id: UUID
    performed_by: str
    began_at: datetime
    finished_at: datetime | None = Field(description="Null while it goes on, or where it was broken off.")
    state: ItemState = Field(description="The worst of its items; an open question needs attention.")
    items: int
    attention: int
    failed: int
    open: int = Field(description="Questions that nobody has answered.")


class RoundView(RoundSummary):
    """A round with everything."""

    entries: list[ItemView]
    figures: list[FigureView]
    moments: list[datetime] = Field(description="When the rounds began that the figures' history is of.")
    todo: list[ToDo]


class PeriodView(BaseModel):
    """A period: its newest round and when the next one is."""

    period: Period
    procedure: str
    next_round: datetime | None
    last: RoundSummary | None


class RoundsOverview(BaseModel):
    """The periods and the rounds of late."""

    periods: list[PeriodView]
    rounds: list[RoundSummary]


class AnswerRequest(BaseModel):
    """A person's answer to what an item asks."""

    answer: Answer
    note: str = Field(default="", max_length=2000, description="What was seen or done; nothing about patients.")
