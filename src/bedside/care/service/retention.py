"""How long patients' conversations are kept: for good, unless a setting says otherwise and no legal hold forbids it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bedside.care.repository import expired
from bedside.care.settings import CareSettings
from bedside.platform.access.actor import Actor
from bedside.platform.config import Settings
from bedside.platform.retention import Retention, no_hold_meanwhile
from bedside.platform.runtime import Runtime


def _period(settings: Settings) -> timedelta | None:
    days = settings.get(CareSettings).conversation_retention_days
    return None if days is None else timedelta(days=days)


async def _count(runtime: Runtime, before: datetime) -> int:
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        return await expired.count(ctx, before)


async def _forget(runtime: Runtime, before: datetime, limit: int) -> int:
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        await no_hold_meanwhile(ctx.session)
        chosen = await expired.choose(ctx, before, limit)
        if not chosen:
            return 0
        gone = await expired.delete_all(ctx, [one.id for one in chosen])
        patients = {one.patient_id for one in chosen if one.id in set(gone)}
        ctx.record("conversation.forget", "conversation", ids=gone, patients=patients)
        return len(gone)


RETENTION = (
    Retention(
        name="conversations",
        title="Patients' conversations, with their assessments and notes",
        setting="CONVERSATION_RETENTION_DAYS",
        period=_period,
        count=_count,
        forget=_forget,
        of_patients=True,
    ),
)
