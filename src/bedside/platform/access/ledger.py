"""The audit log's rows and how one is written.

An event's ``body`` is its canonical JSON (RFC 8785): ids, names of fields and commitments, never content.
``leaf_hash`` is the Merkle leaf hash (RFC 9162, section 2.1.1) from which a later feature builds its tree.
Writer sequences are dense: a writer is one database connection, whose transactions follow one another,
and the number advances only with a successful commit. So a gap in a writer's sequence means a lost row.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bedside.kit.crypto import canonical_json, commit, leaf_hash, mac
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor
from bedside.platform.database.base import Base

BODY_VERSION = 1
_SALT_BYTES = 16
_WRITER = "bedside_audit_writer"


class AuditEvent(Base):
    """One access, change, decision or sign-in. The app's role inserts and reads, never updates or deletes."""

    __tablename__ = "audit_events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    writer_id: Mapped[UUID]
    writer_seq: Mapped[int]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_role: Mapped[str]
    via: Mapped[str]
    action: Mapped[str]
    entity: Mapped[str]
    entity_ids: Mapped[list[UUID]]
    patient_ids: Mapped[list[UUID]]
    outcome: Mapped[str]
    flags: Mapped[list[str]]
    request_id: Mapped[str | None]
    body: Mapped[bytes]
    leaf_hash: Mapped[bytes]
    writer_mac: Mapped[bytes]
    key_id: Mapped[str]

    __table_args__ = (
        UniqueConstraint("writer_id", "writer_seq"),
        CheckConstraint("outcome IN ('success', 'denied', 'failed')", name="outcome_known"),
        CheckConstraint("writer_seq > 0", name="writer_seq_positive"),
        Index(None, "recorded_at"),
        Index(None, "actor_id", "recorded_at"),
        Index("ix_audit_events_patient_ids", "patient_ids", postgresql_using="gin"),
    )


class AuditSalt(Base):
    """The salt of an event's content commitment; erasing it makes the commitment meaningless."""

    __tablename__ = "audit_salts"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    salt: Mapped[bytes]


@dataclass
class Entry:
    """An event that is to be written when the unit of work ends.

    ``content`` is never stored: only its salted commitment is.
    """

    action: str
    entity: str
    ids: set[UUID] = field(default_factory=set)
    patients: set[UUID] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    content: dict[str, Any] = field(default_factory=dict)
    outcome: str = "success"
    flags: set[str] = field(default_factory=set)


@dataclass
class _Writer:
    """The identity of one database connection as a writer, kept in the connection's ``info``."""

    id: UUID = field(default_factory=new_id)
    seq: int = 0


class Ledger:
    """Writes events with this process's audit key."""

    def __init__(self, key: bytes, *, key_id: str = "1") -> None:
        self._key = key
        self._key_id = key_id

    async def write(
        self,
        session: AsyncSession,
        actor: Actor,
        entries: Sequence[Entry],
        *,
        at: datetime,
        request_id: str | None,
    ) -> PendingSequence:
        """Insert ``entries`` in the session's transaction; call ``advance()`` on the result after its commit."""
        connection = await session.connection()
        writer: _Writer = connection.sync_connection.info.setdefault(_WRITER, _Writer())  # type: ignore[union-attr]
        events, salts = [], []
        for seq, entry in enumerate(entries, start=writer.seq + 1):
            event, salt = self._row(writer.id, seq, actor, entry, at, request_id)
            events.append(event)
            if salt is not None:
                salts.append({"event_id": event["id"], "salt": salt})
        await session.execute(insert(AuditEvent.__table__), events)  # type: ignore[arg-type]
        if salts:
            await session.execute(insert(AuditSalt.__table__), salts)  # type: ignore[arg-type]
        return PendingSequence(writer, writer.seq + len(events))

    def _row(
        self, writer: UUID, seq: int, actor: Actor, entry: Entry, at: datetime, request_id: str | None
    ) -> tuple[dict[str, Any], bytes | None]:
        salt = os.urandom(_SALT_BYTES) if entry.content else None
        ids, patients = sorted(entry.ids), sorted(entry.patients)
        event_id = new_id()
        body = canonical_json(
            {
                "v": BODY_VERSION,
                "id": str(event_id),
                "writer": str(writer),
                "seq": seq,
                "at": at.isoformat(timespec="microseconds"),
                "actor": {
                    "id": str(actor.id) if actor.id else None,
                    "role": actor.role.value,
                    "via": actor.via,
                    "operator": actor.operator,
                    "session": str(actor.session_id) if actor.session_id else None,
                },
                "action": entry.action,
                "entity": entry.entity,
                "ids": [str(i) for i in ids],
                "patients": [str(i) for i in patients],
                "fields": sorted(entry.fields),
                "commitment": commit(salt, entry.content).hex() if salt else None,
                "outcome": entry.outcome,
                "flags": sorted(entry.flags),
                "request": request_id,
            }
        )
        row = {
            "id": event_id,
            "writer_id": writer,
            "writer_seq": seq,
            "recorded_at": at,
            "actor_id": actor.id,
            "actor_role": actor.role.value,
            "via": actor.via,
            "action": entry.action,
            "entity": entry.entity,
            "entity_ids": ids,
            "patient_ids": patients,
            "outcome": entry.outcome,
            "flags": sorted(entry.flags),
            "request_id": request_id,
            "body": body,
            "leaf_hash": leaf_hash(body),
            "writer_mac": mac(self._key, body),
            "key_id": self._key_id,
        }
        return row, salt


@dataclass
class PendingSequence:
    """A writer's next number, taken only when the transaction has committed."""

    _writer: _Writer
    _reached: int

    def advance(self) -> None:
        self._writer.seq = self._reached
