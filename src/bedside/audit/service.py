"""Reading the audit log. Reading it is itself an event."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from bedside.audit import repository
from bedside.audit.schemas import AccessSummary, AuditEventOut, AuditFilter, ExportedEvent
from bedside.kit.paging import Page
from bedside.platform.access.actor import Permission
from bedside.platform.access.context import Context
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.errors import BadInput


async def list_events(ctx: Context, chosen: AuditFilter, *, after: str | None, limit: int) -> Page[AuditEventOut]:
    """Return a page of events, the newest first. Raises Forbidden, BadInput for a cursor that is not ours."""
    ctx.require(Permission.VIEW_AUDIT_LOGS)
    _record_reading(ctx, "audit.list", chosen)
    found = await repository.page(ctx.session, chosen, before=_position(after), limit=limit + 1)
    shown = found[:limit]
    return Page(items=[_shown(e) for e in shown], next=_cursor(shown[-1]) if len(found) > limit else None)


async def access(ctx: Context, chosen: AuditFilter) -> list[AccessSummary]:
    """Return who reached patient data in the period: events, patients, denials, break-glass."""
    ctx.require(Permission.VIEW_AUDIT_LOGS)
    _record_reading(ctx, "audit.access", chosen)
    return await repository.access_by_actor(ctx.session, chosen)


async def export(ctx: Context, chosen: AuditFilter) -> AsyncIterator[ExportedEvent]:
    """Yield every matching event as it is stored, for proving it elsewhere."""
    ctx.require(Permission.VIEW_AUDIT_LOGS)
    _record_reading(ctx, "audit.export", chosen)
    async for event in repository.every(ctx.session, chosen):
        yield ExportedEvent(
            writer_id=event.writer_id,
            writer_seq=event.writer_seq,
            key_id=event.key_id,
            body=event.body.decode(),
            leaf_hash=event.leaf_hash.hex(),
            writer_mac=event.writer_mac.hex(),
        )


def _record_reading(ctx: Context, action: str, chosen: AuditFilter) -> None:
    patients = [chosen.patient_id] if chosen.patient_id else []
    ctx.record(action, "audit_event", patients=patients, fields=chosen.model_dump(exclude_none=True))


def _shown(event: AuditEvent) -> AuditEventOut:
    body = json.loads(event.body)
    return AuditEventOut(
        id=event.id,
        recorded_at=event.recorded_at,
        actor_id=event.actor_id,
        actor_role=event.actor_role,
        operator=body["actor"]["operator"],
        via=event.via,
        action=event.action,
        entity=event.entity,
        entity_ids=event.entity_ids,
        patient_ids=event.patient_ids,
        fields=body["fields"],
        outcome=event.outcome,
        flags=event.flags,
        request_id=event.request_id,
    )


def _cursor(event: AuditEvent) -> str:
    return urlsafe_b64encode(f"{event.recorded_at.isoformat()} {event.id}".encode()).decode()


def _position(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        moment, id_ = urlsafe_b64decode(cursor.encode()).decode().split(" ")
        return datetime.fromisoformat(moment), UUID(id_)
    except ValueError:
        raise BadInput("`after` is not a cursor that this list gave; begin without it.") from None
