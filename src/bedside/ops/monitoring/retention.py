"""How long the history of checks, requests and jobs is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from bedside.ops.monitoring.tables import CheckRecord, TrafficMinute
from bedside.ops.settings import MonitoringSettings
from bedside.platform.retention import Retention, counting, forgetting
from bedside.platform.runtime import Runtime


async def _count_jobs(runtime: Runtime, before: datetime) -> int:
    return await runtime.jobs.count_finished(before)


async def _forget_jobs(runtime: Runtime, before: datetime, limit: int) -> int:
    return await runtime.jobs.forget_finished(before, limit)


_OLD_RESULTS = (CheckRecord, lambda before: CheckRecord.checked_at < before)
_OLD_MINUTES = (TrafficMinute, lambda before: TrafficMinute.minute < before)
# None of the three says anything about a person.
RETENTION = (
    Retention(
        name="check_history",
        title="Results of checks",
        setting="CHECK_HISTORY_DAYS",
        period=lambda settings: timedelta(days=settings.get(MonitoringSettings).check_history_days),
        count=counting(_OLD_RESULTS),
        forget=forgetting(_OLD_RESULTS),
        evidence=False,
    ),
    Retention(
        name="request_history",
        title="Counts of requests by the minute",
        setting="REQUEST_HISTORY_HOURS",
        period=lambda settings: timedelta(hours=settings.get(MonitoringSettings).request_history_hours),
        count=counting(_OLD_MINUTES),
        forget=forgetting(_OLD_MINUTES),
        evidence=False,
    ),
    Retention(
        name="jobs",
        title="Background jobs that have ended",
        setting="JOB_HISTORY_DAYS",
        period=lambda settings: timedelta(days=settings.get(MonitoringSettings).job_history_days),
        count=_count_jobs,
        forget=_forget_jobs,
        evidence=False,
    ),
)
