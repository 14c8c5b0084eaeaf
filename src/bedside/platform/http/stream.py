"""``GET /api/events``: what changed, live, as server-sent events. They carry ids; the page then asks for more."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from bedside.platform.access.actor import Actor, Permission, Role
from bedside.platform.events import Notice
from bedside.platform.http.dependencies import ActorDep, RuntimeDep
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api", tags=["events"])

HEARTBEAT_SECONDS = 15.0
LONGEST_SECONDS = 300.0
"""A stream ends then and the page opens another, so that a sign-in which was ended listens no longer than that."""


_PATIENTS = {"conversation": ("conversation_id",)}
_CLINICIANS = {"worklist": ("assessment_id",), "presence": ("assessment_id",)}
_OPERATORS = {"procedure": ("run_id",)}
_WATCHERS: Mapping[str, Sequence[str]] = {"alerts": ()}
"""Each topic with the ids that leave the house. Those of clinicians are of handed-over cases, which all of them see."""


def topics_of(actor: Actor) -> Mapping[str, Sequence[str]]:
    """Return the topics that ``actor`` may hear of, each with its ids that may be told."""
    if actor.role is Role.PATIENT:
        return _PATIENTS
    heard = {
        Permission.VIEW_WORKLIST: _CLINICIANS,
        Permission.RUN_PROCEDURES: _OPERATORS,
        Permission.VIEW_HEALTH: _WATCHERS,
    }
    return {topic: ids for may, topics in heard.items() if actor.may(may) for topic, ids in topics.items()}


def audience(actor: Actor) -> Callable[[Notice], bool]:
    """Return which notices ``actor`` may see: patients those of their own conversations, others by topic."""
    topics = topics_of(actor)
    if actor.role is Role.PATIENT:
        return lambda notice: notice.topic in topics and notice.ids.get("account_id") == str(actor.id)
    return lambda notice: notice.topic in topics


@router.get("/events", response_class=EventSourceResponse, responses=documented(401, 403, 503))
async def events(runtime: RuntimeDep, actor: ActorDep) -> AsyncIterator[ServerSentEvent]:
    """Send a notice for each change that concerns the actor. The stream ends after five minutes; open it again.

    After ``resynchronise`` something may have been missed: load again what is shown. A ``heartbeat`` comes every 15
    seconds in which nothing else does; where it stays away the connection is dead.
    """
    with runtime.events.subscribe(audience(actor)) as queue:
        yield ServerSentEvent(event="resynchronise", raw_data="{}", retry=2000)
        end = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < end:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    notice = await queue.get()
            except TimeoutError:
                # An event, not a comment: pages can't see comments, and would take a dead connection for a quiet one.
                yield ServerSentEvent(event="heartbeat", raw_data="{}")
                continue
            told = topics_of(actor).get(notice.topic, ())
            ids = {name: value for name, value in notice.ids.items() if name in told}
            yield ServerSentEvent(event=notice.topic, raw_data=json.dumps(ids))
