"""Hands letters over in threads of their own, so that a receiver that hangs holds up nobody but itself."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Awaitable, Callable

import structlog

from bedside.notify.channels.base import NotTaken

_log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 1.0
"""How long the job that delivers waits for an answer before it goes on with others."""

MOST_AT_ONCE = 4
"""How many hand-overs of one channel may be under way in a process, with those that were given up and still hang."""

Outcome = str | None
"""What went wrong, as a word; None: taken."""


class Courier:
    """One process's hand-overs. Kept among the runtime's parts."""

    def __init__(self) -> None:
        self._busy: Counter[str] = Counter()
        self._later: set[asyncio.Task[None]] = set()

    def is_free(self, channel: str) -> bool:
        """Tell whether the channel may take one more."""
        return self._busy[channel] < MOST_AT_ONCE

    async def carry(
        self,
        channel: str,
        send: Callable[[], None],
        limit_seconds: float,
        record: Callable[[Outcome], Awaitable[None]],
    ) -> bool:
        """Run ``send`` and ``record`` what came of it. What takes longer than PATIENCE_SECONDS goes on by itself.

        Return whether it is recorded already. ``send`` gets ``limit_seconds``; what is not over then has failed.
        """
        outcome = self._begin(channel, send)
        done, _ = await asyncio.wait({outcome}, timeout=PATIENCE_SECONDS)
        if done:
            await record(outcome.result())
            return True
        task = asyncio.create_task(self._finish(outcome, limit_seconds, record), name=f"notify {channel}")
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return False

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._later:
            await asyncio.wait(set(self._later))

    async def _finish(
        self, outcome: asyncio.Future[Outcome], limit_seconds: float, record: Callable[[Outcome], Awaitable[None]]
    ) -> None:
        done, _ = await asyncio.wait({outcome}, timeout=max(0.0, limit_seconds - PATIENCE_SECONDS))
        try:
            await record(outcome.result() if done else "TimeoutError")
        except Exception as error:  # noqa: BLE001 - nobody waits for this task; the sweep tries the message again
            _log.warning("what came of a message could not be recorded", error=type(error).__name__)

    def _begin(self, channel: str, send: Callable[[], None]) -> asyncio.Future[Outcome]:
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[Outcome] = loop.create_future()
        self._busy[channel] += 1

        def settle(found: Outcome) -> None:
            self._busy[channel] -= 1
            if not outcome.done():
                outcome.set_result(found)

        def run() -> None:
            found = outcome_of(send)
            # The loop may be gone by the time that a receiver which hung lets go.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, found)

        # A daemon: a receiver that hangs must not keep the process from ending.
        threading.Thread(target=run, name=f"notify {channel}", daemon=True).start()
        return outcome


def outcome_of(send: Callable[[], None]) -> Outcome:
    """Run ``send``; return None or what went wrong: a class of error or the channel's word for it, never its text."""
    try:
        send()
    except NotTaken as error:
        return error.reason
    except Exception as error:  # noqa: BLE001 - a channel's library may raise anything; the message is tried again
        return type(error).__name__
    return None
