"""``/api/audit``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from bedside.audit import service
from bedside.audit.schemas import AccessSummary, AuditEventOut, AuditFilter
from bedside.kit.paging import Page
from bedside.platform.http.dependencies import ContextDep
from bedside.platform.http.paging import LIMIT_MAXIMUM
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/audit", tags=["audit"], responses=documented(401, 403, 422, 503))


class AuditQuery(AuditFilter):
    """A filter with its page."""

    after: Annotated[str | None, Query(max_length=200)] = None
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAXIMUM)] = 50


@router.get("/events")
async def list_events(ctx: ContextDep, query: Annotated[AuditQuery, Query()]) -> Page[AuditEventOut]:
    """Audit events, the newest first."""
    return await service.list_events(ctx, query, after=query.after, limit=query.limit)


@router.get("/access")
async def access(ctx: ContextDep, query: Annotated[AuditFilter, Query()]) -> list[AccessSummary]:
    """Who reached patient data, and how often."""
    return await service.access(ctx, query)
