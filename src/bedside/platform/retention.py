"""What is kept for how long, and how it is forgotten. Features declare it; ``ops.maintenance`` does it.

The list is in ``bootstrap.retention``. Audit events are in no such list: nothing deletes them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, delete, func, inspect, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.platform.access.actor import Actor
from bedside.platform.config.load import Settings
from bedside.platform.database.base import Base
from bedside.platform.runtime import Runtime

HOLDS_LOCK = 4_107_002_027
"""The advisory lock between placing a legal hold and deleting: any number that nothing else in this database uses."""


@dataclass(frozen=True)
class Retention:
    """One kind of record: how long it is kept, and how it is forgotten.

    ``name`` is unique (``sign_ins``), ``title`` is what people read. ``setting`` is the environment name that says
    how long; ``period`` reads it and returns None where the records are kept for good.

    ``count`` returns how many records from before a moment ``forget`` would delete. ``forget`` deletes at most
    ``limit`` of them in a transaction of its own, committed when it returns, and says how many; 0 when none is left.
    Both must agree, whatever is added meanwhile.

    ``evidence``: a legal hold on everything keeps these too. What holds no fact about a person is none (counts of
    requests, keys against sending twice). Records of patients look at their own holds (``record_is_held`` in SQL),
    and say so with ``of_patients``; a ``--retention-days`` for one run never concerns them.
    """

    name: str
    title: str
    setting: str
    period: Callable[[Settings], timedelta | None]
    count: Callable[[Runtime, datetime], Awaitable[int]]
    forget: Callable[[Runtime, datetime, int], Awaitable[int]]
    evidence: bool = True
    of_patients: bool = False


@dataclass(frozen=True)
class RetentionList:
    """Every kind of record that is forgotten, kept among the runtime's parts."""

    kinds: tuple[Retention, ...]


async def no_hold_meanwhile(session: AsyncSession) -> None:
    """Let no legal hold be placed until this transaction ends: what is deleted in it was free when it was deleted."""
    await session.execute(select(func.pg_advisory_xact_lock_shared(HOLDS_LOCK)))


async def no_deletion_meanwhile(session: AsyncSession) -> None:
    """Wait for deletions that run, and let none begin until this transaction ends. For whoever places a hold."""
    await session.execute(select(func.pg_advisory_xact_lock(HOLDS_LOCK)))


async def count_rows(session: AsyncSession, table: type[Base], condition: ColumnElement[bool]) -> int:
    """Return how many rows satisfy a condition. Not for tables with patient data, which name their access."""
    return (await session.execute(select(func.count()).select_from(table).where(condition))).scalar_one()


async def delete_rows(session: AsyncSession, table: type[Base], condition: ColumnElement[bool], limit: int) -> int:
    """Delete at most ``limit`` rows that satisfy a condition; return how many."""
    key = inspect(table).primary_key
    chosen = select(*key).where(condition).limit(limit)
    statement = delete(table).where(tuple_(*key).in_(chosen)).execution_options(synchronize_session=False)
    result = await session.execute(statement)
    assert isinstance(result, CursorResult)  # noqa: S101 - what a DELETE gives
    return result.rowcount


Condition = Callable[[datetime], ColumnElement[bool]]


def counting(*kinds: tuple[type[Base], Condition]) -> Callable[[Runtime, datetime], Awaitable[int]]:
    """Return a ``count`` over tables without patient data, each with the condition for "from before a moment"."""

    async def count(runtime: Runtime, before: datetime) -> int:
        async with runtime.unit_of_work(Actor.system("job")) as ctx:
            return sum([await count_rows(ctx.session, table, condition(before)) for table, condition in kinds])

    return count


def forgetting(*kinds: tuple[type[Base], Condition]) -> Callable[[Runtime, datetime, int], Awaitable[int]]:
    """Return the ``forget`` that belongs to ``counting``: tables in this order, each transaction in one of them."""

    async def forget(runtime: Runtime, before: datetime, limit: int) -> int:
        for table, condition in kinds:
            async with runtime.unit_of_work(Actor.system("job")) as ctx:
                await no_hold_meanwhile(ctx.session)
                if deleted := await delete_rows(ctx.session, table, condition(before), limit):
                    return deleted
        return 0

    return forget
