"""What a fresh Bedside holds: the starter knowledge, and in development sample people and cases."""

from __future__ import annotations

from bedside.identity.sample import create_sample_accounts
from bedside.knowledge.service import seed_starter
from bedside.platform.access.actor import Actor
from bedside.platform.runtime import Runtime


async def seed(runtime: Runtime) -> dict[str, int]:
    """Load what is missing; return counts by kind. Safe to run again."""
    knowledge = await seed_starter(runtime, Actor.system("cli"))
    counts = {"knowledge sources": knowledge.sources_added + knowledge.sources_changed}
    if runtime.settings.core.sample_data:
        counts["sample accounts"] = await create_sample_accounts(runtime)
    return counts
