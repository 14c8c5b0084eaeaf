"""Storing and reading rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.ops.rounds.tables import Round, RoundItem


async def begin(session: AsyncSession, values: Mapping[str, Any]) -> UUID:
    """Store a round; return its id. A run that is taken up again goes on with the round that it began."""
    await session.execute(insert(Round).values(**values).on_conflict_do_nothing(index_elements=["run_id"]))
    return (await session.execute(select(Round.id).where(Round.run_id == values["run_id"]))).scalar_one()


async def keep(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store an item, once."""
    await session.execute(
        insert(RoundItem).values(**values).on_conflict_do_nothing(index_elements=["round_id", "item"])
    )


async def finish(session: AsyncSession, round_id: UUID, figures: dict[str, float], at: datetime) -> None:
    """Note that a round has ended, with its figures."""
    await session.execute(update(Round).where(Round.id == round_id).values(figures=figures, finished_at=at))


async def one(session: AsyncSession, round_id: UUID) -> Round | None:
    """Return a round."""
    return (await session.execute(select(Round).where(Round.id == round_id))).scalar_one_or_none()


async def of_run(session: AsyncSession, run_id: UUID) -> Round | None:
    """Return the round of a procedure's run."""
    return (await session.execute(select(Round).where(Round.run_id == run_id))).scalar_one_or_none()


async def newest(
    session: AsyncSession, *, period: str | None = None, before: datetime | None = None, limit: int, ended: bool = False
) -> Sequence[Round]:
    """Return rounds, the newest first; ``before``: those begun at that moment or earlier."""
    query = select(Round).order_by(Round.created_at.desc(), Round.id.desc()).limit(limit)
    if period is not None:
        query = query.where(Round.period == period)
    if before is not None:
        query = query.where(Round.created_at <= before)
    if ended:
        query = query.where(Round.finished_at.is_not(None))
    return (await session.execute(query)).scalars().all()


async def items(session: AsyncSession, rounds: Sequence[UUID]) -> Sequence[RoundItem]:
    """Return the items of rounds, in their order."""
    query = select(RoundItem).where(RoundItem.round_id.in_(rounds)).order_by(RoundItem.round_id, RoundItem.position)
    return (await session.execute(query)).scalars().all()


async def answer(session: AsyncSession, round_id: UUID, item: str, values: Mapping[str, Any]) -> None:
    """Write what a person answered."""
    found = update(RoundItem).where(RoundItem.round_id == round_id, RoundItem.item == item)
    await session.execute(found.values(**values))
