"""Who is on call: shifts that begin at a local time of the rota's zone and go on until the next one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from bedside.kit.ids import new_id
from bedside.notify.service import channel_of
from bedside.ops.alerts import repository
from bedside.ops.alerts.schemas import NewShift, ShiftList, ShiftView
from bedside.ops.alerts.service.people import acting_name
from bedside.ops.alerts.tables import OnCallShift
from bedside.platform.access.actor import Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, Conflict, NotFound

_PAST = timedelta(days=7)
_MOST = 500


async def list_shifts(ctx: Context) -> ShiftList:
    """Return who is on call now, the last week's shifts and those to come. Raises Forbidden."""
    ctx.require(Permission.VIEW_HEALTH)
    now = await repository.database_now(ctx.session)
    current = await repository.on_call(ctx.session, now)
    rows = {row.id: row for row in current.values()}
    rows |= {row.id: row for row in await repository.shifts(ctx.session, now - _PAST, _MOST)}
    on_call = {row.id for row in current.values()}
    ordered = sorted(rows.values(), key=lambda row: (row.rota, row.starts_at))
    return ShiftList(items=[_view(row, row.id in on_call) for row in ordered])


async def add_shift(ctx: Context, asked: NewShift) -> ShiftView:
    """Put somebody on call. Raises Forbidden, NotFound for a channel, BadInput, Conflict where a shift begins then."""
    ctx.require(Permission.RUN_PROCEDURES)
    channel_of(ctx.settings, asked.channel)
    now = await repository.database_now(ctx.session)
    row = OnCallShift(
        id=new_id(),
        created_at=now,
        rota=asked.rota,
        who=asked.who,
        channel=asked.channel,
        starts_at=_moment(asked),
        time_zone=asked.time_zone,
        created_by_name=acting_name(ctx.actor),
    )
    ctx.session.add(row)
    try:
        await ctx.session.flush()
    except IntegrityError:
        raise Conflict("A shift of this rota begins then already; delete that one first.") from None
    ctx.record("on_call.add", "on_call_shift", ids=[row.id], fields=[asked.rota])
    current = await repository.on_call(ctx.session, now)
    return _view(row, any(shift.id == row.id for shift in current.values()))


async def delete_shift(ctx: Context, shift_id: UUID) -> None:
    """Take a shift out of its rota; the one before it goes on. Raises Forbidden, NotFound."""
    ctx.require(Permission.RUN_PROCEDURES)
    if not await repository.delete_shift(ctx.session, shift_id):
        raise NotFound("There is no such shift.")
    ctx.record("on_call.delete", "on_call_shift", ids=[shift_id])


def _moment(asked: NewShift) -> datetime:
    try:
        local = datetime.fromisoformat(asked.starts)
        zone = ZoneInfo(asked.time_zone)
    except (ValueError, KeyError, OSError):
        raise BadInput("`starts` is a local time as 2026-11-23 08:00, `time_zone` a name as Europe/Berlin.") from None
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise BadInput("At that hour the clocks are put forward: this local time does not exist.")
    return moment


def _view(row: OnCallShift, is_on_call: bool) -> ShiftView:
    local = row.starts_at.astimezone(ZoneInfo(row.time_zone))
    return ShiftView(
        id=row.id,
        rota=row.rota,
        who=row.who,
        channel=row.channel,
        starts_at=row.starts_at,
        time_zone=row.time_zone,
        local_start=local.strftime("%Y-%m-%d %H:%M"),
        on_call=is_on_call,
    )
