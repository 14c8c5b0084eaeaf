"""How long what was sent is kept, and what waits in the outbox."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bedside.notify import outbox
from bedside.notify.settings import NotifySettings
from bedside.notify.tables import NotificationRow
from bedside.platform.retention import Retention, counting, forgetting
from bedside.platform.runtime import Runtime


async def _count_kept(runtime: Runtime, before: datetime) -> int:
    return len(await asyncio.to_thread(outbox.kept_before, runtime.settings.home, before))


async def _forget_kept(runtime: Runtime, before: datetime, limit: int) -> int:
    return await asyncio.to_thread(outbox.forget, runtime.settings.home, before, limit)


_OLD = (NotificationRow, lambda before: NotificationRow.created_at < before)
RETENTION = (
    Retention(
        name="notifications",
        title="Notifications that were sent",
        setting="NOTIFICATION_RETENTION_DAYS",
        period=lambda settings: timedelta(days=settings.get(NotifySettings).keep_days),
        count=counting(_OLD),
        forget=forgetting(_OLD),
    ),
    Retention(
        name="outbox",
        title="Messages to people that wait in the outbox",
        setting="OUTBOX_RETENTION_DAYS",
        period=lambda settings: timedelta(days=settings.get(NotifySettings).keep_outbox_days),
        count=_count_kept,
        forget=_forget_kept,
        # They hold one-time links, which must not lie about.
        evidence=False,
    ),
)
