"""Care's figures for the monitoring page: conversations and cases of today, cases that wait. Counts alone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bedside.care.repository import figures as queries
from bedside.care.settings import CareSettings
from bedside.platform.access.actor import Actor
from bedside.platform.figures import Figure, Unit
from bedside.platform.runtime import Runtime
from bedside.triage.schemas import Level


def day_begin(now: datetime, time_zone: str) -> datetime:
    """Return the last midnight in the service's time zone."""
    return now.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)


async def figures(runtime: Runtime) -> list[Figure]:
    """Return what is to be told of conversations and cases, every level with its number. Raises Unavailable."""
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        since = day_begin(ctx.now(), ctx.settings.get(CareSettings).time_zone)
        begun = await queries.conversations_since(ctx, since)
        today = {row.level: row for row in await queries.handed_over_since(ctx, since)}
        waiting = {row.level: row for row in await queries.waiting(ctx)}
    levels = [level.value for level in Level]
    cases_today = {level: float(today[level].cases) if level in today else 0.0 for level in levels}
    cases_waiting = {level: float(waiting[level].cases) if level in waiting else 0.0 for level in levels}
    longest = {level: round(float(waiting[level].longest_seconds), 1) for level in levels if level in waiting}
    late = {level: float(row.late) for level, row in waiting.items() if row.late}
    return [
        Figure(name="conversations.today", unit=Unit.COUNT, value=begun),
        Figure(name="cases.today", unit=Unit.COUNT, value=sum(cases_today.values()), by=cases_today),
        Figure(name="cases.waiting", unit=Unit.COUNT, value=sum(cases_waiting.values()), by=cases_waiting),
        Figure(name="cases.late", unit=Unit.COUNT, value=sum(late.values()), by=late),
        Figure(name="cases.longest_wait", unit=Unit.SECONDS, value=max(longest.values(), default=0.0), by=longest),
    ]
