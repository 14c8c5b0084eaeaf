"""Reading and writing alerts. Who changes one names the version that was read: of two, the second changes nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Double,
    Integer,
    Text,
    Uuid,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.ops.alerts.sampling import Sample
from bedside.ops.alerts.tables import (
    AlertEvent,
    AlertMessage,
    AlertRow,
    AlertSilence,
    MetricSample,
    OnCallShift,
)

_EVALUATION_LOCK = 4_107_002_031
"""The advisory lock of the evaluation that runs: any number that nothing else in this database uses."""

_MOMENT = DateTime(timezone=True)
_CHANGED = {
    "state": Text(),
    "version": Integer(),
    "seen_at": _MOMENT,
    "changed_at": _MOMENT,
    "fired_at": _MOMENT,
    "resolved_at": _MOMENT,
    "value": Double(),
    "told": Text(),
    "held_seconds": Double(),
    "clear_seconds": Double(),
    "level": Integer(),
    "level_seconds": Double(),
    "acknowledged_until": _MOMENT,
    "silenced_reason": Text(),
}
"""What an evaluation changes of an alert."""


async def begin_evaluation(session: AsyncSession) -> datetime:
    """Wait for an evaluation that runs, and return the database's time: the one clock that all evaluators share."""
    await session.execute(select(func.pg_advisory_xact_lock(_EVALUATION_LOCK)))
    return await database_now(session)


async def database_now(session: AsyncSession) -> datetime:
    now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return now


async def open_alerts(session: AsyncSession) -> Sequence[AlertRow]:
    query = select(AlertRow).where(AlertRow.state != "resolved").order_by(AlertRow.rule)
    return (await session.execute(query)).scalars().all()


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Add alerts; a rule that has an open one gets none. Return the ids of those that were added."""
    if not rows:
        return set()
    statement = upsert(AlertRow).on_conflict_do_nothing(
        index_elements=[AlertRow.rule], index_where=text("state <> 'resolved'")
    )
    return set((await session.execute(statement.returning(AlertRow.id), list(rows))).scalars())


async def change(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Change alerts whose version is still ``read_version``; return the ids of those that were changed."""
    if not rows:
        return set()
    kinds: dict[str, Any] = {"id": Uuid(), "read_version": Integer(), **_CHANGED}
    columns = [column(name, kind) for name, kind in kinds.items()]
    given = (
        func.jsonb_to_recordset(literal([_plain(row) for row in rows], JSONB()))
        .table_valued(*columns, name="given")
        .render_derived(with_types=True)
    )
    statement = (
        update(AlertRow)
        .where(AlertRow.id == given.c.id, AlertRow.version == given.c.read_version)
        .values({name: given.c[name] for name in _CHANGED})
        .returning(AlertRow.id)
        .execution_options(synchronize_session=False)
    )
    return set((await session.execute(statement)).scalars())


async def drop(session: AsyncSession, rows: Iterable[tuple[UUID, int]]) -> None:
    """Delete alerts that never fired, if their version is still the one that was read."""
    for alert_id, version in rows:
        statement = delete(AlertRow).where(AlertRow.id == alert_id, AlertRow.version == version)
        await session.execute(statement.execution_options(synchronize_session=False))


