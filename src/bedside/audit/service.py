"""Reading the audit log. Reading it is itself an event."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bedside.audit import repository
from bedside.audit.schemas import AccessSummary, AuditEventOut, AuditFilter, ExportedEvent, ExportFormat, Outcome
from bedside.audit.sheet import csv_head, csv_rows
from bedside.kit.paging import Page
from bedside.platform.access.actor import STAFF, Actor, Permission
from bedside.platform.access.context import Context
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.access.names import ActorNames
from bedside.platform.errors import BadInput
from bedside.platform.runtime import Runtime

EXPORT_BATCH = 1000
"""Events that are read in one transaction."""


async def list_events(
    ctx: Context, chosen: AuditFilter, names: ActorNames, *, after: str | None, limit: int
) -> Page[AuditEventOut]:
    """Return a page of events, the newest first. Raises Forbidden, BadInput for a cursor that is not ours."""
    ctx.require(Permission.VIEW_AUDIT_LOGS)
    _record_reading(ctx, "audit.list", chosen)
    found = await repository.page(ctx.session, chosen, before=_position(after), limit=limit + 1)
    shown = found[:limit]
    return Page(items=await _named(ctx, shown, names), next=_cursor(shown[-1]) if len(found) > limit else None)


async def access(ctx: Context, chosen: AuditFilter, names: ActorNames) -> list[AccessSummary]:
    """Return who reached patient data in the period: events, patients, denials, break-glass."""
    ctx.require(Permission.VIEW_AUDIT_LOGS)
    _record_reading(ctx, "audit.access", chosen)
    found = await repository.access_by_actor(ctx.session, chosen)
    known = await names.of_staff(ctx, {row.actor_id for row in found if row.actor_id and row.actor_role in STAFF})
    for row in found:
        if row.actor_id and row.actor_role in STAFF:
            row.actor_name = known.get(row.actor_id)
    return found


async def export(ctx: Context, chosen: AuditFilter) -> AsyncIterator[ExportedEvent]:
    """Yield every matching event as it is stored, for proving it elsewhere."""
    begin_export(ctx, chosen)
    async for event in repository.every(ctx.session, chosen):
        yield _stored(event)


def begin_export(ctx: Context, chosen: AuditFilter) -> AuditFilter:
    """Record an export and return what it holds: nothing later than now, so that it ends. Raises Forbidden.

    Commit before the first of ``exported`` leaves.
    """
    ctx.require(Permission.VIEW_AUDIT_LOGS)
    _record_reading(ctx, "audit.export", chosen)
    now = ctx.now()
    return chosen.model_copy(update={"until": min(chosen.until, now) if chosen.until else now})


async def exported(
    runtime: Runtime, actor: Actor, chosen: AuditFilter, kind: ExportFormat, *, batch: int = EXPORT_BATCH
) -> AsyncIterator[str]:
    """Yield the text of an export that ``begin_export`` recorded, a batch at a time, each in a unit of work of its own:
    none stays open while a slow reader reads."""
    names, after = runtime.part(ActorNames), None
    if kind is ExportFormat.CSV:
        yield csv_head()
    while True:
        async with runtime.unit_of_work(actor) as ctx:
            ctx.require(Permission.VIEW_AUDIT_LOGS)
            events = await repository.batch(ctx.session, chosen, after=after, limit=batch)
            if kind is ExportFormat.CSV:
                text = csv_rows(await _named(ctx, events, names))
            else:
                text = "".join(f"{_stored(event).model_dump_json()}\n" for event in events)
            after = (events[-1].recorded_at, events[-1].id) if events else None
        if text:
            yield text
        if len(events) < batch:
            return


def _stored(event: AuditEvent) -> ExportedEvent:
    return ExportedEvent(
        writer_id=event.writer_id,
        writer_seq=event.writer_seq,
        key_id=event.key_id,
        body=event.body.decode(),
        leaf_hash=event.leaf_hash.hex(),
        writer_mac=event.writer_mac.hex(),
    )


async def _named(ctx: Context, events: Sequence[AuditEvent], names: ActorNames) -> list[AuditEventOut]:
    """Return events as they are shown, with the names of those who acted as staff."""
    ids = {event.actor_id for event in events if event.actor_id and event.actor_role in STAFF}
    known = await names.of_staff(ctx, ids)
    return [_shown(event, known) for event in events]


def _record_reading(ctx: Context, action: str, chosen: AuditFilter) -> None:
    patients = [chosen.patient_id] if chosen.patient_id else []
    ctx.record(action, "audit_event", patients=patients, fields=chosen.model_dump(exclude_defaults=True))


def _shown(event: AuditEvent, names: Mapping[UUID, str]) -> AuditEventOut:
    body = json.loads(event.body)
    return AuditEventOut(
        id=event.id,
        recorded_at=event.recorded_at,
        actor_id=event.actor_id,
        actor_name=names.get(event.actor_id) if event.actor_id and event.actor_role in STAFF else None,
        actor_role=event.actor_role,
        operator=body["actor"]["operator"],
        via=event.via,
        action=event.action,
        entity=event.entity,
        entity_ids=event.entity_ids,
        patient_ids=event.patient_ids,
        fields=body["fields"],
        outcome=Outcome(event.outcome),
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
