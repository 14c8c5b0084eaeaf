"""Identity's background work."""

from __future__ import annotations

from bedside.identity.service.links import SEND_LINK
from bedside.identity.service.sessions import clean_up
from bedside.platform.access.actor import Actor
from bedside.platform.jobs import Job
from bedside.platform.runtime import Runtime


async def _clean_up(runtime: Runtime) -> None:
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        await clean_up(ctx)


CLEAN_UP = Job(
    "identity.clean_up", _clean_up, cron="17 * * * *", purpose="Deletes sign-ins and links that ended a month ago."
)
JOBS = (SEND_LINK, CLEAN_UP)
