"""Signing in: read in one unit of work, compare the password outside any, decide and record in a second."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import structlog

from bedside.identity import repository
from bedside.identity.access_tokens import AccessTokens
from bedside.identity.errors import EnrolmentRequired, SecondFactorRequired, SignInFailed
from bedside.identity.keys import identity_keys
from bedside.identity.names import lookup_login
from bedside.identity.passwords import hash_password, needs_rehash, verify_password
from bedside.identity.schemas import Tokens
from bedside.identity.service import throttle
from bedside.identity.service.codes import accept_code
from bedside.identity.service.sessions import open_session
from bedside.identity.settings import IdentitySettings
from bedside.identity.tables import Account, Credentials
from bedside.platform.access.actor import STAFF, Actor, Role
from bedside.platform.access.context import Context
from bedside.platform.config.load import Settings
from bedside.platform.errors import BedsideError
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)
_ACTION = "account.sign_in"


@dataclass(frozen=True)
class Attempt:
    """Somebody wants to sign in. ``address`` is the client's; ``client`` its class (client_class)."""

    login: str
    password: str = field(repr=False)
    code: str | None = field(repr=False)
    address: str = field(repr=False)
    client: str = "other"


@dataclass(frozen=True)
class _Proof:
    """The hash that the password was compared with, whether it matched, and a newer hash where one is due."""

    stored: str | None = field(repr=False)
    matches: bool
    fresh: str | None = field(repr=False)


def client_class(user_agent: str) -> str:
    """Return what kind of client this is; the text itself is never kept."""
    if user_agent.startswith("Mozilla/"):
        return "browser"
    return "command-line" if user_agent.startswith(("bedside/", "curl/", "python-httpx/")) else "other"


async def sign_in(runtime: Runtime, attempt: Attempt) -> Tokens:
    """Return the tokens of a new sign-in.

    Raises SignInFailed (whatever was wrong: an unknown login takes the same steps as a known one), LockedOut,
    SecondFactorRequired, EnrolmentRequired. Each outcome is recorded and committed before it is told.
    """
    login = lookup_login(attempt.login)
    limits = _limits(runtime.settings, login or attempt.login, attempt.address)
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        until = await throttle.locked_until(ctx, limits)
        if until is not None:
            ctx.record(_ACTION, "account", outcome="denied", flags=["locked"])
        found = await repository.account_by_login(ctx.session, login)
        stored = found[1].password_hash if found else None
    if until is not None:
        raise throttle.locked_out(until, runtime.clock.now())
    proof = await _prove(stored, attempt.password)
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        outcome = await _decide(ctx, attempt, login, limits, proof)
    if isinstance(outcome, Tokens):
        return outcome
    raise outcome


async def _prove(stored: str | None, password: str) -> _Proof:
    matches = await verify_password(stored, password)
    fresh = await hash_password(password) if matches and stored and needs_rehash(stored) else None
    return _Proof(stored, matches, fresh)


async def _decide(
    ctx: Context, attempt: Attempt, login: str, limits: throttle.Limits, proof: _Proof
) -> Tokens | BedsideError:
    until = await throttle.locked_until(ctx, limits, lock=True)
    if until is not None:
        ctx.record(_ACTION, "account", outcome="denied", flags=["locked"])
        return throttle.locked_out(until, ctx.now())
    found = await repository.account_by_login(ctx.session, login)
    reason = _refusal(found, proof)
    if reason is not None or found is None:
        return await _failed(ctx, limits, found[0].id if found else None, reason or "unknown-login")
    account, row = found
    missing = await _second_factor(ctx, attempt, account, limits)
    if missing is not None:
        return missing
    if proof.fresh is not None:
        row.password_hash = proof.fresh
    await repository.clear_throttle(ctx.session, *_login_subject(ctx.settings, login))
    ctx.record(_ACTION, "account", ids=[account.id])
    return await open_session(ctx, account, attempt.client)


def _refusal(found: tuple[Account, Credentials] | None, proof: _Proof) -> str | None:
    if found is None:
        return "unknown-login"
    account, row = found
    if not proof.matches or row.password_hash != proof.stored:
        return "wrong-password"
    return "disabled" if account.disabled_at is not None else None


async def _failed(ctx: Context, limits: throttle.Limits, account_id: UUID | None, reason: str) -> BedsideError:
    count = await throttle.count(ctx, limits)
    if count.until is not None and not count.newly:
        ctx.record(_ACTION, "account", outcome="denied", flags=["locked"])
        return throttle.locked_out(count.until, ctx.now())
    flags = [reason, "locked-out"] if count.newly else [reason]
    ctx.record(_ACTION, "account", ids=[account_id] if account_id else [], outcome="failed", flags=flags)
    if count.newly:
        _log.warning("too many sign-ins failed; locked", account_id=str(account_id) if account_id else None)
    what = "code" if reason == "wrong-code" else "login or the password"
    return SignInFailed(f"The {what} is wrong, or the account is disabled. Try again, or reset the password.")


async def _second_factor(
    ctx: Context, attempt: Attempt, account: Account, limits: throttle.Limits
) -> BedsideError | None:
    settings = ctx.settings.get(IdentitySettings)
    if account.second_factor_since is None:
        required = Role(account.role) in STAFF and settings.needs_second_factor(ctx.settings.core.environment)
        if not required:
            return None
        ctx.record(_ACTION, "account", ids=[account.id], outcome="denied", flags=["enrolment-required"])
        token = AccessTokens(settings).issue_enrolment(account.id, ctx.now())
        return EnrolmentRequired(
            "Staff sign in with a second factor; enrol one with the enrolment token, then sign in again.",
            enrolment_token=token,
        )
    if attempt.code is None:
        ctx.record(_ACTION, "account", ids=[account.id], outcome="denied", flags=["code-required"])
        return SecondFactorRequired("Send the code from your second factor along, as totp.")
    row = await repository.credentials(ctx.session, account.id, lock=True)
    if row is None or not accept_code(identity_keys(ctx.settings), row, attempt.code, ctx.now()):
        return await _failed(ctx, limits, account.id, "wrong-code")
    return None


def _limits(settings: Settings, login: str, address: str) -> throttle.Limits:
    section = settings.get(IdentitySettings)
    address_key = identity_keys(settings).subject(throttle.ADDRESS, address)
    return {
        _login_subject(settings, login): section.lockout_failures,
        (throttle.ADDRESS, address_key): section.lockout_address_failures,
    }


def _login_subject(settings: Settings, login: str) -> tuple[str, bytes]:
    return throttle.LOGIN, identity_keys(settings).subject(throttle.LOGIN, login)
