"""Reading and writing notifications."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.notify.tables import NotificationRow


async def locked(session: AsyncSession, notification_id: UUID) -> NotificationRow | None:
    """Return a notification, locked."""
    return await session.get(NotificationRow, notification_id, with_for_update=True)


async def delete_before(session: AsyncSession, before: datetime) -> int:
    """Delete old notifications; return how many."""
    statement = delete(NotificationRow).where(NotificationRow.created_at < before)
    result = await session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)  # noqa: S101 - what a DELETE gives
    return result.rowcount
