"""Queries over the audit log's rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.audit.schemas import AccessSummary, AuditFilter
from bedside.platform.access.ledger import AuditEvent

BREAK_GLASS = "break-glass"
_EXPORT_BATCH = 1000


def _matching(chosen: AuditFilter) -> list[ColumnElement[bool]]:
    event = AuditEvent
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "since": lambda value: event.recorded_at >= value,
        "until": lambda value: event.recorded_at < value,
        "actor_id": lambda value: event.actor_id == value,
        "actor_role": lambda value: event.actor_role == value.value,
        "via": lambda value: event.via == value,
        "patient_id": lambda value: event.patient_ids.contains([value]),
        "action": lambda value: event.action.startswith(value, autoescape=True),
        "entity": lambda value: event.entity == value,
        "entity_id": lambda value: event.entity_ids.contains([value]),
        "outcome": lambda value: event.outcome == value.value,
        "flag": event.flags.contains,
        "request_id": lambda value: event.request_id == str(value),
    }
    asked = chosen.model_dump(exclude_defaults=True)
    return [make(getattr(chosen, name)) for name, make in conditions.items() if name in asked]


async def page(
    session: AsyncSession, chosen: AuditFilter, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[AuditEvent]:
    """Return up to ``limit`` events, the newest first, older than ``before``."""
    statement: Select[AuditEvent] = select(AuditEvent).where(*_matching(chosen))
    if before is not None:
        moment, id_ = before
        statement = statement.where(
            or_(
                AuditEvent.recorded_at < moment,
                and_(AuditEvent.recorded_at == moment, AuditEvent.id < id_),
            )
        )
    ordered = statement.order_by(AuditEvent.recorded_at.desc(), AuditEvent.id.desc()).limit(limit)
    return list((await session.execute(ordered)).scalars())


async def batch(
    session: AsyncSession, chosen: AuditFilter, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[AuditEvent]:
    """Return up to ``limit`` events, the oldest first, newer than ``after``."""
    statement: Select[AuditEvent] = select(AuditEvent).where(*_matching(chosen))
    if after is not None:
        statement = statement.where(tuple_(AuditEvent.recorded_at, AuditEvent.id) > after)
    ordered = statement.order_by(AuditEvent.recorded_at, AuditEvent.id).limit(limit)
    return list((await session.execute(ordered)).scalars())


async def every(session: AsyncSession, chosen: AuditFilter) -> AsyncIterator[AuditEvent]:
    """Yield all matching events, the oldest first, without holding them in memory."""
    statement = (
        select(AuditEvent)
        .where(*_matching(chosen))
        .order_by(AuditEvent.recorded_at, AuditEvent.id)
        .execution_options(yield_per=_EXPORT_BATCH)
    )
    async for event in await session.stream_scalars(statement):
        yield event


async def access_by_actor(session: AsyncSession, chosen: AuditFilter) -> list[AccessSummary]:
    """Return what each actor did to patient data, the busiest first."""
    event = AuditEvent
    touched = (
        select(event, func.unnest(event.patient_ids).label("patient_id"))
        .where(*_matching(chosen), func.cardinality(event.patient_ids) > 0)
        .subquery()
    )
    statement = (
        select(
            touched.c.actor_id,
            touched.c.actor_role,
            touched.c.via,
            func.count(touched.c.id.distinct()).label("events"),
            func.count(touched.c.patient_id.distinct()).label("patients"),
            func.count(touched.c.id.distinct()).filter(touched.c.outcome == "denied").label("denied"),
            func.count(touched.c.id.distinct())
            .filter(func.array_position(touched.c.flags, BREAK_GLASS).is_not(None))
            .label("break_glass"),
            func.min(touched.c.recorded_at).label("first_at"),
            func.max(touched.c.recorded_at).label("last_at"),
        )
        .group_by(touched.c.actor_id, touched.c.actor_role, touched.c.via)
        .order_by(func.count(touched.c.id.distinct()).desc())
    )
    return [AccessSummary.model_validate(row, from_attributes=True) for row in await session.execute(statement)]
