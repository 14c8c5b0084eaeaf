"""The second factor."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from bedside.identity.schemas import SecondFactorConfirm, SecondFactorOffer, SecondFactorRemove
from bedside.identity.service import second_factor
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import NotSignedIn
from bedside.platform.http.dependencies import ActorDep, RuntimeDep, current_actor
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/auth/second-factor", tags=["auth"])

_bearer = HTTPBearer(auto_error=False, description="An access token from POST /api/auth/token.")


async def enrolling_actor(
    request: Request,
    runtime: RuntimeDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> tuple[Actor, UUID]:
    """Return whose second factor is being set up: by an enrolment token, or as signed in. Raises NotSignedIn."""
    if credentials is not None:
        try:
            account_id = second_factor.enrolling_account(runtime, credentials.credentials)
        except NotSignedIn:
            pass
        else:
            return Actor(Role.SYSTEM, account_id), account_id
    actor = await current_actor(request, runtime, credentials)
    if actor.id is None:
        raise NotSignedIn("Sign in first.")
    return actor, actor.id


Enrolling = Annotated[tuple[Actor, UUID], Depends(enrolling_actor)]


@router.post("", responses=documented(401, 403, 404, 409, 503))
async def offer(runtime: RuntimeDep, enrolling: Enrolling) -> SecondFactorOffer:
    """Get a secret for an authenticator app, and recovery codes. They count once a code has come back."""
    return await second_factor.offer(runtime, *enrolling)


@router.post("/confirm", status_code=204, responses=documented(400, 401, 403, 404, 409, 413, 422, 503))
async def confirm(runtime: RuntimeDep, enrolling: Enrolling, body: SecondFactorConfirm) -> None:
    """Put the second factor in force with a code from it."""
    await second_factor.confirm(runtime, *enrolling, body.code.get_secret_value())


@router.post("/remove", status_code=204, responses=documented(400, 401, 403, 404, 409, 413, 422, 429, 503))
async def remove(runtime: RuntimeDep, actor: ActorDep, body: SecondFactorRemove) -> None:
    """Remove one's own second factor; the password and a code are asked for."""
    await second_factor.remove(runtime, actor, body.password.get_secret_value(), body.code.get_secret_value())
