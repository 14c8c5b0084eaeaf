"""What the audit log shows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from bedside.platform.access.actor import Role
from bedside.platform.http.moments import Moment

_NAME = r"^[a-z0-9_.-]+$"


class Outcome(StrEnum):
    SUCCESS = "success"
    DENIED = "denied"
    FAILED = "failed"


class ExportFormat(StrEnum):
    """``csv`` is for people: a row an event. ``jsonl`` is the events as they are stored, which can be proved."""

    CSV = "csv"
    JSONL = "jsonl"


class AuditFilter(BaseModel):
    """Which events. Times are compared with the event's own; ``action`` matches its beginning."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(default=None, description="From this time on.")
    until: Moment | None = Field(default=None, description="Before this time.")
    actor_id: UUID | None = None
    actor_role: Role | None = None
    via: str | None = Field(default=None, max_length=20, pattern=_NAME, description="The door: api, cli, job, …")
    patient_id: UUID | None = None
    action: str | None = Field(default=None, max_length=80, pattern=_NAME, description="How the action begins.")
    entity: str | None = Field(default=None, max_length=80, pattern=_NAME, description="The kind of thing.")
    entity_id: UUID | None = Field(default=None, description="The thing that it was done to.")
    outcome: Outcome | None = None
    flag: list[Annotated[str, Field(max_length=40, pattern=_NAME)]] = Field(
        default_factory=list, max_length=5, description="Flags that an event must carry, all of them: break-glass, …"
    )
    request_id: UUID | None = Field(default=None, description="The request whose events these are.")


class AuditEventOut(BaseModel):
    """One event: ids and names of fields, never content."""

    id: UUID
    recorded_at: datetime
    actor_id: UUID | None
    actor_name: str | None = Field(
        default=None, description="Of staff, for administrators; never of patients, and null where nobody is known."
    )
    actor_role: str
    operator: str | None
    via: str
    action: str
    entity: str
    entity_ids: list[UUID]
    patient_ids: list[UUID]
    fields: list[str]
    outcome: Outcome
    flags: list[str]
    request_id: str | None


class ExportedEvent(BaseModel):
    """One event as it is stored: ``body`` is the canonical text that ``leaf_hash`` and ``writer_mac`` cover.

    Hashes are hexadecimal. ``leaf_hash`` is SHA-256(0x00 || body) (RFC 9162, section 2.1.1).
    """

    writer_id: UUID
    writer_seq: int
    key_id: str
    body: str
    leaf_hash: str
    writer_mac: str


class AccessSummary(BaseModel):
    """What one actor did to patient data in a period."""

    actor_id: UUID | None
    actor_name: str | None = Field(default=None, description="As in an event: of staff, for administrators.")
    actor_role: str
    via: str
    events: int
    patients: int
    denied: int
    break_glass: int
    first_at: datetime
    last_at: datetime
