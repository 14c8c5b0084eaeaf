"""Passwords changed by those who know them, and set by an operator at the host."""

from __future__ import annotations

from bedside.identity import repository
from bedside.identity.errors import SignInFailed
from bedside.identity.passwords import verify_password
from bedside.identity.service import throttle
from bedside.identity.service.links import checked_hash, store_password
from bedside.identity.service.on_behalf import on_behalf_of
from bedside.identity.service.second_factor import account_limits
from bedside.identity.service.sessions import revoke_account
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.errors import Conflict, NotFound
from bedside.platform.runtime import Runtime


async def change_password(runtime: Runtime, actor: Actor, current: str, new: str) -> None:
    """Change the actor's own password and end its other sign-ins.

    Raises SignInFailed when ``current`` is wrong, LockedOut after too many tries, PasswordRefused.
    """
    if actor.id is None:
        raise Conflict("Only somebody who is signed in has a password to change.")
    limits = account_limits(runtime, actor.id)
    async with runtime.unit_of_work(on_behalf_of(actor)) as ctx:
        await throttle.refuse_locked(ctx, limits)
        account = await repository.account(ctx.session, actor.id)
        row = await repository.credentials(ctx.session, actor.id)
        if account is None or row is None:
            raise NotFound("No such account.")
        stored = row.password_hash
    if not await verify_password(stored, current):
        async with runtime.unit_of_work(on_behalf_of(actor)) as ctx:
            await throttle.refuse_locked(ctx, limits, lock=True)
            await throttle.count(ctx, limits)
            ctx.record("account.password_change", "account", ids=[actor.id], outcome="failed")
        raise SignInFailed("The current password is wrong.")
    hashed = await checked_hash(runtime, account, new)
    async with runtime.unit_of_work(on_behalf_of(actor)) as ctx:
        await throttle.refuse_locked(ctx, limits, lock=True)
        await store_password(ctx, actor.id, hashed)
        await revoke_account(ctx, actor.id, reason="password-changed", keep=actor.session_id)
        ctx.record("account.password_change", "account", ids=[actor.id], fields=["password"])


async def set_password(runtime: Runtime, actor: Actor, login: str, password: str) -> None:
    """Set somebody's password and end their sign-ins, as an operator. Raises Forbidden, NotFound, PasswordRefused."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.MANAGE_USERS)
        account_id = await repository.account_id_of(ctx.session, login)
        account = await repository.account(ctx.session, account_id) if account_id else None
    if account is None:
        raise NotFound("No account has this login; see: bedside user list")
    hashed = await checked_hash(runtime, account, password)
    async with runtime.unit_of_work(on_behalf_of(actor)) as ctx:
        await store_password(ctx, account.id, hashed)
        await revoke_account(ctx, account.id, reason="password-reset")
        ctx.record("account.password_set", "account", ids=[account.id], fields=["password"])
