"""Accounts, for administrators."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bedside.identity.schemas import (
    Accepted,
    AccountFilters,
    AccountRole,
    AccountView,
    NewAccount,
    Revoked,
    RoleChange,
    Sessions,
)
from bedside.identity.service import accounts, second_factor, sessions
from bedside.kit.paging import Page
from bedside.platform.access.actor import Permission, Role
from bedside.platform.http.dependencies import ActorDep, ContextDep, IdempotencyKey, RuntimeDep
from bedside.platform.http.idempotency import once
from bedside.platform.http.paging import After, Limit
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/users", tags=["users"])

_CHANGE = documented(401, 403, 404, 409, 422, 503)


@router.get("", responses=documented(401, 403, 422, 503))
async def list_users(
    ctx: ContextDep,
    limit: Limit = 50,
    after: After = None,
    role: Annotated[AccountRole | None, Query()] = None,
    disabled: Annotated[bool | None, Query(description="Only those that are disabled, or only the others.")] = None,
    q: Annotated[str | None, Query(max_length=100, description="Part of the login or the name.")] = None,
) -> Page[AccountView]:
    """Accounts, oldest first."""
    filters = AccountFilters(role=role, disabled=disabled, search=q)
    return await accounts.list_accounts(ctx, after=after, limit=limit, filters=filters)


@router.post("", status_code=201, responses=documented(400, 401, 403, 409, 413, 422, 503))
async def create_user(
    runtime: RuntimeDep, actor: ActorDep, body: NewAccount, key: IdempotencyKey = None
) -> AccountView:
    """Create an account. Without a password its owner is sent a link to choose one."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.MANAGE_USERS)
    hashed = await accounts.prepare_password(runtime.settings, body.password, login=body.login, name=body.display_name)
    async with runtime.unit_of_work(actor) as ctx:
        return await once(
            ctx, key, "users.create", body, AccountView, lambda: accounts.create_account(ctx, body, hashed)
        )


@router.get("/{user_id}", responses=documented(401, 403, 404, 422, 503))
async def show_user(ctx: ContextDep, user_id: UUID) -> AccountView:
    """One account."""
    return await accounts.find_account(ctx, str(user_id))


@router.post("/{user_id}/disable", responses=_CHANGE)
async def disable_user(ctx: ContextDep, user_id: UUID) -> AccountView:
    """Keep an account from signing in, and end its sign-ins."""
    return await accounts.disable(ctx, user_id)


@router.post("/{user_id}/enable", responses=_CHANGE)
async def enable_user(ctx: ContextDep, user_id: UUID) -> AccountView:
    """Let an account sign in again; a lock on its login is lifted."""
    return await accounts.enable(ctx, user_id)


@router.post("/{user_id}/unlock", responses=_CHANGE)
async def unlock_user(ctx: ContextDep, user_id: UUID) -> AccountView:
    """Lift the lock that failed sign-ins put on an account."""
    return await accounts.unlock(ctx, user_id)


@router.put("/{user_id}/role", responses=documented(400, 401, 403, 404, 409, 413, 422, 503))
async def change_role(ctx: ContextDep, user_id: UUID, body: RoleChange) -> AccountView:
    """Give an account another role; it takes effect at once."""
    return await accounts.change_role(ctx, user_id, Role(body.role))


@router.post("/{user_id}/reset-password", status_code=202, responses=_CHANGE)
async def reset_password(ctx: ContextDep, user_id: UUID) -> Accepted:
    """Send the account's owner a link to set a new password, and end its sign-ins."""
    await accounts.order_reset(ctx, user_id)
    return Accepted(detail="A link to set a new password is on its way to the account's address.")


@router.delete("/{user_id}/second-factor", status_code=204, responses=_CHANGE)
async def reset_second_factor(runtime: RuntimeDep, actor: ActorDep, user_id: UUID) -> None:
    """Remove the second factor of somebody who has lost it."""
    await second_factor.reset(runtime, actor, user_id)


@router.get("/{user_id}/sessions", responses=documented(401, 403, 404, 422, 503))
async def user_sessions(ctx: ContextDep, user_id: UUID) -> Sessions:
    """An account's sign-ins that are in force."""
    ctx.require(Permission.MANAGE_USERS)
    return Sessions(items=await sessions.sessions_of(ctx, user_id))


@router.delete("/{user_id}/sessions/{session_id}", status_code=204, responses=_CHANGE)
async def end_user_session(ctx: ContextDep, user_id: UUID, session_id: UUID) -> None:
    """End one of an account's sign-ins."""
    ctx.require(Permission.MANAGE_USERS)
    await sessions.revoke_session(ctx, session_id, of=user_id)


@router.post("/{user_id}/revoke", responses=_CHANGE)
async def revoke_user(ctx: ContextDep, user_id: UUID) -> Revoked:
    """End every sign-in of an account."""
    ctx.require(Permission.MANAGE_USERS)
    return Revoked(sessions=await sessions.revoke_account(ctx, user_id))
