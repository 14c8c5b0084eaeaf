"""How a feature declares a job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bedside.platform.runtime import Runtime


@dataclass(frozen=True)
class Job:
    """A job's name, what it does and when it is due by itself.

    ``run`` is called with the process's Runtime and the ids it was enqueued with. It runs at least once:
    it must be safe to run again. ``cron`` is five fields in UTC. ``attempts`` counts the first try.
    ``purpose`` tells an operator what it is good for. With ``takes_moment``, a scheduled job is called with the
    ``timestamp`` (seconds since 1970) of its schedule that it was started for.
    """

    name: str
    run: Callable[..., Awaitable[None]]
    cron: str | None = None
    attempts: int = 5
    queue: str = "default"
    purpose: str = ""
    takes_moment: bool = False

    async def __call__(self, runtime: Runtime, **ids: Any) -> None:
        await self.run(runtime, **ids)
