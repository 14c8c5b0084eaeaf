"""The audit log's rows and how one is written.

An event's ``body`` is its canonical JSON (RFC 8785): ids, names of fields and commitments, never content.
``leaf_hash`` is the Merkle leaf hash (RFC 9162, section 2.1.1) from which a later feature builds its tree.
Writer sequences are dense: a writer is one database connection, whose transactions follow one another,
and the number advances only with a successful commit. So a gap in a writer's sequence means a lost row.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Connection, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bedside.kit.crypto import canonical_json, commit, leaf_hash, mac
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor
from bedside.platform.database.base import Base
from bedside.platform.events.publish import CHANNEL

BODY_VERSION = 1
_SALT_BYTES = 16
_WRITER = "bedside_audit_writer"

# One statement, whatever the number of events: a turn has two commits, and a round trip costs more than an event.
_WRITE = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS g(
        id uuid, writer_id uuid, writer_seq integer, recorded_at timestamptz, actor_id uuid, actor_role text,
        via text, action text, entity text, entity_ids uuid[], patient_ids uuid[], outcome text, flags text[],
        request_id text, body text, leaf_hash text, writer_mac text, key_id text, salt text)
), events AS (
    INSERT INTO audit_events (
        id, writer_id, writer_seq, recorded_at, actor_id, actor_role, via, action, entity, entity_ids, patient_ids,
        outcome, flags, request_id, body, leaf_hash, writer_mac, key_id)
    SELECT id, writer_id, writer_seq, recorded_at, actor_id, actor_role, via, action, entity, entity_ids, patient_ids,
        outcome, flags, request_id, decode(body, 'hex'), decode(leaf_hash, 'hex'), decode(writer_mac, 'hex'), key_id
    FROM given
), salts AS (
    INSERT INTO audit_salts (event_id, salt) SELECT id, decode(salt, 'hex') FROM given WHERE salt IS NOT NULL
)
SELECT pg_notify(%s, notice) FROM jsonb_array_elements_text(%s::jsonb) AS notices(notice)
"""


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

    def write(
        self,
        connection: Connection,
        actor: Actor,
        entries: Sequence[Entry],
        notices: Sequence[str],
        *,
        at: datetime,
        request_id: str | None,
    ) -> PendingSequence:
        """Insert ``entries`` in the connection's transaction and send ``notices`` at its commit, in one statement.

        Call ``advance()`` on the result after the commit.
        """
        writer: _Writer = connection.info.setdefault(_WRITER, _Writer())
        events = [
            self._row(writer.id, seq, actor, entry, at, request_id)
            for seq, entry in enumerate(entries, start=writer.seq + 1)
        ]
        connection.exec_driver_sql(_WRITE, (json.dumps(events), CHANNEL, json.dumps(notices)))
        return PendingSequence(writer, writer.seq + len(events))

    def _row(
        self, writer: UUID, seq: int, actor: Actor, entry: Entry, at: datetime, request_id: str | None
    ) -> dict[str, Any]:
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
        return {
            "id": str(event_id),
            "writer_id": str(writer),
            "writer_seq": seq,
            "recorded_at": at.isoformat(),
            "actor_id": str(actor.id) if actor.id else None,
            "actor_role": actor.role.value,
            "via": actor.via,
            "action": entry.action,
            "entity": entry.entity,
            "entity_ids": [str(i) for i in ids],
            "patient_ids": [str(i) for i in patients],
            "outcome": entry.outcome,
            "flags": sorted(entry.flags),
            "request_id": request_id,
            "body": body.hex(),
            "leaf_hash": leaf_hash(body).hex(),
            "writer_mac": mac(self._key, body).hex(),
            "key_id": self._key_id,
            "salt": salt.hex() if salt else None,
        }


@dataclass
class PendingSequence:
    """A writer's next number, taken only when the transaction has committed."""

    _writer: _Writer
    _reached: int

    def advance(self) -> None:
        self._writer.seq = self._reached
