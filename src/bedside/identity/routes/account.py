"""One's own account: signing up, the password, the sign-ins."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request

from bedside.identity.routes.auth import client_address
from bedside.identity.schemas import (
    Accepted,
    AccountView,
    Me,
    PasswordChange,
    ResetPassword,
    ResetRequest,
    Sessions,
    SignUp,
)
from bedside.identity.service import accounts, links, sessions
from bedside.identity.service.own_password import change_password
from bedside.platform.errors import NotFound
from bedside.platform.http.dependencies import ActorDep, ContextDep, RuntimeDep
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/auth", tags=["auth"])


@router.get("/me", responses=documented(401, 403, 404, 503))
async def me(ctx: ContextDep) -> Me:
    """Who is signed in, and what they may do."""
    return await accounts.me(ctx)


@router.post("/register", status_code=201, responses=documented(400, 403, 409, 413, 422, 429, 503))
async def register(request: Request, runtime: RuntimeDep, body: SignUp) -> AccountView:
    """Create one's own account as a patient, where ALLOW_SIGN_UP is on. The same login can't be used twice."""
    return await accounts.sign_up(runtime, body, client_address(request))


@router.post("/reset-request", status_code=202, responses=documented(400, 413, 422, 429, 503))
async def reset_request(request: Request, runtime: RuntimeDep, body: ResetRequest) -> Accepted:
    """Ask for a one-time link to set a new password. The answer is the same where no account has the login."""
    await links.request_link(runtime, body.login, client_address(request))
    return Accepted(detail="If an account has this login, a link to set a new password is on its way.")


@router.post("/reset", status_code=204, responses=documented(400, 413, 422, 503))
async def reset(runtime: RuntimeDep, body: ResetPassword) -> None:
    """Set a new password by a one-time link; every sign-in of the account ends."""
    await links.set_by_link(runtime, body.token.get_secret_value(), body.password.get_secret_value())


@router.post("/password", status_code=204, responses=documented(400, 401, 403, 404, 409, 413, 422, 429, 503))
async def password(runtime: RuntimeDep, actor: ActorDep, body: PasswordChange) -> None:
    """Change one's own password; the account's other sign-ins end."""
    await change_password(runtime, actor, body.current.get_secret_value(), body.new.get_secret_value())


@router.get("/sessions", responses=documented(401, 403, 404, 503))
async def own_sessions(ctx: ContextDep) -> Sessions:
    """One's own sign-ins that are in force."""
    if ctx.actor.id is None:
        raise NotFound("Nobody is signed in.")
    return Sessions(items=await sessions.sessions_of(ctx, ctx.actor.id))


@router.delete("/sessions/{session_id}", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def end_session(ctx: ContextDep, session_id: UUID) -> None:
    """End one of one's own sign-ins; administrators, anybody's."""
    await sessions.revoke_session(ctx, session_id)
