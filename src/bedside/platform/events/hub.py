"""One listening connection for a process, shared by all its subscribers."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import psycopg
import structlog

from bedside.platform.database.urls import psycopg_url
from bedside.platform.events.publish import CHANNEL

_log = structlog.get_logger(__name__)

QUEUE_LENGTH = 256
_FIRST_WAIT_SECONDS = 0.2
_LONGEST_WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class Notice:
    """Something changed: the topic (``worklist``, ``conversation``) and the ids concerned."""

    topic: str
    ids: dict[str, str]


RESYNCHRONISE = Notice("resynchronise", {})


class EventHub:
    """Fans notices out. A subscriber that falls behind, or lives through a lost connection, is told to
    resynchronise instead of being shown a gap."""

    def __init__(self, url: str) -> None:
        self._url = psycopg_url(url)
        self._subscribers: dict[asyncio.Queue[Notice], Callable[[Notice], bool]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._listen(), name="event hub")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @contextlib.contextmanager
    def subscribe(self, wants: Callable[[Notice], bool]) -> Iterator[asyncio.Queue[Notice]]:
        """Give a queue of the notices for which ``wants`` holds."""
        queue: asyncio.Queue[Notice] = asyncio.Queue(QUEUE_LENGTH)
        self._subscribers[queue] = wants
        try:
            yield queue
        finally:
            del self._subscribers[queue]

    async def _listen(self) -> None:
        wait = _FIRST_WAIT_SECONDS
        while True:
            try:
                async for notice in self._notices():
                    wait = _FIRST_WAIT_SECONDS
                    self.deliver(notice)
            except (psycopg.Error, OSError) as error:
                _log.warning("event listener lost its connection", error=type(error).__name__, retry_seconds=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)

    async def _notices(self) -> AsyncIterator[Notice]:
        async with await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, application_name="bedside events"
        ) as connection:
            await connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(CHANNEL)))
            yield RESYNCHRONISE
            async for message in connection.notifies():
                fields = json.loads(message.payload)
                yield Notice(fields.pop("topic"), fields)

    def deliver(self, notice: Notice) -> None:
        """Give ``notice`` to those who want it; one who has fallen behind gets ``resynchronise`` instead."""
        for queue, wants in self._subscribers.items():
            if notice is not RESYNCHRONISE and not wants(notice):
                continue
            try:
                queue.put_nowait(notice)
            except asyncio.QueueFull:
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(RESYNCHRONISE)
