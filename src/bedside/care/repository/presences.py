"""Queries about who looks at a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from bedside.care.presence_table import Presence
from bedside.platform.access.context import Context
from bedside.platform.access.gate import NO_PATIENT_DATA_OPTION

# Whether, not what: it reads nothing of the patient, so there is no access to record.
_HANDED_OVER = text("SELECT handed_over_at IS NOT NULL FROM assessments WHERE id = :assessment_id")


async def is_of_handed_over(ctx: Context, assessment_id: UUID) -> bool:
    """Tell whether the case was ever handed over, so that every clinician may hear of it."""
    options = {NO_PATIENT_DATA_OPTION: True}
    found = await ctx.session.execute(_HANDED_OVER, {"assessment_id": assessment_id}, execution_options=options)
    return bool(found.scalar_one_or_none())


async def on_case(ctx: Context, assessment_id: UUID, since: datetime) -> Sequence[Presence]:
    """Return who gave a sign of life after ``since``, by how long they are there."""
    query = (
        select(Presence)
        .where(Presence.assessment_id == assessment_id, Presence.seen_at > since)
        .order_by(Presence.since, Presence.account_id)
    )
    return (await ctx.session.execute(query)).scalars().all()


async def put(ctx: Context, assessment_id: UUID, account_id: UUID, name: str, *, since: datetime) -> None:
    """Say that the actor looks at a case. PostgreSQL refuses where they can't see it."""
    values = {"role": ctx.actor.role.value, "name": name, "since": since, "seen_at": ctx.now()}
    statement = insert(Presence).values(assessment_id=assessment_id, account_id=account_id, **values)
    await ctx.session.execute(
        statement.on_conflict_do_update(index_elements=["assessment_id", "account_id"], set_=values)
    )


async def remove(ctx: Context, assessment_id: UUID, account_id: UUID) -> bool:
    """Say that somebody has left a case; return whether they were there."""
    statement = delete(Presence).where(Presence.assessment_id == assessment_id, Presence.account_id == account_id)
    found = await ctx.session.execute(statement.returning(Presence.account_id))
    return found.scalar_one_or_none() is not None


async def forget(ctx: Context, before: datetime) -> None:
    """Delete what nobody renewed since ``before``."""
    await ctx.session.execute(delete(Presence).where(Presence.seen_at < before))
