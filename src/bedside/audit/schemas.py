"""What the audit log shows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from bedside.platform.http.moments import Moment

_NAME = r"^[a-z0-9_.-]+$"


class AuditFilter(BaseModel):
    """Which events. Times are compared with the event's own; ``action`` matches its beginning."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = None
    until: Moment | None = None
    actor_id: UUID | None = None
    patient_id: UUID | None = None
    action: str | None = Field(default=None, max_length=80, pattern=_NAME)
    outcome: str | None = Field(default=None, pattern="^(success|denied|failed)$")
    flag: str | None = Field(default=None, max_length=40, pattern=_NAME)


class AuditEventOut(BaseModel):
    """One event: ids and names of fields, never content."""

    id: UUID
    recorded_at: datetime
    actor_id: UUID | None
    actor_role: str
    operator: str | None
    via: str
    action: str
    entity: str
    entity_ids: list[UUID]
    patient_ids: list[UUID]
    fields: list[str]
    outcome: str
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
    actor_role: str
    via: str
    events: int
    patients: int
    denied: int
    break_glass: int
    first_at: datetime
    last_at: datetime
