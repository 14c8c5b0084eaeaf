"""Legal holds: what they cover is deleted by nobody. PostgreSQL itself sees to it (migration 0014)."""

from __future__ import annotations

from uuid import UUID

from psycopg.errors import ForeignKeyViolation
from sqlalchemy.exc import IntegrityError

from bedside.kit.ids import new_id
from bedside.ops.maintenance import repository
from bedside.ops.maintenance.schemas import HoldList, HoldView, LiftHold, PlaceHold
from bedside.ops.maintenance.service.windows import acting_name
from bedside.ops.maintenance.tables import LegalHold
from bedside.platform.access.actor import Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, NotFound
from bedside.platform.retention import no_deletion_meanwhile


async def place(ctx: Context, request: PlaceHold) -> HoldView:
    """Place a hold; deletions that run end first. Raises Forbidden, BadInput, NotFound for an unknown patient."""
    ctx.require(Permission.SYSTEM_CONFIG)
    if request.everything == (request.patient_id is not None):
        raise BadInput("A hold is on one patient or on everything; say which of the two.")
    await no_deletion_meanwhile(ctx.session)
    row = LegalHold(
        id=new_id(),
        created_at=ctx.now(),
        patient_id=request.patient_id,
        reason=request.reason,
        placed_by=ctx.actor.id,
        placed_by_name=acting_name(ctx.actor),
    )
    ctx.session.add(row)
    try:
        await ctx.session.flush()
    except IntegrityError as error:
        if isinstance(error.orig, ForeignKeyViolation):
            raise NotFound("No such patient.") from None
        raise
    return _view(row)


async def lift(ctx: Context, hold_id: UUID, request: LiftHold) -> HoldView:
    """Lift a hold. Raises Forbidden, NotFound when none of that id is in force."""
    ctx.require(Permission.SYSTEM_CONFIG)
    row = await repository.locked_hold(ctx.session, hold_id)
    if row is None:
        raise NotFound("No such legal hold is in force.")
    row.lifted_at, row.lift_reason = ctx.now(), request.reason
    row.lifted_by, row.lifted_by_name = ctx.actor.id, acting_name(ctx.actor)
    await ctx.session.flush()
    return _view(row)


async def holds(ctx: Context, *, in_force: bool = False) -> HoldList:
    """Return the holds. Raises Forbidden."""
    ctx.require(Permission.SYSTEM_CONFIG)
    return HoldList(items=[_view(row) for row in await repository.holds(ctx.session, in_force=in_force)])


def _view(row: LegalHold) -> HoldView:
    return HoldView(
        id=row.id,
        patient_id=row.patient_id,
        reason=row.reason,
        placed_by=row.placed_by_name,
        placed_at=row.created_at,
        lifted_by=row.lifted_by_name,
        lifted_at=row.lifted_at,
        lift_reason=row.lift_reason,
    )
