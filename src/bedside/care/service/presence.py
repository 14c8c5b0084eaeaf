"""Two nurses on one case see each other: who looks at it just now."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import ProgrammingError

from bedside.care.presence_table import Presence
from bedside.care.repository import presences
from bedside.care.schemas import Looking, OthersLooking
from bedside.platform.access.actor import Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import Forbidden, NotFound

PRESENT_FOR = timedelta(seconds=30)
"""How long after its last sign of life somebody counts as looking at a case."""
_KEPT_FOR = timedelta(minutes=5)


async def look(ctx: Context, assessment_id: UUID) -> OthersLooking:
    """Say that the actor looks at a case, and return who else does; to be repeated before ``PRESENT_FOR`` is over.

    Raises NotFound for a case that the actor can't see.
    """
    account_id = _require(ctx)
    there = await presences.on_case(ctx, assessment_id, ctx.now() - PRESENT_FOR)
    mine = next((one for one in there if one.account_id == account_id), None)
    name = ctx.actor.name or ctx.actor.role.value.title()
    try:
        await presences.put(ctx, assessment_id, account_id, name, since=mine.since if mine else ctx.now())
    except ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):  # row-level security: it is not there for this actor
            raise NotFound("No such assessment.") from None
        raise
    others = [_looking(one) for one in there if one.account_id != account_id]
    if mine is None and others:
        await _tell(ctx, assessment_id)
    return OthersLooking(also_looking=others, expires_in_seconds=int(PRESENT_FOR.total_seconds()))


async def look_away(ctx: Context, assessment_id: UUID) -> None:
    """Say that the actor has left a case. Safe to say again."""
    account_id = _require(ctx)
    if await presences.remove(ctx, assessment_id, account_id) and await others_on(ctx, assessment_id):
        await _tell(ctx, assessment_id)


async def others_on(ctx: Context, assessment_id: UUID) -> list[Looking]:
    """Return who else looks at a case."""
    there = await presences.on_case(ctx, assessment_id, ctx.now() - PRESENT_FOR)
    return [_looking(one) for one in there if one.account_id != ctx.actor.id]


async def forget_absent(ctx: Context) -> None:
    """Delete the rows of those who are long gone."""
    await presences.forget(ctx, ctx.now() - _KEPT_FOR)


async def _tell(ctx: Context, assessment_id: UUID) -> None:
    """Tell the clinicians' browsers, all of which hear it: never of a case that was not handed over to them."""
    if await presences.is_of_handed_over(ctx, assessment_id):
        ctx.notify("presence", assessment_id=assessment_id)


def _require(ctx: Context) -> UUID:
    ctx.require(Permission.DECIDE_ASSESSMENT)
    if ctx.actor.id is None:
        raise Forbidden("Presence is for people with an account; sign in.")
    return ctx.actor.id


def _looking(row: Presence) -> Looking:
    return Looking(account_id=row.account_id, name=row.name, role=row.role, since=row.since)