async def add_events(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await session.execute(insert(AlertEvent), list(rows))


async def add_messages(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await session.execute(insert(AlertMessage), list(rows))


async def channels_told(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return for each alert the channels that were told of it."""
    if not ids:
        return {}
    query = select(AlertMessage.alert_id, AlertMessage.channel).where(AlertMessage.alert_id.in_(ids)).distinct()
    found: dict[UUID, list[str]] = {}
    for alert_id, channel in await session.execute(query.order_by(AlertMessage.channel)):
        found.setdefault(alert_id, []).append(channel)
    return found


async def silences(session: AsyncSession, now: datetime) -> Sequence[AlertSilence]:
    """Return the silences that are on or to come, the first to end first."""
    query = select(AlertSilence).where(AlertSilence.ends_at > now, AlertSilence.ended_at.is_(None))
    return (await session.execute(query.order_by(AlertSilence.ends_at))).scalars().all()


async def silence(session: AsyncSession, silence_id: UUID) -> AlertSilence | None:
    return await session.get(AlertSilence, silence_id, with_for_update=True)


async def alert(session: AsyncSession, alert_id: UUID, *, lock: bool = False) -> AlertRow | None:
    return await session.get(AlertRow, alert_id, with_for_update=True if lock else None)


async def by_beginning(session: AsyncSession, beginning: str) -> Sequence[UUID]:
    """Return the alerts whose id begins so: two at most."""
    query = select(AlertRow.id).where(func.replace(AlertRow.id.cast(Text), "-", "").like(f"{beginning}%")).limit(2)
    return (await session.execute(query)).scalars().all()


async def past(session: AsyncSession, before: UUID | None, limit: int, rule: str | None) -> Sequence[AlertRow]:
    """Return alerts that are over, the newest first."""
    query = select(AlertRow).where(AlertRow.state == "resolved").order_by(AlertRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AlertRow.id < before)
    if rule is not None:
        query = query.where(AlertRow.rule == rule)
    return (await session.execute(query)).scalars().all()


async def events(session: AsyncSession, alert_id: UUID) -> Sequence[AlertEvent]:
    query = select(AlertEvent).where(AlertEvent.alert_id == alert_id).order_by(AlertEvent.version)
    return (await session.execute(query)).scalars().all()


async def messages(session: AsyncSession, alert_id: UUID) -> Sequence[AlertMessage]:
    query = select(AlertMessage).where(AlertMessage.alert_id == alert_id)
    return (await session.execute(query.order_by(AlertMessage.version, AlertMessage.channel))).scalars().all()


async def on_call(session: AsyncSession, now: datetime) -> dict[str, OnCallShift]:
    """Return who is on call in each rota: the shift that began last."""
    query = select(OnCallShift).where(OnCallShift.starts_at <= now).ext(distinct_on(OnCallShift.rota))
    rows = (await session.execute(query.order_by(OnCallShift.rota, OnCallShift.starts_at.desc()))).scalars()
    return {row.rota: row for row in rows}


async def shifts(session: AsyncSession, since: datetime, limit: int) -> Sequence[OnCallShift]:
    """Return the shifts that began since then or will, the first first."""
    query = select(OnCallShift).where(OnCallShift.starts_at >= since).order_by(OnCallShift.starts_at, OnCallShift.rota)
    return (await session.execute(query.limit(limit))).scalars().all()


async def delete_shift(session: AsyncSession, shift_id: UUID) -> bool:
    statement = delete(OnCallShift).where(OnCallShift.id == shift_id).returning(OnCallShift.id)
    found = await session.execute(statement.execution_options(synchronize_session=False))
    return found.scalar_one_or_none() is not None


async def keep_sample(session: AsyncSession, sample: Sample) -> None:
    values = {name: getattr(sample, name) for name in ("process_id", "at", "started_at", "values")}
    await session.execute(upsert(MetricSample).on_conflict_do_nothing(), [values])


async def samples(session: AsyncSession, since: datetime, edges: Sequence[datetime]) -> list[Sample]:
    """Return of each process its newest sample, and about each of ``edges`` the last before and the first after it.

    A window's growth is read from its ends: what is between is not fetched.
    """
    row = MetricSample
    query = select(row.process_id, row.at).where(row.at >= since).order_by(row.process_id, row.at)
    by_process: dict[UUID, list[datetime]] = {}
    for process_id, at in await session.execute(query):
        by_process.setdefault(process_id, []).append(at)
    wanted: set[tuple[UUID, datetime]] = set()
    for process_id, taken in by_process.items():
        ends = {len(taken) - 1}
        for edge in edges:
            place = bisect_right(taken, edge)
            ends |= {place - 1, place} & set(range(len(taken)))
        wanted |= {(process_id, taken[end]) for end in ends}
    if not wanted:
        return []
    chosen = select(row.process_id, row.at, row.started_at, row.values).where(
        tuple_(row.process_id, row.at).in_(wanted)
    )
    return [Sample(*found) for found in await session.execute(chosen)]


async def forget_samples(session: AsyncSession, before: datetime) -> None:
    statement = delete(MetricSample).where(MetricSample.at < before)
    await session.execute(statement.execution_options(synchronize_session=False))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(row[name]) for name in ("id", "read_version", *_CHANGED)}


def _value(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:
            return value
