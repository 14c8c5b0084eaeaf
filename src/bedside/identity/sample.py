"""The sample sign-ins of development, whose password everybody knows."""

from __future__ import annotations

from bedside.identity import repository
from bedside.identity.passwords import hash_password
from bedside.identity.service.accounts import add_account, restore_account
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import Conflict, SettingsError
from bedside.platform.runtime import Runtime

SAMPLE_PASSWORD = "bedside-sample"  # noqa: S105 - public, and refused everywhere but in development
SAMPLE_ACCOUNTS = (
    ("patient@example.org", "Sam Patient", Role.PATIENT),
    ("nurse@example.org", "Noor Nurse", Role.NURSE),
    ("physician@example.org", "Pat Physician", Role.PHYSICIAN),
    ("admin@example.org", "Alex Admin", Role.ADMIN),
)


async def create_sample_accounts(runtime: Runtime) -> int:
    """Create the sample accounts that are missing; return how many. Safe to run again, and by two at once.

    Raises SettingsError unless SAMPLE_DATA is on, which settings permit in development on loopback alone.
    """
    if not runtime.settings.core.sample_data:
        raise SettingsError("Sample accounts need SAMPLE_DATA=true, in development, on a loopback address.")
    created = 0
    async with runtime.unit_of_work(Actor.system()) as ctx:
        missing = [s for s in SAMPLE_ACCOUNTS if not await repository.login_exists(ctx.session, s[0])]
    for login, name, role in missing:
        hashed = await hash_password(SAMPLE_PASSWORD)
        try:
            async with runtime.unit_of_work(Actor.system()) as ctx:
                await add_account(ctx, login=login, name=name, role=role, password_hash=hashed, is_sample=True)
        except Conflict:
            continue  # another process was first
        created += 1
    return created


async def restore_sample_accounts(runtime: Runtime) -> int:
    """Make the sample accounts what they were: name, role, password, no second factor; return how many there are.

    Sign-ins stay in force, so that nobody is thrown out. Raises SettingsError unless SAMPLE_DATA is on.
    """
    created = await create_sample_accounts(runtime)
    hashed = await hash_password(SAMPLE_PASSWORD)
    for login, name, role in SAMPLE_ACCOUNTS:
        async with runtime.unit_of_work(Actor.system()) as ctx:
            await restore_account(ctx, login=login, name=name, role=role, password_hash=hashed)
    return max(created, len(SAMPLE_ACCOUNTS))


async def refuse_sample_accounts(runtime: Runtime) -> None:
    """Raise SettingsError when sample accounts can sign in where SAMPLE_DATA is off. Called at every start."""
    if runtime.settings.core.sample_data:
        return
    async with runtime.unit_of_work(Actor.system()) as ctx:
        logins = await repository.sample_accounts(ctx.session)
    if logins:
        raise SettingsError(
            f"This database holds sample accounts, whose password is public: {', '.join(logins)}. "
            "Disable each (bedside user disable LOGIN) or give it a password of its own "
            "(bedside user reset-password LOGIN); or start with SAMPLE_DATA=true for development on this machine."
        )
