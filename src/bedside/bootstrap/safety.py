"""What a database must be before a process serves people from it."""

from __future__ import annotations

import asyncio

import structlog

from bedside.identity.sample import refuse_sample_accounts
from bedside.platform.database.migrate import head
from bedside.platform.database.revision import revision
from bedside.platform.errors import Unavailable
from bedside.platform.runtime import Runtime
from bedside.triage import service as triage

_log = structlog.get_logger(__name__)

_POLL_SECONDS = 1.0


def require_protocols() -> None:
    """Load the protocols: about a second. Raises ProtocolError; nobody is to be served without the safety screen."""
    triage.load_protocols()


async def require_safe(runtime: Runtime) -> bool:
    """Return whether the database answers with this version's schema; raise SettingsError where it is not safe.

    Not safe: a role that row-level security does not bind, or sample accounts where SAMPLE_DATA is off.
    """
    try:
        await runtime.database.require_safe_role()
        if await revision(runtime.database) != head():
            return False
        await refuse_sample_accounts(runtime)
    except Unavailable:
        return False
    return True


async def until_safe(runtime: Runtime) -> None:
    """Return once ``require_safe`` holds; raise as it does. For a process that started before its database."""
    _log.warning("the database does not answer as it should; safety advice is given all the same")
    while not await require_safe(runtime):  # noqa: ASYNC110 - the event is the database's, which tells nobody
        await asyncio.sleep(_POLL_SECONDS)
    _log.info("the database answers")
