"""``/api/alerts``, ``/api/on-call`` and ``/api/channels``: for whoever looks after Bedside."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from bedside.kit.paging import Page
from bedside.notify.schemas import ChannelList, Delivery
from bedside.notify.service import list_channels, send_test
from bedside.ops.alerts import service
from bedside.ops.alerts.book import Rules
from bedside.ops.alerts.schemas import (
    Acknowledge,
    AlertDetail,
    AlertList,
    AlertView,
    NewShift,
    NewSilence,
    RuleList,
    ShiftList,
    ShiftView,
    SilenceList,
    SilenceView,
)
from bedside.platform.access.actor import Permission
from bedside.platform.http.dependencies import ActorDep, ContextDep, IdempotencyKey, RuntimeDep
from bedside.platform.http.idempotency import once
from bedside.platform.http.paging import After, Limit
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/alerts", tags=["alerts"])
on_call = APIRouter(prefix="/api/on-call", tags=["alerts"])
channels = APIRouter(prefix="/api/channels", tags=["alerts"])

ChannelName = Annotated[str, Path(max_length=40)]


@router.get("", responses=documented(401, 403, 503))
async def list_alerts(ctx: ContextDep, runtime: RuntimeDep) -> AlertList:
    """Every open alert, the worst first."""
    return await service.list_alerts(ctx, runtime)


@router.get("/history", responses=documented(401, 403, 422, 503))
async def history(
    ctx: ContextDep,
    runtime: RuntimeDep,
    limit: Limit = 50,
    after: After = None,
    rule: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = None,
) -> Page[AlertView]:
    """Alerts that are over, the newest first."""
    return await service.history(ctx, runtime, after=after, limit=limit, rule=rule)


@router.get("/rules", responses=documented(401, 403, 503))
async def rules(ctx: ContextDep, runtime: RuntimeDep) -> RuleList:
    """The rules in force, in words, with their escalations."""
    ctx.require(Permission.VIEW_HEALTH)
    return service.list_rules(runtime.part(Rules).book)


@router.get("/silences", responses=documented(401, 403, 503))
async def silences(ctx: ContextDep) -> SilenceList:
    """The silences that are on or to come, and the maintenance window that is on."""
    return await service.list_silences(ctx)


@router.post("/silences", status_code=201, responses=documented(401, 403, 404, 409, 422, 503))
async def create_silence(
    ctx: ContextDep, runtime: RuntimeDep, asked: NewSilence, key: IdempotencyKey = None
) -> SilenceView:
    """Silence a rule, a part, or with neither everything: alerts go on, and nobody is told."""
    return await once(
        ctx,
        key,
        "POST /api/alerts/silences",
        asked,
        SilenceView,
        lambda: service.create_silence(ctx, runtime, asked),
    )


@router.delete("/silences/{silence_id}", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def end_silence(ctx: ContextDep, silence_id: UUID) -> None:
    """End a silence, or cancel one that is to come."""
    await service.end_silence(ctx, silence_id)


@router.get("/{alert_id}", responses=documented(401, 403, 404, 422, 503))
async def alert(ctx: ContextDep, runtime: RuntimeDep, alert_id: UUID) -> AlertDetail:
    """One alert with its changes and who was told."""
    return await service.detail(ctx, runtime, alert_id)


@router.post("/{alert_id}/acknowledge", responses=documented(401, 403, 404, 409, 422, 503))
async def acknowledge(ctx: ContextDep, runtime: RuntimeDep, alert_id: UUID, said: Acknowledge) -> AlertView:
    """Say that somebody has it in hand, why, and until when; until then nobody else is told of it."""
    return await service.acknowledge(ctx, runtime, alert_id, said)


@on_call.get("", responses=documented(401, 403, 503))
async def list_shifts(ctx: ContextDep) -> ShiftList:
    """Who is on call in each rota now, the last week's shifts, and those to come."""
    return await service.list_shifts(ctx)


@on_call.post("", status_code=201, responses=documented(401, 403, 404, 409, 422, 503))
async def add_shift(ctx: ContextDep, asked: NewShift, key: IdempotencyKey = None) -> ShiftView:
    """Put somebody on call from a local time on, until the next shift of the rota begins."""
    return await once(ctx, key, "POST /api/on-call", asked, ShiftView, lambda: service.add_shift(ctx, asked))


@on_call.delete("/{shift_id}", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def delete_shift(ctx: ContextDep, shift_id: UUID) -> None:
    """Take a shift out of its rota; the one before it goes on."""
    await service.delete_shift(ctx, shift_id)


@channels.get("", responses=documented(401, 403, 503))
async def notification_channels(ctx: ContextDep) -> ChannelList:
    """Every channel by name and kind, and how its messages fared. Never its address."""
    return await list_channels(ctx)


@channels.post("/{channel}/test", responses=documented(401, 403, 404, 409, 422, 503))
async def test_channel(runtime: RuntimeDep, actor: ActorDep, channel: ChannelName) -> Delivery:
    """Send a test message at once, and tell how it fared: ``status`` is sent or failed."""
    return await send_test(runtime, actor, channel)


ROUTERS = (router, on_call, channels)
