"""The second factor: offered, confirmed with a code from it, taken away."""

from __future__ import annotations

from uuid import UUID

import pyotp

from bedside.identity import repository
from bedside.identity.access_tokens import AccessTokens
from bedside.identity.errors import CodeNotValid, SignInFailed
from bedside.identity.keys import identity_keys
from bedside.identity.passwords import verify_password
from bedside.identity.schemas import SecondFactorOffer
from bedside.identity.service import throttle
from bedside.identity.service.codes import accept_code, new_recovery_codes, recovery_hash
from bedside.identity.service.on_behalf import on_behalf_of
from bedside.identity.service.sessions import revoke_account
from bedside.identity.settings import IdentitySettings
from bedside.identity.tables import Account, Credentials
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BedsideError, Conflict, NotFound
from bedside.platform.runtime import Runtime


def enrolling_account(runtime: Runtime, token: str) -> UUID:
    """Return whose enrolment token this is. Raises NotSignedIn."""
    return AccessTokens(runtime.settings.get(IdentitySettings)).read_enrolment(token, runtime.clock.now())


async def offer(runtime: Runtime, actor: Actor, account_id: UUID) -> SecondFactorOffer:
    """Make a secret and recovery codes, which count once ``confirm`` has seen a code. A later offer replaces it.

    Raises Conflict when the account has a second factor.
    """
    keys = identity_keys(runtime.settings)
    secret, codes = pyotp.random_base32(), new_recovery_codes()
    async with runtime.unit_of_work(on_behalf_of(actor)) as ctx:
        account, row = await _locked(ctx, account_id)
        if account.second_factor_since is not None:
            raise Conflict("This account has a second factor; remove it first, with a code from it.")
        row.totp_secret, row.totp_last_counter = keys.seal(account_id, secret), None
        row.recovery_codes = [recovery_hash(keys, account_id.bytes, code) for code in codes]
        ctx.record("account.second_factor_offer", "account", ids=[account_id])
    address = pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=runtime.settings.core.organisation)
    return SecondFactorOffer(secret=secret, address=address, recovery_codes=codes)


async def confirm(runtime: Runtime, actor: Actor, account_id: UUID, code: str) -> None:
    """Put the offered second factor in force. Raises CodeNotValid, Conflict when there is nothing to confirm."""
    keys = identity_keys(runtime.settings)
    async with runtime.unit_of_work(on_behalf_of(actor)) as ctx:
        account, row = await _locked(ctx, account_id)
        if account.second_factor_since is not None or row.totp_secret is None:
            raise Conflict("There is no second factor waiting to be confirmed; ask for one first.")
        # A recovery code proves nothing here: the same answer held it.
        if len(code) > _LONGEST_TOTP or not accept_code(keys, row, code, ctx.now()):
            raise CodeNotValid("The code is wrong; check that the device's clock is right and try the next one.")
        account.second_factor_since = ctx.now()
        ctx.record("account.second_factor_confirm", "account", ids=[account_id], fields=["second_factor_since"])


_LONGEST_TOTP = 8


async def remove(runtime: Runtime, actor: Actor, password: str, code: str) -> None:
    """Remove the actor's own second factor. Both the password and a code are asked for.

    Raises SignInFailed, LockedOut, Conflict when there is none.
    """
    account_id = _own(actor)
    limits = account_limits(runtime, account_id)
    async with runtime.unit_of_work(on_behalf_of(actor)) as ctx:
        await throttle.refuse_locked(ctx, limits)
        account, row = await _locked(ctx, account_id)
        if account.second_factor_since is None:
            raise Conflict("This account has no second factor.")
        stored = row.password_hash
    matches = await verify_password(stored, password)
    async with runtime.unit_of_work(on_behalf_of(actor)) as ctx:
        problem = await _remove(ctx, account_id, code, matches=matches, limits=limits)
    if problem is not None:
        raise problem


async def _remove(
    ctx: Context, account_id: UUID, code: str, *, matches: bool, limits: throttle.Limits
) -> BedsideError | None:
    await throttle.refuse_locked(ctx, limits, lock=True)
    account, row = await _locked(ctx, account_id)
    if not matches or not accept_code(identity_keys(ctx.settings), row, code, ctx.now()):
        await throttle.count(ctx, limits)
        ctx.record("account.second_factor_remove", "account", ids=[account_id], outcome="failed")
        return SignInFailed("The password or the code is wrong; the second factor stays.")
    _clear(account, row)
    ctx.record("account.second_factor_remove", "account", ids=[account_id], fields=["second_factor_since"])
    return None


async def reset(runtime: Runtime, actor: Actor, account_id: UUID) -> None:
    """Remove a second factor that was lost, perhaps to a thief: sign-ins end. Raises Forbidden, NotFound."""
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.MANAGE_USERS)
    async with runtime.unit_of_work(on_behalf_of(actor)) as ctx:
        account, row = await _locked(ctx, account_id)
        _clear(account, row)
        await revoke_account(ctx, account_id, reason="second-factor-reset")
        ctx.record("account.second_factor_reset", "account", ids=[account_id], fields=["second_factor_since"])


def account_limits(runtime: Runtime, account_id: UUID) -> throttle.Limits:
    """Return how often a signed-in account may fail to prove itself again."""
    subject = identity_keys(runtime.settings).subject(throttle.ACCOUNT, str(account_id))
    return {(throttle.ACCOUNT, subject): runtime.settings.get(IdentitySettings).lockout_failures}


def _clear(account: Account, row: Credentials) -> None:
    account.second_factor_since = None
    row.totp_secret, row.totp_last_counter, row.recovery_codes = None, None, []


async def _locked(ctx: Context, account_id: UUID) -> tuple[Account, Credentials]:
    row = await repository.credentials(ctx.session, account_id, lock=True)
    account = await repository.account(ctx.session, account_id)
    if account is None or row is None or account.disabled_at is not None:
        raise NotFound("No such account.")
    return account, row


def _own(actor: Actor) -> UUID:
    if actor.id is None:
        raise Conflict("Only somebody who is signed in has a second factor.")
    return actor.id
