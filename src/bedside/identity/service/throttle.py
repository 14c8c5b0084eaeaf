"""Counting failures, and locking what has failed too often. All in PostgreSQL, so a restart forgets nothing.

Whoever decides about an attempt holds the rows' locks while deciding. So of any number of simultaneous
guesses, no more than the limit are answered; the rest hear that the login is locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from bedside.identity import repository
from bedside.identity.errors import LockedOut
from bedside.identity.settings import IdentitySettings
from bedside.platform.access.context import Context

LOGIN = "login"
ADDRESS = "address"
ACCOUNT = "account"
LINK_ADDRESS = "link-address"
SIGN_UP_ADDRESS = "sign-up-address"

Limits = Mapping[tuple[str, bytes], int]


async def locked_until(ctx: Context, limits: Limits, *, lock: bool = False) -> datetime | None:
    """Return until when any of the subjects is locked, else None. ``lock``: nobody else decides meanwhile."""
    rows = await repository.throttles(ctx.session, list(limits), lock=lock)
    ends = [row.locked_until for row in rows if row.locked_until is not None and row.locked_until > ctx.now()]
    return max(ends, default=None)


@dataclass(frozen=True)
class Count:
    """What counting came to: ``until`` when a subject is locked now, ``newly`` when this failure locked it."""

    until: datetime | None
    newly: bool


async def count(ctx: Context, limits: Limits) -> Count:
    """Count one failure against each subject, unless one was locked while this attempt was on its way."""
    now, window = ctx.now(), _window(ctx)
    await repository.ensure_throttles(ctx.session, list(limits), now + window)
    rows = await repository.throttles(ctx.session, list(limits), lock=True)
    already = [row.locked_until for row in rows if row.locked_until is not None and row.locked_until > now]
    if already:
        return Count(max(already), newly=False)
    newly = False
    for row in rows:
        if row.counted_until <= now:
            row.failures, row.counted_until = 0, now + window
        row.failures += 1
        if row.failures >= limits[row.kind, row.subject]:
            row.failures, row.locked_until = 0, now + window
            newly = True
    return Count(now + window if newly else None, newly)


def locked_out(until: datetime, now: datetime) -> LockedOut:
    """Return the error for a lock that ends at ``until``."""
    seconds = max(1, ceil((until - now).total_seconds()))
    return LockedOut(
        f"Too many attempts have failed. Wait {ceil(seconds / 60)} minutes, then try again.", retry_after=seconds
    )


def _window(ctx: Context) -> timedelta:
    return timedelta(minutes=ctx.settings.get(IdentitySettings).lockout_minutes)


async def refuse_locked(ctx: Context, limits: Limits, *, lock: bool = False) -> None:
    """Raise LockedOut when any of the subjects is locked."""
    until = await locked_until(ctx, limits, lock=lock)
    if until is not None:
        raise locked_out(until, ctx.now())
