"""What a route asks for: the runtime, the actor, a unit of work that is committed before the answer leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from fastapi import Depends, Header, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from bedside.platform.access.actor import Actor
from bedside.platform.access.context import Context
from bedside.platform.config.core import ServerSettings
from bedside.platform.errors import Forbidden, NotSignedIn
from bedside.platform.runtime import Runtime

ACCESS_COOKIE = "bedside_access"
CSRF_HEADER = "x-requested-with"
CSRF_VALUE = "bedside"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

_bearer = HTTPBearer(auto_error=False, description="An access token from POST /api/auth/token.")

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
"""For a route that has to do something before it knows who acts; the others ask for ``ActorDep``."""


def runtime_of(request: Request) -> Runtime:
    """Return the process's runtime."""
    runtime = request.app.state.runtime
    assert isinstance(runtime, Runtime)  # noqa: S101 - set once by the app factory
    return runtime


RuntimeDep = Annotated[Runtime, Depends(runtime_of)]


def client_address(request: Request) -> str:
    """Return the address that a request came from, as trusted proxies tell it (TRUSTED_PROXIES)."""
    return request.client.host if request.client else "unknown"


async def current_actor(
    request: Request,
    runtime: RuntimeDep,
    credentials: Credentials,
) -> Actor:
    """Return who acts, by bearer token or by the pages' cookie. Raises NotSignedIn, Forbidden, TooManyRequests.

    A cookie is sent by browsers on their own, so a changing request that relies on one must carry a
    header which another site's form can't set (OWASP CSRF Prevention Cheat Sheet, "Custom Request Headers").
    """
    token = credentials.credentials if credentials else request.cookies.get(ACCESS_COOKIE)
    if not token:
        raise NotSignedIn("Sign in, then send the access token.")
    if credentials is None and request.method not in _SAFE_METHODS and request.headers.get(CSRF_HEADER) != CSRF_VALUE:
        raise Forbidden(f"A request that relies on the sign-in cookie must carry {CSRF_HEADER}: {CSRF_VALUE}.")
    limit = runtime.settings.get(ServerSettings).rate_limit_per_minute
    try:
        actor = await runtime.authenticate(runtime, token)
    except NotSignedIn:
        await runtime.limiter.hit("refused", client_address(request), limit=limit, seconds=60)
        raise
    structlog.contextvars.bind_contextvars(actor_id=str(actor.id))
    await runtime.limiter.hit("actor", str(actor.session_id or actor.id), limit=limit, seconds=60)
    return actor


ActorDep = Annotated[Actor, Depends(current_actor)]


async def unit_of_work(runtime: RuntimeDep, actor: ActorDep) -> AsyncIterator[Context]:
    """Yield the request's one unit of work."""
    async with runtime.unit_of_work(actor) as ctx:
        yield ctx


# scope="function": the commit happens before the response is sent, so that a failing commit is never
# hidden behind a 200 which has already left.
ContextDep = Annotated[Context, Depends(unit_of_work, scope="function")]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key sent again gives the first answer and does nothing twice.",
    ),
]
