"""Sign-ins: opened, renewed, checked at every request, ended."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement

from bedside.identity import repository
from bedside.identity.access_tokens import AccessTokens
from bedside.identity.errors import RefreshRace, TokenReused
from bedside.identity.keys import identity_keys
from bedside.identity.refresh_tokens import RefreshToken, new_refresh_token, read_refresh_token
from bedside.identity.schemas import SessionView, Tokens
from bedside.identity.settings import IdentitySettings
from bedside.identity.tables import Account, SignIn
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Permission, Role
from bedside.platform.access.context import Context
from bedside.platform.errors import BedsideError, NotFound, NotSignedIn
from bedside.platform.figures import Figure, Unit
from bedside.platform.metrics import ACTIVE_SESSIONS
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

# Two tabs, or a try again over a bad line, may use one token twice within a moment.
RACE_SECONDS = 10


async def authenticate(runtime: Runtime, token: str) -> Actor:
    """Return whose access token this is, with the role that the account has at this moment.

    Raises NotSignedIn when the token is not valid or has expired, the sign-in was ended, or the account disabled;
    Unavailable without a database.
    """
    now = runtime.clock.now()
    claims = AccessTokens(runtime.settings.get(IdentitySettings)).read(token, now)
    standing = await repository.standing(runtime.database, claims.session_id, claims.account_id)
    if standing is None or standing.disabled or standing.revoked or standing.expires_at <= now:
        raise NotSignedIn("This sign-in has ended; sign in again.")
    return Actor(Role(standing.role), claims.account_id, "api", session_id=claims.session_id, name=standing.name)


async def open_session(ctx: Context, account: Account, client: str) -> Tokens:
    """Begin a sign-in and return its first tokens. ``client`` is a class of clients, never a user agent's text."""
    session_id, now = new_id(), ctx.now()
    refresh_token = new_refresh_token(identity_keys(ctx.settings), session_id, 1)
    ctx.session.add(
        SignIn(
            id=session_id,
            created_at=now,
            account_id=account.id,
            refresh_hash=refresh_token.hash,
            generation=1,
            expires_at=now + timedelta(hours=ctx.settings.get(IdentitySettings).sign_in_hours),
            last_used_at=now,
            client=client,
        )
    )
    return _tokens(ctx, account.id, Role(account.role), refresh_token)


async def refresh(runtime: Runtime, text: str) -> Tokens:
    """Exchange a refresh token for new tokens; it can't be used again.

    Raises NotSignedIn when it is unknown or its sign-in has ended, RefreshRace when it was exchanged within
    the last seconds, TokenReused when it was exchanged before: then the whole sign-in is ended and recorded
    (RFC 9700, section 4.14.2).
    """
    token = read_refresh_token(identity_keys(runtime.settings), text)
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        outcome = await _exchange(ctx, token)
    if isinstance(outcome, Tokens):
        return outcome
    raise outcome


async def _exchange(ctx: Context, token: RefreshToken) -> Tokens | BedsideError:
    fresh = new_refresh_token(identity_keys(ctx.settings), token.session_id, token.generation + 1)
    rotated = await repository.rotate(
        ctx.session, token.session_id, old=token.hash, new=fresh.hash, generation=fresh.generation, now=ctx.now()
    )
    if rotated is None:
        return await _not_exchanged(ctx, token)
    account_id, role, _ = rotated
    return _tokens(ctx, account_id, Role(role), fresh)


async def _not_exchanged(ctx: Context, token: RefreshToken) -> BedsideError:
    row = await repository.sign_in_row(ctx.session, token.session_id)
    ended = row is None or row.revoked_at is not None or row.expires_at <= ctx.now()
    if row is None or ended or row.refresh_hash == token.hash:  # the last: the account is disabled
        return NotSignedIn("This sign-in has ended; sign in again.")
    age = (ctx.now() - row.last_used_at).total_seconds()
    if token.generation == row.generation - 1 and age <= RACE_SECONDS:
        return RefreshRace("This refresh token was exchanged a moment ago; use the new one.")
    row.revoked_at, row.revoked_reason = ctx.now(), "token-reuse"
    ctx.record("account.token_reuse", "account", ids=[row.account_id], outcome="denied", flags=["session-revoked"])
    _log.warning("refresh token used twice; the sign-in was ended", session_id=str(row.id))
    return TokenReused("This sign-in was ended, because its token was used twice. Sign in again.")


