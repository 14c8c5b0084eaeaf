"""Reading and writing windows and holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Uuid, cast, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.ops.maintenance.tables import LegalHold, MaintenanceWindow

_end = func.least(MaintenanceWindow.ends_at, MaintenanceWindow.ended_at)
"""LEAST passes NULL over: a window ends as planned, or when somebody ended it."""


async def windows_ahead(session: AsyncSession, now: datetime) -> Sequence[MaintenanceWindow]:
    """Return the windows that are on or to come, the next first."""
    query = select(MaintenanceWindow).where(MaintenanceWindow.ends_at > now, _end > now)
    return (await session.scalars(query.order_by(MaintenanceWindow.starts_at, MaintenanceWindow.id).limit(200))).all()


async def windows_over(session: AsyncSession, now: datetime, limit: int) -> Sequence[MaintenanceWindow]:
    """Return the last windows that are over, the newest first."""
    query = select(MaintenanceWindow).where(_end <= now)
    return (await session.scalars(query.order_by(MaintenanceWindow.starts_at.desc()).limit(limit))).all()


async def active(session: AsyncSession, at: datetime) -> MaintenanceWindow | None:
    """Return the window that is on at a moment; of several the one that ends last."""
    query = select(MaintenanceWindow).where(
        MaintenanceWindow.starts_at <= at, MaintenanceWindow.ends_at > at, _end > at
    )
    return (await session.scalars(query.order_by(MaintenanceWindow.ends_at.desc()).limit(1))).first()


async def window(session: AsyncSession, window_id: UUID) -> MaintenanceWindow | None:
    return await session.get(MaintenanceWindow, window_id)


async def end_window(session: AsyncSession, window_id: UUID, now: datetime, by: UUID | None, name: str) -> bool:
    """End a window that is on or to come; return False when it is over."""
    statement = (
        update(MaintenanceWindow)
        .where(MaintenanceWindow.id == window_id, MaintenanceWindow.ended_at.is_(None))
        .where(MaintenanceWindow.ends_at > now)
        .values(ended_at=now, ended_by=by, ended_by_name=name)
        .returning(MaintenanceWindow.id)
    )
    return (await session.execute(statement)).first() is not None


async def holds(session: AsyncSession, *, in_force: bool) -> Sequence[LegalHold]:
    """Return holds, those in force first; with ``in_force`` no other."""
    query = select(LegalHold)
    if in_force:
        query = query.where(LegalHold.lifted_at.is_(None))
    return (await session.scalars(query.order_by(LegalHold.lifted_at.desc().nulls_first(), LegalHold.id.desc()))).all()


async def locked_hold(session: AsyncSession, hold_id: UUID) -> LegalHold | None:
    """Return a hold in force, locked."""
    query = select(LegalHold).where(LegalHold.id == hold_id, LegalHold.lifted_at.is_(None)).with_for_update()
    return (await session.scalars(query)).first()


async def everything_is_held(session: AsyncSession) -> bool:
    """Tell whether a hold on everything is in force. Names nobody, so no access to a record."""
    found = await session.execute(select(func.record_is_held(cast(null(), Uuid), type_=Boolean)))
    return bool(found.scalar_one())
