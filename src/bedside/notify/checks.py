"""Whether messages reach people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from bedside.notify.check_settings import NotifyCheckSettings
from bedside.notify.tables import NotificationRow
from bedside.platform.access.actor import Actor
from bedside.platform.checks import NEEDS_DATABASE, Check, Finding, measured
from bedside.platform.runtime import Runtime

WINDOW = timedelta(days=1)


async def _deliveries(runtime: Runtime) -> Finding:
    row = NotificationRow
    async with runtime.unit_of_work(Actor.system()) as ctx:
        query = select(
            func.count().filter(row.status == "failed", row.finished_at >= ctx.now() - WINDOW).label("failed"),
            func.count().filter(row.status == "queued").label("queued"),
            func.max(row.finished_at).filter(row.status == "sent").label("last"),
        ).select_from(row)
        found: Any = (await ctx.session.execute(query)).one()
    last = "none yet" if found.last is None else f"{found.last:%Y-%m-%d %H:%M} UTC"
    evidence = f"{found.failed} messages were given up in the last day; {found.queued} wait; last delivered: {last}."
    return measured("given up in a day", found.failed, runtime.settings.get(NotifyCheckSettings).limits, evidence)


CHECKS: tuple[Check, ...] = (
    Check(
        "notify",
        "Deliveries",
        _deliveries,
        "See why in logs/worker.log (notify), and whether the mail server and the channels of NOTIFY_URLS answer.",
        name="notify.deliveries",
        needs=NEEDS_DATABASE,
        thresholds=lambda settings: settings.get(NotifyCheckSettings).limits,
    ),
)