def _tokens(ctx: Context, account_id: UUID, role: Role, refresh_token: RefreshToken) -> Tokens:
    issuer = AccessTokens(ctx.settings.get(IdentitySettings))
    return Tokens(
        access_token=issuer.issue(account_id, refresh_token.session_id, role, ctx.now()),
        refresh_token=refresh_token.text,
        expires_in=issuer.seconds,
    )


async def sign_out(ctx: Context) -> None:
    """End the sign-in that the actor came by; nothing happens when it has ended."""
    if ctx.actor.session_id is not None:
        await _revoke(ctx, SignIn.id == ctx.actor.session_id, reason="signed-out", action="account.sign_out")


async def revoke_by_refresh_token(runtime: Runtime, text: str) -> None:
    """End the sign-in of a refresh token, current or old. What is not a token is passed over (RFC 7009, 2.2)."""
    try:
        token = read_refresh_token(identity_keys(runtime.settings), text)
    except NotSignedIn:
        return
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        await _revoke(ctx, SignIn.id == token.session_id, reason="signed-out", action="account.sign_out")


async def sessions_of(ctx: Context, account_id: UUID) -> list[SessionView]:
    """Return an account's sign-ins in force. Raises Forbidden for others' without MANAGE_USERS."""
    if account_id != ctx.actor.id:
        ctx.require(Permission.MANAGE_USERS)
        ctx.record("account.sessions_read", "account", ids=[account_id])
    rows = await repository.active_sign_ins(ctx.session, account_id, ctx.now())
    return [
        SessionView(
            id=row.id,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            client=row.client,
            current=row.id == ctx.actor.session_id,
        )
        for row in rows
    ]


async def revoke_session(ctx: Context, session_id: UUID, *, of: UUID | None = None) -> None:
    """End one sign-in: one's own, or any with MANAGE_USERS; with ``of``, only that account's. Raises NotFound."""
    conditions = [SignIn.id == session_id]
    if of is not None:
        conditions.append(SignIn.account_id == of)
    if not ctx.actor.may(Permission.MANAGE_USERS):
        conditions.append(SignIn.account_id == ctx.actor.id)
    if not await _revoke(ctx, *conditions, reason="revoked", action="account.tokens_revoked"):
        raise NotFound("No such sign-in is in force.")


async def revoke_account(ctx: Context, account_id: UUID, *, reason: str = "revoked", keep: UUID | None = None) -> int:
    """End an account's sign-ins, but ``keep``; return how many. Raises Forbidden for others' without MANAGE_USERS."""
    if account_id != ctx.actor.id:
        ctx.require(Permission.MANAGE_USERS)
    conditions = [SignIn.account_id == account_id]
    if keep is not None:
        conditions.append(SignIn.id != keep)
    return await _revoke(ctx, *conditions, reason=reason, action="account.tokens_revoked")


async def revoke_everybody(ctx: Context) -> int:
    """End every sign-in there is; return how many. Raises Forbidden."""
    ctx.require(Permission.MANAGE_USERS)
    return await _revoke(ctx, reason="revoked", action="account.tokens_revoked")


async def count_sessions(ctx: Context, session_id: UUID | None = None) -> int:
    """Return how many sign-ins are in force, or whether that one is (0 or 1). Raises Forbidden."""
    ctx.require(Permission.MANAGE_USERS)
    conditions = [] if session_id is None else [SignIn.id == session_id]
    return await repository.count_active(ctx.session, ctx.now(), *conditions)


async def _revoke(ctx: Context, *conditions: ColumnElement[bool], reason: str, action: str) -> int:
    ended = await repository.revoke(ctx.session, *conditions, reason=reason, now=ctx.now())
    if ended:
        ctx.record(action, "account", ids={account_id for _, account_id in ended}, flags=[reason])
    return len(ended)


async def measure_sessions(runtime: Runtime) -> int:
    """Set the gauge ``active_sessions_total`` and return it. Called when metrics are asked for."""
    async with runtime.unit_of_work(Actor.system()) as ctx:
        active = await repository.count_active(ctx.session, ctx.now())
    ACTIVE_SESSIONS.set(active)
    return active


async def figures(runtime: Runtime) -> list[Figure]:
    """Return identity's figures for the monitoring page."""
    return [Figure(name="sign_ins.active", unit=Unit.COUNT, value=await measure_sessions(runtime))]
