"""What a command reaches the rest of Bedside through. Handed in by ``bedside.cli``, which bootstrap feeds."""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bedside.platform.access.actor import Actor

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings
    from bedside.platform.runtime import Runtime

T = TypeVar("T")


@dataclass(frozen=True)
class CliSession:
    """``settings(generate_secrets, allow_unsafe)`` loads settings; ``open_runtime(start_database)`` starts what a host
    command needs (the embedded database too, where it isn't running) and stops what it started."""

    settings: Callable[..., Settings]
    open_runtime: Callable[..., AbstractAsyncContextManager[Runtime]]
    seed: Callable[[Runtime], Awaitable[dict[str, int]]]


_session: ContextVar[CliSession] = ContextVar("bedside_cli_session")


def enter(session: CliSession) -> None:
    """Make ``session`` the one that commands find."""
    _session.set(session)


def current() -> CliSession:
    """Return the command's session."""
    return _session.get()


def run(action: Callable[[Runtime], Awaitable[T]], *, start_database: bool = True) -> T:
    """Run ``action`` with a runtime of its own, as a host command does.

    Without ``start_database`` the database is taken as it is, running or not.
    """

    async def body() -> T:
        async with current().open_runtime(start_database=start_database) as runtime:
            return await action(runtime)

    return asyncio.run(body())


def operator() -> Actor:
    """Return the operating-system user as the actor; behind sudo, the user who called it."""
    return Actor.host_operator(os.environ.get("SUDO_USER") or getpass.getuser())
