"""Accounts as they are shown to administrators."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from bedside.identity import repository
from bedside.identity.keys import identity_keys
from bedside.identity.schemas import AccountView
from bedside.identity.service import throttle
from bedside.identity.tables import Account
from bedside.platform.access.actor import Permission, Role
from bedside.platform.access.context import Context


def view(account: Account) -> AccountView:
    """Return a new account: it can't be locked, nobody has signed in."""
    return AccountView(
        id=account.id,
        login=account.login,
        display_name=account.display_name,
        role=Role(account.role),
        created_at=account.created_at,
        disabled_at=account.disabled_at,
        second_factor=account.second_factor_since is not None,
        is_sample=account.is_sample,
    )


async def views(ctx: Context, accounts: Sequence[Account]) -> list[AccountView]:
    """Return accounts with their sign-ins and locks, as an administrator's unit of work may read them."""
    keys = identity_keys(ctx.settings)
    subjects = {account.id: keys.subject(throttle.LOGIN, account.login) for account in accounts}
    locked = await repository.locks(ctx.session, throttle.LOGIN, list(subjects.values()), ctx.now())
    figures = await repository.sign_in_figures(ctx.session, list(subjects), ctx.now())
    shown = []
    for account in accounts:
        sessions, last = figures.get(account.id, (0, None))
        known = {"locked_until": locked.get(subjects[account.id]), "sessions": sessions, "last_sign_in_at": last}
        shown.append(view(account).model_copy(update=known))
    return shown


async def staff_names(ctx: Context, accounts: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names of those accounts that are staff's; none for who may not manage accounts."""
    if not accounts or not ctx.actor.may(Permission.MANAGE_USERS):
        return {}
    return await repository.staff_names(ctx.session, accounts)
