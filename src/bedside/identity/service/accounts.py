"""Accounts as administrators and operators manage them, and patients' own sign-up."""

from __future__ import annotations

from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError

from bedside.identity import repository
from bedside.identity.errors import SignUpClosed
from bedside.identity.keys import identity_keys
from bedside.identity.passwords import check_password, hash_password
from bedside.identity.schemas import AccountFilters, AccountView, Me, NewAccount, SignUp
from bedside.identity.service import throttle
from bedside.identity.service.links import SEND_LINK
from bedside.identity.service.sessions import revoke_account
from bedside.identity.service.views import view, views
from bedside.identity.settings import IdentitySettings
from bedside.identity.tables import Account, Credentials
from bedside.kit.ids import new_id
from bedside.kit.paging import Page
from bedside.kit.text import clean_text
from bedside.platform.access.actor import STAFF, Actor, Permission, Role
from bedside.platform.access.context import Context
from bedside.platform.config.load import Settings
from bedside.platform.errors import BadInput, Conflict, NotFound
from bedside.platform.runtime import Runtime

_SIGN_UPS = 10  # from one address, within LOCKOUT_MINUTES


async def prepare_password(settings: Settings, password: SecretStr | None, *, login: str, name: str) -> str:
    """Return a new password's hash; the empty one, which no password has, for None. Call it outside any unit.

    Raises PasswordRefused.
    """
    if password is None:
        return ""
    text = password.get_secret_value()
    context = (login.partition("@")[0], name, settings.core.organisation)
    check_password(text, shortest=settings.get(IdentitySettings).password_length, context=context)
    return await hash_password(text)


async def create_account(ctx: Context, new: NewAccount, password_hash: str) -> AccountView:
    """Create an account; one without a password gets a link to set it. Raises Forbidden, Conflict."""
    ctx.require(Permission.MANAGE_USERS)
    account = await add_account(ctx, login=new.login, name=new.display_name, role=new.role, password_hash=password_hash)
    if not password_hash:
        await ctx.defer(SEND_LINK, account_id=account.id, invitation=True)
    return view(account)


async def sign_up(runtime: Runtime, new: SignUp, address: str) -> AccountView:
    """Create a patient's own account. Raises SignUpClosed, PasswordRefused, Conflict, LockedOut."""
    if not runtime.settings.get(IdentitySettings).lets_sign_up(runtime.settings.core):
        raise SignUpClosed("Accounts are made by the staff here; ask them for one.")
    keys = identity_keys(runtime.settings)
    limits = {(throttle.SIGN_UP_ADDRESS, keys.subject(throttle.SIGN_UP_ADDRESS, address)): _SIGN_UPS}
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        await throttle.refuse_locked(ctx, limits)
        await throttle.count(ctx, limits)
    hashed = await prepare_password(runtime.settings, new.password, login=new.login, name=new.display_name)
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        account = await add_account(
            ctx, login=new.login, name=new.display_name, role=Role.PATIENT, password_hash=hashed
        )
        return view(account)


async def add_account(
    ctx: Context, *, login: str, name: str, role: Role, password_hash: str, is_sample: bool = False
) -> Account:
    """Add an account with its credentials. Raises Conflict when the login is taken."""
    account = Account(
        id=new_id(), created_at=ctx.now(), login=login, display_name=name, role=role.value, is_sample=is_sample
    )
    try:
        async with ctx.session.begin_nested():
            ctx.session.add(account)
    except IntegrityError:
        raise Conflict("This login can't be used; an account may have it already.") from None
    ctx.session.add(
        Credentials(
            account_id=account.id, password_hash=password_hash, password_changed_at=ctx.now(), recovery_codes=[]
        )
    )
    ctx.record("account.create", "account", ids=[account.id], content={"login": login, "role": role.value})
    return account


async def restore_account(ctx: Context, *, login: str, name: str, role: Role, password_hash: str) -> None:
    """Make a sample account what ``add_account`` made it; nothing happens where there is none."""
    found = await repository.account_by_login(ctx.session, login)
    if found is None:
        return
    account, credentials = found
    account.display_name, account.role, account.is_sample = name, role.value, True
    account.disabled_at = account.second_factor_since = None
    credentials.password_hash, credentials.password_changed_at = password_hash, ctx.now()
    credentials.totp_secret = credentials.totp_last_counter = None
    credentials.recovery_codes = []
    await _lift_lock(ctx, account)
    ctx.record("account.restore", "account", ids=[account.id], fields=["display_name", "role", "password_hash"])


async def login_taken(ctx: Context, login: str) -> bool:
    """Return whether an account has this normalised login. Raises Forbidden."""
    ctx.require(Permission.MANAGE_USERS)
    return await repository.login_exists(ctx.session, login)


async def list_accounts(
    ctx: Context, *, after: str | None, limit: int, filters: AccountFilters | None = None
) -> Page[AccountView]:
    """Return a page of accounts, oldest first. Raises Forbidden, BadInput for a cursor that isn't one."""
    ctx.require(Permission.MANAGE_USERS)
    rows = list(await repository.accounts_after(ctx.session, _cursor(after), _cleaned(filters), limit + 1))
    shown = rows[:limit]
    ctx.record("account.list", "account", ids=[row.id for row in shown])
    next_ = str(shown[-1].id) if len(rows) > limit else None
    return Page[AccountView](items=await views(ctx, shown), next=next_)


