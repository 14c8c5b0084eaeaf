"""Gauges that are read from the database when metrics are asked for, and not more often than makes sense."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from bedside.platform.errors import BedsideError

if TYPE_CHECKING:
    from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

EVERY_SECONDS = 30.0
TIME_LIMIT_SECONDS = 2.0

Measure = Callable[["Runtime"], Awaitable[object]]


class Gauges:
    """Sets features' gauges. Kept among the runtime's parts."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        self._measures = measures
        self._next = 0.0

    async def refresh(self, runtime: Runtime) -> None:
        """Measure again if the last time is long enough ago; what can't be measured keeps its last value."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + EVERY_SECONDS
        for measure in self._measures:
            try:
                async with asyncio.timeout(TIME_LIMIT_SECONDS):
                    await measure(runtime)
            except (BedsideError, TimeoutError) as error:
                _log.warning("a gauge could not be measured", error=type(error).__name__)
