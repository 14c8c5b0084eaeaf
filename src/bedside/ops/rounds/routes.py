"""``/api/rounds``: rounds, their reports, and the answers of people."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from bedside.ops.rounds import service
from bedside.ops.rounds.rendering.files import MEDIA, render
from bedside.ops.rounds.rendering.html import CONTENT_SECURITY
from bedside.ops.rounds.schemas import AnswerRequest, ReportFormat, RoundsOverview, RoundView
from bedside.platform.http.dependencies import ContextDep
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/rounds", tags=["rounds"])

ItemName = Annotated[str, Path(pattern=r"^[a-z_]{1,64}$")]
_REPORT = {"content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()}}


@router.get("", responses=documented(401, 403, 503))
async def rounds(ctx: ContextDep) -> RoundsOverview:
    """The periods with their newest rounds, and the rounds of late."""
    return await service.overview(ctx)


@router.get("/{round_id}", responses=documented(401, 403, 404, 422, 503))
async def one(ctx: ContextDep, round_id: UUID) -> RoundView:
    """One round: what was looked at, found, done and left for a person, and trends against the rounds before."""
    return await service.one(ctx, round_id)


@router.get(
    "/{round_id}/report",
    response_class=Response,
    responses={200: {"description": "The report.", **_REPORT}, **documented(401, 403, 404, 422, 503)},
)
async def report(
    ctx: ContextDep,
    round_id: UUID,
    format_: Annotated[ReportFormat, Query(alias="format")] = ReportFormat.HTML,
) -> Response:
    """The report of a round as a file: Markdown, HTML with plots, PDF or JSON."""
    shown = await service.one(ctx, round_id)
    name, content = await render(shown, format_)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    if format_ is ReportFormat.HTML:
        headers["content-security-policy"] = CONTENT_SECURITY
    return Response(content, media_type=MEDIA[format_], headers=headers)


@router.post("/{round_id}/items/{item}", responses=documented(401, 403, 404, 409, 413, 422, 503))
async def answer(ctx: ContextDep, round_id: UUID, item: ItemName, body: AnswerRequest) -> RoundView:
    """Answer what an item asks. A later answer takes the place of an earlier one; the audit log keeps both."""
    return await service.answer(ctx, round_id, item, body.answer, body.note)
