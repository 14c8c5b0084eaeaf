"""One process's live parts, built by bootstrap and handed to routes, commands and jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from bedside.kit.clock import Clock
from bedside.platform.access.actor import Actor
from bedside.platform.access.context import Context
from bedside.platform.access.unit_of_work import UnitsOfWork
from bedside.platform.config.load import Settings
from bedside.platform.database.engine import Database
from bedside.platform.database.monitor import DatabaseMonitor
from bedside.platform.events import EventHub
from bedside.platform.jobs import JobQueue
from bedside.platform.limits import Limiter

T = TypeVar("T")


@dataclass(repr=False)
class Runtime:
    """What a process stands on. ``authenticate`` turns an access token into an actor (identity's service).

    ``parts`` holds features' own long-lived objects, found by their class: an embedder, a graph.
    """

    settings: Settings
    clock: Clock
    database: Database
    units: UnitsOfWork
    jobs: JobQueue
    events: EventHub
    limiter: Limiter
    authenticate: Callable[[Runtime, str], Awaitable[Actor]]
    parts: dict[type[Any], Any] = field(default_factory=dict)

    def unit_of_work(self, actor: Actor) -> AbstractAsyncContextManager[Context]:
        """Open one transaction for ``actor``; see UnitsOfWork.begin."""
        return self.units.begin(actor)

    def part(self, kind: type[T]) -> T:
        """Return the process's one ``kind``; a missing one is a mistake in bootstrap and raises KeyError."""
        return cast("T", self.parts[kind])

    @asynccontextmanager
    async def running(self, *, events: bool = False) -> AsyncIterator[Runtime]:
        """Start what runs in the background and close everything at the end."""
        if events:
            self.events.start()
        try:
            yield self
        finally:
            if events:
                await self.events.stop()
            await self.limiter.close()
            if DatabaseMonitor in self.parts:
                await self.part(DatabaseMonitor).close()
            await self.database.close()
