"""``POST /api/triage``: assess what is said, without storing any of it. Needs neither sign-in nor database."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bedside.platform.http.dependencies import RuntimeDep, client_address
from bedside.platform.http.problems import documented
from bedside.triage import service
from bedside.triage.schemas import Finding, Level, ProtocolRef, Question, Reason, State, Subject, TriageInput

router = APIRouter(prefix="/api/triage", tags=["triage"])

LIMIT = 60
"""Requests a minute from one address."""
TEXT_MAXIMUM = 4000
"""Longest text, in characters: that of a message in a conversation."""
_ANSWERS_MAXIMUM = 50

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Answer = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class TriageRequest(BaseModel):
    """What a person says, and what they answered to questions of an earlier result."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=TEXT_MAXIMUM)
    answers: dict[Name, Answer] = Field(
        default_factory=dict, max_length=_ANSWERS_MAXIMUM, description="Question id to a choice's value, or to words."
    )
    subject: Subject | None = None
    age_years: float | None = Field(
        default=None, ge=0, le=130, strict=True, description="Age of the patient, in years."
    )


class Triaged(BaseModel):
    """The same object as a line of ``bedside triage assess --json``."""

    id: str | None = Field(default=None, description="Always null here; a row's own id in a batch.")
    level: Level | None
    status: Literal["open", "complete"]
    within_hours: float | None
    deadline: str
    reasons: list[Reason]
    findings: list[Finding]
    questions: list[Question]
    protocol: ProtocolRef
    protocols: list[ProtocolRef]
    advice: list[str]
    safety_net: list[str]
    nurse_review: bool


@router.post("", responses=documented(413, 422, 429))
async def assess(request: Request, runtime: RuntimeDep, body: TriageRequest) -> Triaged:
    """Say how urgent a text is and why, what to do, and what would have to be asked. Nothing is stored."""
    await runtime.limiter.hit("triage", client_address(request), limit=LIMIT, seconds=60)
    asked = TriageInput(utterances=[body.text], answers=body.answers, subject=body.subject, age_years=body.age_years)
    decided = await asyncio.to_thread(service.assess, asked)
    result = service.with_numbers(decided, service.numbers(runtime.settings.core))
    found = result.model_dump(exclude={"record"})
    found["findings"] = [f for f in result.findings if f.counts or f.state is not State.PRESENT]
    return Triaged(**found)
