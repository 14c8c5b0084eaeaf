"""Signing in against a real database."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from bedside.identity import passwords
from bedside.identity.errors import LockedOut, SignInFailed
from bedside.identity.schemas import Tokens
from bedside.identity.service import accounts, sign_in
from bedside.identity.tables import Credentials, SignIn, Throttle
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import NotSignedIn
from bedside.platform.runtime import Runtime
from tests.integration.identity.conftest import (
    AddPerson,
    Enter,
    Time,
    authenticated,
    events,
    with_settings,
)


async def test_a_sign_in_gives_tokens_of_the_account(runtime: Runtime, add_person: AddPerson, enter: Enter) -> None:
    nurse = await add_person("nurse@example.org", Role.NURSE)
    tokens = await enter("  NURSE@Example.org ")
    actor = await authenticated(runtime, tokens.access_token)
    assert (actor.id, actor.role, actor.via) == (nurse.id, Role.NURSE, "api")
    assert actor.session_id is not None
    assert tokens.expires_in == 900
    (event,) = await events(runtime, "account.sign_in")
    assert (event.outcome, event.flags, event.ids) == ("success", (), (nurse.id,))


async def test_a_unicode_login_is_found_in_any_form(runtime: Runtime, add_person: AddPerson, enter: Enter) -> None:
    await add_person("ärztin@klinik.example", Role.PHYSICIAN)
    tokens = await enter("A\u0308RZTIN@Klinik.Example")
    assert (await authenticated(runtime, tokens.access_token)).role is Role.PHYSICIAN


@pytest.mark.parametrize(
    ("login", "password", "flag"),
    [
        ("nurse@example.org", "seven quiet herons wadE", "wrong-password"),
        ("nurse@example.org", "x" * 5000, "wrong-password"),
        ("nobody@example.org", "seven quiet herons wade", "unknown-login"),
        ("", "seven quiet herons wade", "unknown-login"),
        ("no login at all", "x", "unknown-login"),
        ("nurse@example.org\x00", "seven quiet herons wade", "unknown-login"),
        ("' OR 1=1 --@example.org", "x", "unknown-login"),
        ("x" * 10_000 + "@example.org", "x", "unknown-login"),
        ("\ud800@example.org", "x", "unknown-login"),
    ],
)
async def test_what_is_wrong_is_recorded_and_not_told(
    login: str, password: str, flag: str, runtime: Runtime, add_person: AddPerson, enter: Enter
) -> None:
    await add_person("nurse@example.org", Role.NURSE)
    with pytest.raises(SignInFailed) as error:
        await enter(login, password)
    assert str(error.value).startswith("The login or the password is wrong, or the account is disabled.")
    (event,) = await events(runtime, "account.sign_in")
    assert (event.outcome, event.flags) == ("failed", (flag,))


async def test_an_unknown_login_takes_the_steps_of_a_known_one(
    runtime: Runtime, add_person: AddPerson, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of a shared machine proves nothing; that the same comparison runs in both cases does."""
    await add_person("nurse@example.org", Role.NURSE)
    compared: list[str] = []
    verify = passwords._verify

    def seen(stored: str, password: str) -> bool:
        compared.append(stored.rsplit("$", 2)[0])
        return verify(stored, password)

    monkeypatch.setattr(passwords, "_verify", seen)
    for login in ("nurse@example.org", "nobody@example.org", "no address"):
        with pytest.raises(SignInFailed):
            await enter(login, "not the right password")
    assert len(compared) == 3
    assert len(set(compared)) == 1


async def test_a_disabled_account_is_refused_and_its_sign_ins_end(
    runtime: Runtime, add_person: AddPerson, enter: Enter
) -> None:
    nurse = await add_person("nurse@example.org", Role.NURSE)
    tokens = await enter(nurse.login)
    async with runtime.unit_of_work(Actor(Role.ADMIN)) as ctx:
        await accounts.disable(ctx, nurse.id)
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, tokens.access_token)
    with pytest.raises(SignInFailed):
        await enter(nurse.login)
    assert (await events(runtime, "account.sign_in"))[-1].flags == ("disabled",)
    async with runtime.unit_of_work(Actor(Role.ADMIN)) as ctx:
        await accounts.enable(ctx, nurse.id)
    await enter(nurse.login)


async def test_an_account_without_a_password_can_not_be_entered(runtime: Runtime, enter: Enter) -> None:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        await accounts.add_account(ctx, login="new@example.org", name="New", role=Role.NURSE, password_hash="")
    for password in ("", " ", "seven quiet herons wade"):
        with pytest.raises(SignInFailed):
            await enter("new@example.org", password)


@pytest.mark.parametrize("login", ["nurse@example.org", "nobody@example.org"])
async def test_five_failures_lock_a_login_whether_or_not_it_exists(
    login: str, runtime: Runtime, add_person: AddPerson, enter: Enter, time: Time
) -> None:
    await add_person("nurse@example.org", Role.NURSE)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await enter(login, "wrong")
    with pytest.raises(LockedOut, match="Wait 15 minutes") as error:
        await enter(login, address="203.0.113.9")
    assert error.value.extra["retry_after"] == 900
    assert (await events(runtime, "account.sign_in"))[-2].flags[0] == "locked-out"
    assert (await events(runtime, "account.sign_in"))[-1].outcome == "denied"
    time.later(minutes=15, seconds=1)
    await enter("nurse@example.org")


