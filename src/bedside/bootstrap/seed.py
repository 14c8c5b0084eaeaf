"""What a fresh Bedside holds: the starter knowledge, and in development sample people and cases."""

from __future__ import annotations

from bedside.platform.runtime import Runtime


async def seed(runtime: Runtime) -> dict[str, int]:
    """Load what is missing; return counts by kind. Safe to run again."""
    del runtime
    return {}
