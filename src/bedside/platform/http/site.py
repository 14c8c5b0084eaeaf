"""``GET /api/site``: what the pages show before anybody signs in. Needs no database: it must answer in any trouble."""

from __future__ import annotations

from fastapi import APIRouter

from bedside.platform.http.dependencies import RuntimeDep
from bedside.platform.site import Site, SiteDescription

router = APIRouter(prefix="/api", tags=["site"])


@router.get("/site")
async def site(runtime: RuntimeDep) -> Site:
    """What this place is called, whom to call in an emergency, how to sign in. No sign-in needed."""
    return runtime.part(SiteDescription).describe(runtime.clock.now())
