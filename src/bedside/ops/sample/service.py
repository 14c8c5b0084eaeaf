"""Sample data back to the beginning, while Bedside goes on. Accounts that somebody added stay; so does the audit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func, select

from bedside.ops.sample.schemas import SampleReport, SampleState
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.config.core import CoreSettings, ServerSettings
from bedside.platform.config.load import Settings
from bedside.platform.errors import Conflict
from bedside.platform.runtime import Runtime
from bedside.platform.sample_data import SampleData

_LOCK = 4_107_002_026
"""The advisory lock of resets: any number that nothing else in this database uses."""


def why_not(settings: Settings) -> str | None:
    """Return why there is no sample data to reset here, or None where there is."""
    core: CoreSettings = settings.core
    if not core.sample_data:
        return "SAMPLE_DATA is off here: nothing is a sample. Start with SAMPLE_DATA=true, in development alone."
    problems = [*core.problems(settings)]
    if not settings.get(ServerSettings).is_loopback:
        problems.append("API_HOST is not a loopback address.")
    return " ".join(problems) or None


async def state(runtime: Runtime, actor: Actor) -> SampleState:
    """Return what a reset would delete. Raises Forbidden."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.RUN_PROCEDURES)
    reason = why_not(runtime.settings)
    if reason is not None:
        return SampleState(available=False, reason=reason, records={})
    async with runtime.unit_of_work(Actor.system(actor.via)) as ctx:
        found = await runtime.part(SampleData).count(ctx)
    return SampleState(available=True, reason=None, records=dict(found))


async def reset(runtime: Runtime, actor: Actor) -> SampleReport:
    """Delete the records that sample use made, and make the sample people and cases anew.

    Raises Forbidden, Conflict where there is no sample data or another reset runs.
    """
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.RUN_PROCEDURES)
        reason = why_not(runtime.settings)
        if reason is not None:
            raise Conflict(reason)
        ctx.record("sample.reset_ordered", "sample_data")
    samples = runtime.part(SampleData)
    async with _alone(runtime):
        async with runtime.unit_of_work(Actor.system(actor.via)) as ctx:
            deleted = await samples.delete(ctx)
        created = await samples.seed(runtime)
    return SampleReport(deleted=dict(deleted), created=dict(created))


@asynccontextmanager
async def _alone(runtime: Runtime) -> AsyncIterator[None]:
    """Hold the lock on a connection of its own, which is no open transaction. Raises Conflict."""
    async with runtime.database.autocommit() as connection:
        if not (await connection.execute(select(func.pg_try_advisory_lock(_LOCK)))).scalar_one():
            raise Conflict("A reset runs already; wait for it to end.")
        try:
            yield
        finally:
            await connection.execute(select(func.pg_advisory_unlock(_LOCK)))
