"""Whether somebody guesses passwords, and whether a public password opens anything."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from bedside.identity.check_settings import SignInCheckSettings
from bedside.identity.passwords import verify_password
from bedside.identity.sample import SAMPLE_PASSWORD
from bedside.identity.tables import Account, Credentials, Throttle
from bedside.platform.access.actor import Actor
from bedside.platform.checks import (
    NEEDS_DATABASE,
    Category,
    Check,
    Condition,
    Finding,
    Health,
    measured,
    skipped,
)
from bedside.platform.runtime import Runtime

MOST_ACCOUNTS = 8
"""Sample accounts whose password is tried: each costs a hash, and there are four of them."""


async def _lockouts(runtime: Runtime) -> Finding:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        query = select(func.count()).select_from(Throttle).where(Throttle.locked_until > ctx.now())
        count = (await ctx.session.execute(query)).scalar_one()
    evidence = f"{count} logins and addresses are locked now, after too many failed sign-ins."
    return measured("locked now", count, runtime.settings.get(SignInCheckSettings).limits, evidence)


async def _sample_password(runtime: Runtime) -> Finding:
    if runtime.settings.core.sample_data:
        return skipped("SAMPLE_DATA is on: its sign-ins are public, and settings permit them in development alone.")
    query = (
        select(Account.login, Credentials.password_hash)
        .join(Credentials, Credentials.account_id == Account.id)
        .where(Account.is_sample, Account.disabled_at.is_(None))
        .order_by(Account.login)
        .limit(MOST_ACCOUNTS)
    )
    async with runtime.unit_of_work(Actor.system()) as ctx:
        rows = (await ctx.session.execute(query)).all()
    opened = [row.login for row in rows if await verify_password(row.password_hash, SAMPLE_PASSWORD)]
    return Finding(
        status=Health.DOWN if opened else Health.DEGRADED if rows else Health.HEALTHY,
        evidence=f"{len(rows)} sample accounts can sign in, {len(opened)} with the public password.",
        value=float(len(rows)),
        threshold=1.0,
        conditions=[
            Condition(name="sample accounts", value=str(len(rows)), threshold="0", ok=not rows),
            Condition(name="the public password opens", value=str(len(opened)), threshold="0", ok=not opened),
        ],
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "signin",
        "Lock-outs",
        _lockouts,
        "See which in Users and in the audit log (sign-ins that failed); block the addresses in front of Bedside.",
        name="signin.lockouts",
        category=Category.SECURITY,
        needs=NEEDS_DATABASE,
        thresholds=lambda settings: settings.get(SignInCheckSettings).limits,
    ),
    Check(
        "signin",
        "Sample password",
        _sample_password,
        "Disable them: bedside user disable LOGIN, for each login at example.org.",
        name="signin.sample_password",
        category=Category.SECURITY,
        needs=NEEDS_DATABASE,
        period=timedelta(minutes=10),
    ),
)
