"""Adding, folding, reading and deleting samples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.ops.series.schemas import MINUTE, Observation, Resolution
from bedside.ops.series.tables import Sample

_KEYS = [Sample.name, Sample.label, Sample.width_seconds, Sample.at]


def _seconds(width: timedelta) -> int:
    return int(width.total_seconds())


def _row(seen: Observation, width: timedelta, at: datetime) -> dict[str, Any]:
    keys = {"name": seen.name.value, "label": seen.label, "width_seconds": _seconds(width), "at": at}
    return keys | {"mean": seen.value, "greatest": seen.value, "observations": 1}


async def merge(session: AsyncSession, observations: Sequence[Observation]) -> None:
    """Add observations to their minutes: what several processes saw in one minute becomes one sample."""
    if not observations:
        return
    statement = upsert(Sample)
    new = statement.excluded
    whole = Sample.observations + new.observations
    merged = {
        "mean": (Sample.mean * Sample.observations + new.mean * new.observations) / whole,
        "greatest": func.greatest(Sample.greatest, new.greatest),
        "observations": whole,
    }
    rows = [_row(seen, MINUTE.width, seen.minute) for seen in sorted(observations, key=lambda o: (o.name, o.label))]
    await session.execute(statement.on_conflict_do_update(index_elements=_KEYS, set_=merged), rows)


async def replace(session: AsyncSession, width: timedelta, observations: Sequence[Observation]) -> None:
    """Write what was made of counts: made again it is the same or more whole, so it replaces what was there."""
    if not observations:
        return
    statement = upsert(Sample)
    new = statement.excluded
    values = {"mean": new.mean, "greatest": new.greatest, "observations": new.observations}
    rows = [_row(seen, width, seen.minute) for seen in sorted(observations, key=lambda o: (o.name, o.label, o.minute))]
    await session.execute(statement.on_conflict_do_update(index_elements=_KEYS, set_=values), rows)


async def fold(session: AsyncSession, resolution: Resolution, start: datetime, names: Sequence[str]) -> None:
    """Make the stretch from ``start`` of the minutes in it, for series that a mean is right for."""
    minutes = (
        select(
            Sample.name,
            Sample.label,
            literal(_seconds(resolution.width)),
            literal(start),
            func.sum(Sample.mean * Sample.observations) / func.sum(Sample.observations),
            func.max(Sample.greatest),
            func.sum(Sample.observations),
        )
        .where(
            Sample.width_seconds == _seconds(MINUTE.width),
            Sample.at >= start,
            Sample.at < start + resolution.width,
            Sample.name.in_(names),
        )
        .group_by(Sample.name, Sample.label)
    )
    columns = ["name", "label", "width_seconds", "at", "mean", "greatest", "observations"]
    statement = upsert(Sample).from_select(columns, minutes)
    new = statement.excluded
    values = {name: new[name] for name in ("mean", "greatest", "observations")}
    await session.execute(statement.on_conflict_do_update(index_elements=_KEYS, set_=values))


async def read(session: AsyncSession, names: Sequence[str], width: timedelta, since: datetime) -> Sequence[Any]:
    """Return name, label, at, mean, greatest of the samples of a width since then."""
    query = (
        select(Sample.name, Sample.label, Sample.at, Sample.mean, Sample.greatest)
        .where(Sample.name.in_(names), Sample.width_seconds == _seconds(width), Sample.at >= since)
        .order_by(Sample.name, Sample.label, Sample.at)
    )
    return (await session.execute(query)).all()


async def forget(session: AsyncSession, width: timedelta, before: datetime) -> None:
    """Delete the samples of a width from before then."""
    await session.execute(delete(Sample).where(Sample.width_seconds == _seconds(width), Sample.at < before))