def _cleaned(filters: AccountFilters | None) -> AccountFilters:
    if filters is None or filters.search is None:
        return filters or AccountFilters()
    return filters.model_copy(update={"search": clean_text(filters.search)})


async def find_account(ctx: Context, login_or_id: str) -> AccountView:
    """Return an account by its id or normalised login. Raises Forbidden, NotFound."""
    ctx.require(Permission.MANAGE_USERS)
    try:
        account_id: UUID | None = UUID(login_or_id)
    except ValueError:
        account_id = await repository.account_id_of(ctx.session, login_or_id)
    if account_id is None:
        raise NotFound("No account has this login; see: bedside user list")
    account = await _account(ctx, account_id)
    ctx.record("account.read", "account", ids=[account_id])
    return (await views(ctx, [account]))[0]


async def me(ctx: Context) -> Me:
    """Return the signed-in account. Raises NotFound when the actor is no account."""
    if ctx.actor.id is None:
        raise NotFound("Nobody is signed in.")
    account = await _account(ctx, ctx.actor.id)
    return Me(
        id=account.id,
        login=account.login,
        display_name=account.display_name,
        role=Role(account.role),
        permissions=sorted(ctx.actor.permissions),
        second_factor=account.second_factor_since is not None,
    )


async def disable(ctx: Context, account_id: UUID) -> AccountView:
    """Keep an account from signing in and end its sign-ins. Raises Forbidden, NotFound, Conflict."""
    ctx.require(Permission.MANAGE_USERS)
    await _keep_an_admin(ctx, account_id)
    account = await _account(ctx, account_id)
    if account.disabled_at is None:
        account.disabled_at = ctx.now()
        ctx.record("account.disable", "account", ids=[account_id], fields=["disabled_at"])
    await revoke_account(ctx, account_id, reason="disabled")
    return await _changed(ctx, account)


async def enable(ctx: Context, account_id: UUID) -> AccountView:
    """Let an account sign in again, and lift a lock on its login. Raises Forbidden, NotFound."""
    ctx.require(Permission.MANAGE_USERS)
    account = await _account(ctx, account_id)
    account.disabled_at = None
    await _lift_lock(ctx, account)
    ctx.record("account.enable", "account", ids=[account_id], fields=["disabled_at"])
    return await _changed(ctx, account)


async def unlock(ctx: Context, account_id: UUID) -> AccountView:
    """Lift the lock that failed sign-ins put on an account's login; one that is disabled stays so.

    Raises Forbidden, NotFound.
    """
    ctx.require(Permission.MANAGE_USERS)
    account = await _account(ctx, account_id)
    await _lift_lock(ctx, account)
    ctx.record("account.unlock", "account", ids=[account_id])
    return await _changed(ctx, account)


async def _lift_lock(ctx: Context, account: Account) -> None:
    subject = identity_keys(ctx.settings).subject(throttle.LOGIN, account.login)
    await repository.clear_throttle(ctx.session, throttle.LOGIN, subject)


async def change_role(ctx: Context, account_id: UUID, role: Role) -> AccountView:
    """Give an account another role, from its next request on. Raises Forbidden, NotFound, Conflict.

    Whoever becomes staff where staff need a second factor, and has none, is signed out.
    """
    ctx.require(Permission.MANAGE_USERS)
    if role is not Role.ADMIN:
        await _keep_an_admin(ctx, account_id)
    account = await _account(ctx, account_id)
    before, account.role = account.role, role.value
    content = {"before": before, "after": role.value}
    ctx.record("account.role_change", "account", ids=[account_id], fields=["role"], content=content)
    required = ctx.settings.get(IdentitySettings).needs_second_factor(ctx.settings.core.environment)
    if required and role in STAFF and account.second_factor_since is None:
        await revoke_account(ctx, account_id, reason="second-factor-missing")
    return await _changed(ctx, account)


async def order_reset(ctx: Context, account_id: UUID) -> None:
    """Send an account's owner a link to set a new password, and end its sign-ins. Raises Forbidden, NotFound."""
    ctx.require(Permission.MANAGE_USERS)
    await _account(ctx, account_id)
    await revoke_account(ctx, account_id, reason="password-reset")
    await ctx.defer(SEND_LINK, account_id=account_id, invitation=False)
    ctx.record("account.reset_ordered", "account", ids=[account_id])


async def _account(ctx: Context, account_id: UUID) -> Account:
    account = await repository.account(ctx.session, account_id)
    if account is None:
        raise NotFound("No such account.")
    return account


async def _changed(ctx: Context, account: Account) -> AccountView:
    await ctx.session.flush()
    return (await views(ctx, [account]))[0]


async def _keep_an_admin(ctx: Context, account_id: UUID) -> None:
    if ctx.actor.operator is not None:
        return  # at the host, another administrator is one command away
    if await repository.locked_admins(ctx.session) == {account_id}:
        raise Conflict("This is the last administrator; make somebody else one first.")


def _cursor(after: str | None) -> UUID | None:
    try:
        return UUID(after) if after else None
    except ValueError:
        raise BadInput("after: send the `next` of the page before.") from None
