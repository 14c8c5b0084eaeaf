"""``/api/settings``: what is in force, for administrators."""

from __future__ import annotations

from fastapi import APIRouter

from bedside.ops.config import service
from bedside.ops.config.service import SettingsReport
from bedside.platform.http.dependencies import ContextDep
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/settings", tags=["settings"])


@router.get("", responses=documented(401, 403, 503))
async def settings(ctx: ContextDep) -> SettingsReport:
    """Every setting as it is in force, with where it comes from. Secrets are masked."""
    return service.settings_report(ctx)
