"""What a fresh Bedside holds: the starter knowledge, and in development sample people and cases."""

from __future__ import annotations

from bedside.care.sample import create_sample_cases
from bedside.identity.repository import account_id_of
from bedside.identity.sample import SAMPLE_ACCOUNTS, create_sample_accounts, restore_sample_accounts
from bedside.knowledge.service import seed_starter
from bedside.platform.access.actor import Actor
from bedside.platform.runtime import Runtime


async def seed(runtime: Runtime) -> dict[str, int]:
    """Load what is missing; return counts by kind. Safe to run again."""
    knowledge = await seed_starter(runtime, Actor.system("cli"))
    counts = {"knowledge sources": knowledge.sources_added + knowledge.sources_changed}
    if runtime.settings.core.sample_data:
        counts["sample accounts"] = await create_sample_accounts(runtime)
        counts["sample cases"] = await _sample_cases(runtime)
    return counts


async def seed_anew(runtime: Runtime) -> dict[str, int]:
    """Make the sample people what they were at first, and their cases anew; return counts by kind."""
    accounts = await restore_sample_accounts(runtime)
    return {"sample accounts": accounts, "sample cases": await _sample_cases(runtime)}


async def _sample_cases(runtime: Runtime) -> int:
    login, name, _ = SAMPLE_ACCOUNTS[0]
    async with runtime.unit_of_work(Actor.system("cli")) as ctx:
        patient = await account_id_of(ctx.session, login)
    return await create_sample_cases(runtime, patient, name) if patient else 0
