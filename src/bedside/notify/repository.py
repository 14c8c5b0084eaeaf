"""Reading and writing notifications."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bedside.notify.tables import NotificationRow


async def locked(session: AsyncSession, notification_id: UUID) -> NotificationRow | None:
    """Return a notification, locked."""
    return await session.get(NotificationRow, notification_id, with_for_update=True)
