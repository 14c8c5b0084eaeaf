"""``/api/audit``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from bedside.audit import service
from bedside.audit.schemas import AccessSummary, AuditEventOut, AuditFilter, ExportFormat
from bedside.kit.paging import Page
from bedside.platform.access.names import ActorNames
from bedside.platform.http.dependencies import ContextDep, RuntimeDep
from bedside.platform.http.paging import LIMIT_MAXIMUM
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/audit", tags=["audit"], responses=documented(401, 403, 422, 503))


class AuditQuery(AuditFilter):
    """A filter with its page."""

    after: Annotated[str | None, Query(max_length=200)] = None
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAXIMUM)] = 50


class ExportQuery(AuditFilter):
    """A filter with the kind of file."""

    format: ExportFormat = ExportFormat.CSV


_MEDIA_TYPES = {ExportFormat.CSV: "text/csv", ExportFormat.JSONL: "application/x-ndjson"}
_EXPORTED: dict[str, Any] = {kind: {"schema": {"type": "string"}} for kind in _MEDIA_TYPES.values()}


@router.get("/events")
async def list_events(
    ctx: ContextDep, runtime: RuntimeDep, query: Annotated[AuditQuery, Query()]
) -> Page[AuditEventOut]:
    """Audit events, the newest first."""
    chosen = AuditFilter.model_validate(query.model_dump(include=set(AuditFilter.model_fields)))
    return await service.list_events(ctx, chosen, runtime.part(ActorNames), after=query.after, limit=query.limit)


@router.get("/export", response_class=StreamingResponse, responses={200: {"content": _EXPORTED}})
async def export(ctx: ContextDep, runtime: RuntimeDep, query: Annotated[ExportQuery, Query()]) -> StreamingResponse:
    """Every matching event up to now, the oldest first, as a file. The export is itself an event."""
    chosen = service.begin_export(ctx, AuditFilter.model_validate(query.model_dump(exclude={"format"})))
    name = f"bedside-audit-{ctx.now():%Y-%m-%d}.{query.format}"
    return StreamingResponse(
        service.exported(runtime, ctx.actor, chosen, query.format),
        media_type=_MEDIA_TYPES[query.format],
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.get("/access")
async def access(ctx: ContextDep, runtime: RuntimeDep, query: Annotated[AuditFilter, Query()]) -> list[AccessSummary]:
    """Who reached patient data, and how often."""
    return await service.access(ctx, query, runtime.part(ActorNames))
