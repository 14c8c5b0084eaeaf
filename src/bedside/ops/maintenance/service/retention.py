"""Forgetting what is older than the settings say, batch by batch, and never what a legal hold keeps."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bedside.ops.maintenance import repository
from bedside.ops.maintenance.schemas import RetentionReport, RetentionView
from bedside.ops.maintenance.settings import MaintenanceSettings
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BedsideError
from bedside.platform.procedures import Run
from bedside.platform.retention import Retention, RetentionList
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)


async def report(ctx: Context, runtime: Runtime) -> RetentionReport:
    """Return what is kept for how long, and what a hold on everything keeps besides. Raises Forbidden."""
    ctx.require(Permission.SYSTEM_CONFIG)
    held = await repository.everything_is_held(ctx.session)
    return RetentionReport(
        items=[
            RetentionView(
                name=kind.name,
                title=kind.title,
                setting=kind.setting,
                kept_seconds=period.total_seconds() if (period := kind.period(runtime.settings)) else None,
                of_patients=kind.of_patients,
                held=held and kind.evidence,
            )
            for kind in runtime.part(RetentionList).kinds
        ]
    )


async def cleanup_old_data(run: Run, retention_days: int | None = None) -> None:
    """Delete what is older than its setting says. A dry run counts exactly what a run deletes.

    ``retention_days`` stands for this run in the place of each setting, but for records of patients.
    """
    kinds = run.runtime.part(RetentionList).kinds
    now = run.runtime.clock.now()
    counted: dict[str, int] = {}
    async with run.step("Old records", total=len(kinds)):
        for number, kind in enumerate(kinds, start=1):
            counted[kind.name] = await _forget(run, kind, _before(run, kind, now, retention_days))
            await run.progress(number)
        run.output(cleanup_old_data=counted)
        if not any(counted.values()):
            run.found("Nothing was older than its retention.")


def _before(run: Run, kind: Retention, now: datetime, retention_days: int | None) -> datetime | None:
    period = kind.period(run.runtime.settings)
    if retention_days is not None and not kind.of_patients:
        period = timedelta(days=retention_days)
    return None if period is None else now - period


async def _forget(run: Run, kind: Retention, before: datetime | None) -> int:
    """Delete what is from before a moment; return how many records went, or in a dry run would go."""
    if before is None:
        run.found(f"{kind.title}: kept for good ({kind.setting} is not set).")
        return 0
    if kind.evidence and await _everything_is_held(run):
        run.found(f"{kind.title}: kept, a legal hold on everything is in force.")
        return 0
    try:
        count = await kind.count(run.runtime, before)
        if count == 0:
            return 0
        action = f"Delete {count} from before {before:%Y-%m-%d %H:%M} UTC: {kind.title.lower()}"
        deleted = await run.act(action, lambda: _in_batches(run, kind, before))
    except BedsideError as error:
        run.failed(f"{kind.title}: {error.message}")
        return 0
    except Exception as error:  # noqa: BLE001 - one kind that can't be deleted keeps no other from it
        _log.exception("retention failed", kind=kind.name)
        run.failed(f"{kind.title}: a fault of Bedside's own ({type(error).__name__}); see the log.")
        return 0
    return count if deleted is None else deleted


async def _in_batches(run: Run, kind: Retention, before: datetime) -> int:
    limit = run.runtime.settings.get(MaintenanceSettings).batch_rows
    total = 0
    while deleted := await _batch(run, kind, before, limit):
        total += deleted
    return total


async def _batch(run: Run, kind: Retention, before: datetime, limit: int) -> int:
    # A hold that was placed meanwhile counts from the next batch on.
    if kind.evidence and await _everything_is_held(run):
        run.found(f"{kind.title}: a legal hold on everything was placed meanwhile; the rest is kept.")
        return 0
    return await kind.forget(run.runtime, before, limit)


async def _everything_is_held(run: Run) -> bool:
    async with run.runtime.unit_of_work(Actor.system(run.actor.via)) as ctx:
        return await repository.everything_is_held(ctx.session)
