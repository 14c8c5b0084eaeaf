"""Looks with a limit that holds: a look which hangs, in a thread or deaf to its cancellation, delays nobody."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog

from bedside.platform.errors import BedsideError

T = TypeVar("T")

_log = structlog.get_logger(__name__)


@dataclass
class _Look:
    """A look that was given up: its task, and the threads that it began."""

    task: asyncio.Future[Any]
    threads: list[threading.Thread]

    def goes_on(self) -> bool:
        return not self.task.done() or any(thread.is_alive() for thread in self.threads)


@dataclass
class Hanging:
    """One process's looks that were given up, by name: none is begun again before it has come back."""

    looks: dict[str, _Look] = field(default_factory=dict)

    def goes_on(self, name: str) -> bool:
        look = self.looks.get(name)
        if look is not None and not look.goes_on():
            del self.looks[name]
            return False
        return look is not None


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What came of a look: ``value``, or in ``failure`` why there is none. ``late``: it did not come back in time."""

    seconds: float
    value: T | None = None
    failure: str = ""
    late: bool = False


_threads: ContextVar[list[threading.Thread] | None] = ContextVar("bedside_threads_of_look", default=None)


async def look_within(look: Callable[[], Awaitable[T]], limit: float, name: str, hanging: Hanging) -> Outcome[T]:
    """Run ``look`` for at most ``limit`` seconds; never raises but for the caller's own cancellation."""
    if hanging.goes_on(name):
        return Outcome(0.0, failure="The last look has not come back yet.", late=True)
    started = time.perf_counter()
    threads: list[threading.Thread] = []
    token = _threads.set(threads)
    task = asyncio.ensure_future(_begun(look))
    _threads.reset(token)
    try:
        # Not asyncio.timeout: that waits for a task which is deaf to its cancellation, as psycopg's is on a server
        # that does not answer.
        await asyncio.wait({task}, timeout=max(limit, 0.0))
    except asyncio.CancelledError:
        task.cancel()
        raise
    seconds = time.perf_counter() - started
    if not task.done():
        task.cancel()
        task.add_done_callback(_forgotten)
        hanging.looks[name] = _Look(task, threads)
        return Outcome(seconds, failure=f"No answer within {limit:.3g} s.", late=True)
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is None:
        return Outcome(seconds, task.result())
    if isinstance(error, BedsideError):
        return Outcome(seconds, failure=error.message)
    _log.error("check failed", check=name, exc_info=error)
    return Outcome(seconds, failure=f"The look failed ({type(error).__name__}).")


async def in_thread(blocking: Callable[[], T]) -> T:
    """Run what blocks in a thread of its own, which nobody waits for when it hangs: not the pool, not the exit."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(value)  # type: ignore[arg-type]  # T may be None itself

    def body() -> None:
        value, failed = None, None
        try:
            value = blocking()
        except Exception as error:  # noqa: BLE001 - raised again where it is awaited
            failed = error
        with suppress(RuntimeError):  # the loop has ended meanwhile: nobody listens
            loop.call_soon_threadsafe(settle, value, failed)

    thread = threading.Thread(target=body, name="bedside check", daemon=True)
    begun = _threads.get()
    if begun is not None:
        begun.append(thread)
    thread.start()
    return await future


async def _begun(look: Callable[[], Awaitable[T]]) -> T:
    return await look()


def _forgotten(task: asyncio.Future[Any]) -> None:
    if not task.cancelled():
        task.exception()  # read, so that asyncio does not complain of an error that nobody read
