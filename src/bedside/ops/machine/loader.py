"""The one place that imports an HTTP client for the machine's checks: only where a time source is set."""

from __future__ import annotations

from bedside.kit.clock import Clock


async def date_ahead(address: str, clock: Clock) -> float:
    """Return by how many seconds the clock at an https address is ahead of ``clock``. Raises Unavailable."""
    from bedside.ops.machine.https import client

    return await client.date_ahead(address, clock)
