"""Reading and writing notifications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.notify.tables import NotificationRow

NO_FIGURES: dict[str, Any] = {
    "sent_last_day": 0,
    "waiting": 0,
    "failed_last_day": 0,
    "last_sent_at": None,
    "last_error": None,
}
_JOBS_TRY_FOR = timedelta(hours=1)
"""Longer than a job's own attempts take (``service.ATTEMPTS``): after that its message is nobody's."""


async def locked(session: AsyncSession, notification_id: UUID) -> NotificationRow | None:
    """Return a notification, locked."""
    return await session.get(NotificationRow, notification_id, with_for_update=True)


async def by_ids(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[NotificationRow]:
    return (await session.execute(select(NotificationRow).where(NotificationRow.id.in_(ids)))).scalars().all()


async def left_behind(session: AsyncSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Take what waits and nobody is about, so that no other sweep takes it; return the ids."""
    row = NotificationRow
    nobodys = or_(row.next_attempt_at < now, and_(row.next_attempt_at.is_(None), row.created_at < now - _JOBS_TRY_FOR))
    # A message without a body held a secret; its sender tries again by itself.
    due = select(row.id).where(row.status == "queued", row.body.is_not(None), nobodys)
    taken = due.order_by(row.created_at).limit(limit).with_for_update(skip_locked=True)
    statement = update(row).where(row.id.in_(taken)).values(next_attempt_at=now).returning(row.id)
    found = await session.execute(statement.execution_options(synchronize_session=False))
    return found.scalars().all()


async def figures(session: AsyncSession, since: datetime) -> dict[str, dict[str, Any]]:
    """Return for each channel how its messages since then fared."""
    sent = NotificationRow
    query = (
        select(
            sent.target,
            func.count().filter(sent.status == "sent").label("sent_last_day"),
            func.count().filter(sent.status == "queued").label("waiting"),
            func.count().filter(sent.status == "failed").label("failed_last_day"),
            func.max(sent.finished_at).filter(sent.status == "sent").label("last_sent_at"),
        )
        .where(sent.target.is_not(None), sent.created_at >= since)
        .group_by(sent.target)
    )
    newest = (
        select(sent.target, sent.error)
        .where(sent.target.is_not(None), sent.created_at >= since)
        .ext(distinct_on(sent.target))
        .order_by(sent.target, sent.created_at.desc())
    )
    errors = {row.target: row.error for row in await session.execute(newest)}
    counted = [dict(found._mapping) for found in await session.execute(query)]
    return {target: {**found, "last_error": errors[target]} for found in counted if (target := found.pop("target"))}