async def test_failures_that_lie_apart_do_not_add_up(add_person: AddPerson, enter: Enter, time: Time) -> None:
    await add_person("nurse@example.org", Role.NURSE)
    for _ in range(12):
        with pytest.raises(SignInFailed):
            await enter("nurse@example.org", "wrong")
        time.later(minutes=4)
    await enter("nurse@example.org")


async def test_a_right_password_starts_the_count_anew(add_person: AddPerson, enter: Enter) -> None:
    await add_person("nurse@example.org", Role.NURSE)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(SignInFailed):
                await enter("nurse@example.org", "wrong")
        await enter("nurse@example.org")


async def test_an_address_is_locked_for_many_logins(runtime: Runtime, add_person: AddPerson, enter: Enter) -> None:
    with_settings(runtime, lockout_address_failures=8)
    await add_person("nurse@example.org", Role.NURSE)
    for number in range(8):
        with pytest.raises(SignInFailed):
            await enter(f"guess{number}@example.org", "wrong", address="203.0.113.9")
    with pytest.raises(LockedOut):
        await enter("nurse@example.org", address="203.0.113.9")
    await enter("nurse@example.org", address="198.51.100.20")


async def test_no_address_or_unknown_login_is_stored(runtime: Runtime, enter: Enter) -> None:
    with pytest.raises(SignInFailed):
        await enter("planted@example.org", "wrong", address="203.0.113.77")
    async with runtime.unit_of_work(Actor.system()) as ctx:
        rows = (await ctx.session.execute(select(Throttle))).scalars().all()
    assert {row.kind for row in rows} == {"login", "address"}
    for row in rows:
        assert len(row.subject) == 32
        assert b"planted" not in row.subject
        assert b"203.0.113" not in row.subject


async def test_simultaneous_guesses_get_no_more_answers_than_the_limit(
    runtime: Runtime, add_person: AddPerson, enter: Enter
) -> None:
    """Forty at once, the right one among the last: at most five are told that they were wrong."""
    await add_person("nurse@example.org", Role.NURSE)

    async def guess(password: str, delay: float) -> str:
        await asyncio.sleep(delay)
        try:
            await enter("nurse@example.org", password)
        except (SignInFailed, LockedOut) as error:
            return type(error).__name__
        return "in"

    right = guess("seven quiet herons wade", 1.0)
    told = Counter(await asyncio.gather(*(guess(f"guess {n}", 0) for n in range(40)), right))
    assert told["SignInFailed"] == 5
    assert told["LockedOut"] == 36
    outcomes = Counter(event.outcome for event in await events(runtime, "account.sign_in"))
    assert outcomes == {"failed": 5, "denied": 36}


async def test_simultaneous_right_passwords_all_get_in(runtime: Runtime, add_person: AddPerson, enter: Enter) -> None:
    await add_person("nurse@example.org", Role.NURSE)
    tokens = await asyncio.gather(*(enter("nurse@example.org") for _ in range(20)))
    assert all(isinstance(found, Tokens) for found in tokens)
    async with runtime.unit_of_work(Actor.system()) as ctx:
        assert (await ctx.session.execute(select(func.count()).select_from(SignIn))).scalar_one() == 20


async def test_a_password_changed_meanwhile_lets_nobody_in_with_the_old(
    runtime: Runtime, add_person: AddPerson, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse = await add_person("nurse@example.org", Role.NURSE)
    prove = sign_in._prove

    async def slow(stored: str | None, password: str) -> Any:
        proof = await prove(stored, password)
        async with runtime.unit_of_work(Actor.system()) as ctx:
            row = await ctx.session.get(Credentials, nurse.id)
            assert row is not None
            row.password_hash = await passwords.hash_password("another one entirely")
        return proof

    monkeypatch.setattr(sign_in, "_prove", slow)
    with pytest.raises(SignInFailed):
        await enter(nurse.login)


async def test_a_hash_of_older_parameters_is_renewed(runtime: Runtime, add_person: AddPerson, enter: Enter) -> None:
    nurse = await add_person("nurse@example.org", Role.NURSE)
    older = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(nurse.password)
    assert passwords.needs_rehash(older)
    async with runtime.unit_of_work(Actor.system()) as ctx:
        row = await ctx.session.get(Credentials, nurse.id)
        assert row is not None
        row.password_hash = older
    await enter(nurse.login)
    async with runtime.unit_of_work(Actor.system()) as ctx:
        row = await ctx.session.get(Credentials, nurse.id)
        assert row is not None
        assert not passwords.needs_rehash(row.password_hash)
    await enter(nurse.login)


async def test_no_secret_reaches_the_log(
    runtime: Runtime, add_person: AddPerson, enter: Enter, capfd: pytest.CaptureFixture[str]
) -> None:
    person = await add_person("planted-login@example.org", Role.NURSE, password="planted password of mine")
    tokens = await enter(person.login, person.password)
    for _ in range(6):
        with pytest.raises((SignInFailed, LockedOut)):
            await enter(person.login, "planted wrong password")
    captured = capfd.readouterr()
    for text in (captured.out, captured.err):
        assert "planted" not in text
        assert tokens.refresh_token not in text
