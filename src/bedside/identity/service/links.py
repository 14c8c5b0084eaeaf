"""One-time links by which people set a password without the old one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from bedside.identity import repository
from bedside.identity.errors import LinkNotValid
from bedside.identity.keys import identity_keys
from bedside.identity.names import lookup_login
from bedside.identity.passwords import check_password, hash_password
from bedside.identity.service import throttle
from bedside.identity.service.sessions import revoke_account
from bedside.identity.settings import IdentitySettings
from bedside.identity.tables import Account, OneTimeLink
from bedside.kit.crypto import new_token, token_hash
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor
from bedside.platform.access.context import Context
from bedside.platform.config.core import ServerSettings
from bedside.platform.errors import NotFound
from bedside.platform.jobs import Job
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

_REQUESTS = 20  # from one address, within LOCKOUT_MINUTES
_LINKS_PER_HOUR = 5  # to one account, so that nobody's mailbox can be flooded
_RESET_PATH = "/reset"


@dataclass(frozen=True)
class Messenger:
    """How a message reaches a person; bootstrap hands in notify's. Called with recipient, subject, body.

    The body holds a secret: whoever sends it keeps and logs none of it. Raises when it could not be sent.
    """

    send: Callable[[Runtime, str, str, str], Awaitable[None]]


async def request_link(runtime: Runtime, login: str, address: str) -> None:
    """Send a link to the owner of ``login``, if there is one: the steps are the same where there is none.

    Raises LockedOut when an address asks too often.
    """
    keys = identity_keys(runtime.settings)
    limits = {(throttle.LINK_ADDRESS, keys.subject(throttle.LINK_ADDRESS, address)): _REQUESTS}
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        await throttle.refuse_locked(ctx, limits)
        await throttle.count(ctx, limits)
        account_id = await repository.account_id_of(ctx.session, lookup_login(login))
        await ctx.defer(SEND_LINK, account_id=account_id or new_id(), invitation=False)
        ctx.record("account.reset_requested", "account", ids=[account_id] if account_id else [])


async def send_link(runtime: Runtime, account_id: str, invitation: bool) -> None:
    """Make an account's link and send it; its earlier ones stop working. Nothing happens where it can't be used."""
    token = new_token()
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        account = await _entitled(ctx, UUID(account_id))
        if account is None:
            return
        minutes = await _keep(ctx, account, token)
    address = f"{runtime.settings.get(ServerSettings).url}{_RESET_PATH}#token={token}"
    subject, body = _message(runtime, address, minutes, invitation=invitation)
    await runtime.part(Messenger).send(runtime, account.login, subject, body)


SEND_LINK = Job("identity.send_link", send_link, purpose="Sends a one-time link to choose a password.")


async def _entitled(ctx: Context, account_id: UUID) -> Account | None:
    account = await repository.account(ctx.session, account_id)
    if account is None or account.disabled_at is not None:
        return None
    if await repository.links_since(ctx.session, account_id, ctx.now() - timedelta(hours=1)) >= _LINKS_PER_HOUR:
        _log.warning("no further link: too many within the hour", account_id=str(account_id))
        return None
    return account


async def _keep(ctx: Context, account: Account, token: str) -> int:
    minutes = ctx.settings.get(IdentitySettings).link_minutes
    await repository.void_links(ctx.session, account.id, ctx.now())
    ctx.session.add(
        OneTimeLink(
            created_at=ctx.now(),
            account_id=account.id,
            token_hash=token_hash(token),
            expires_at=ctx.now() + timedelta(minutes=minutes),
        )
    )
    ctx.record("account.link_made", "account", ids=[account.id])
    return minutes


def _message(runtime: Runtime, address: str, minutes: int, *, invitation: bool) -> tuple[str, str]:
    organisation = runtime.settings.core.organisation
    if invitation:
        subject, what = f"Your account at {organisation}", "An account was made for you. Choose your password here:"
    else:
        subject, what = f"A new password at {organisation}", "Somebody, hopefully you, asked for a new password:"
    return subject, (
        f"{what}\n\n{address}\n\n"
        "At a terminal run `bedside reset-password` and paste the link.\n\n"
        f"The link works once, within {minutes} minutes. "
        "If you did not expect it, do nothing: nothing has changed.\n"
    )


async def set_by_link(runtime: Runtime, token: str, password: str) -> None:
    """Set a password by a one-time link, and end the account's sign-ins.

    Raises LinkNotValid, PasswordRefused (the link can be used again after it).
    """
    hashed_token = token_hash(token)
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        account = await repository.link_account(ctx.session, hashed_token, ctx.now())
    if account is None:
        raise _not_valid()
    hashed = await checked_hash(runtime, account, password)
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        if await repository.use_link(ctx.session, hashed_token, ctx.now()) is None:
            raise _not_valid()
        await store_password(ctx, account.id, hashed)
        await revoke_account(ctx, account.id, reason="password-reset")
        ctx.record("account.password_reset", "account", ids=[account.id], fields=["password"])


def _not_valid() -> LinkNotValid:
    return LinkNotValid("This link was used, has expired or is not Bedside's; ask for a new one.")


async def checked_hash(runtime: Runtime, account: Account, password: str) -> str:
    """Return the hash of an account's new password. Raises PasswordRefused. Call it outside any unit of work."""
    context = (account.login.partition("@")[0], account.display_name, runtime.settings.core.organisation)
    check_password(password, shortest=runtime.settings.get(IdentitySettings).password_length, context=context)
    return await hash_password(password)


async def store_password(ctx: Context, account_id: UUID, hashed: str) -> None:
    """Replace a password's hash, lift a lock on the login, and let the account be a sample no more."""
    row = await repository.credentials(ctx.session, account_id, lock=True)
    account = await repository.account(ctx.session, account_id)
    if row is None or account is None:
        raise NotFound("No such account.")
    row.password_hash, row.password_changed_at = hashed, ctx.now()
    account.is_sample = False
    keys = identity_keys(ctx.settings)
    await repository.clear_throttle(ctx.session, throttle.LOGIN, keys.subject(throttle.LOGIN, account.login))
