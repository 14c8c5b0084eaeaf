"""The second factor: enrolled, asked for, never accepted twice."""

from __future__ import annotations

import asyncio

import pyotp
import pytest

from bedside.identity.errors import (
    CodeNotValid,
    EnrolmentRequired,
    LockedOut,
    SecondFactorRequired,
    SignInFailed,
)
from bedside.identity.schemas import SecondFactorOffer
from bedside.identity.service import accounts, second_factor
from bedside.identity.tables import Credentials
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import Conflict, Forbidden, NotSignedIn
from bedside.platform.runtime import Runtime
from tests.integration.identity.conftest import (
    PASSWORD,
    AddPerson,
    Enter,
    Person,
    Time,
    authenticated,
    events,
    with_settings,
)


@pytest.fixture
async def nurse(add_person: AddPerson) -> Person:
    return await add_person("nurse@example.org", Role.NURSE)


def code(offer: SecondFactorOffer, time: Time, steps: int = 0) -> str:
    return pyotp.TOTP(offer.secret).at(time.now, counter_offset=steps)


async def enrolled(runtime: Runtime, person: Person, time: Time) -> SecondFactorOffer:
    actor = Actor(person.role, person.id)
    offer = await second_factor.offer(runtime, actor, person.id)
    await second_factor.confirm(runtime, actor, person.id, code(offer, time))
    time.later(minutes=2)
    return offer


async def test_a_confirmed_second_factor_is_asked_for(
    runtime: Runtime, nurse: Person, enter: Enter, time: Time
) -> None:
    offer = await second_factor.offer(runtime, Actor(nurse.role, nurse.id), nurse.id)
    assert offer.address.startswith("otpauth://totp/Bedside:nurse%40example.org?secret=")
    await enter(nurse.login)  # an offer alone changes nothing
    with pytest.raises(CodeNotValid):
        await second_factor.confirm(runtime, Actor(nurse.role, nurse.id), nurse.id, "000000")
    with pytest.raises(CodeNotValid):
        await second_factor.confirm(runtime, Actor(nurse.role, nurse.id), nurse.id, offer.recovery_codes[0])
    await second_factor.confirm(runtime, Actor(nurse.role, nurse.id), nurse.id, code(offer, time))
    time.later(minutes=2)
    with pytest.raises(SecondFactorRequired):
        await enter(nurse.login)
    with pytest.raises(SignInFailed, match="code is wrong"):
        await enter(nurse.login, code="123456" if code(offer, time) != "123456" else "654321")
    with pytest.raises(SignInFailed, match="login or the password"):
        await enter(nurse.login, "wrong", code=code(offer, time))
    actor = await authenticated(runtime, (await enter(nurse.login, code=code(offer, time))).access_token)
    assert actor.id == nurse.id


async def test_a_code_is_accepted_once(runtime: Runtime, nurse: Person, enter: Enter, time: Time) -> None:
    offer = await enrolled(runtime, nurse, time)
    now = code(offer, time)
    await enter(nurse.login, code=now[:3] + " " + now[3:])
    with pytest.raises(SignInFailed):
        await enter(nurse.login, code=now)
    with pytest.raises(SignInFailed):  # one step older than the last accepted
        await enter(nurse.login, code=code(offer, time, -1))
    time.later(seconds=30)
    await enter(nurse.login, code=code(offer, time))


async def test_the_confirming_code_signs_nobody_in(runtime: Runtime, nurse: Person, enter: Enter, time: Time) -> None:
    actor = Actor(nurse.role, nurse.id)
    offer = await second_factor.offer(runtime, actor, nurse.id)
    await second_factor.confirm(runtime, actor, nurse.id, code(offer, time))
    with pytest.raises(SignInFailed):
        await enter(nurse.login, code=code(offer, time))


async def test_one_code_at_once_lets_one_in(runtime: Runtime, nurse: Person, enter: Enter, time: Time) -> None:
    offer = await enrolled(runtime, nurse, time)
    answers = await asyncio.gather(
        *(enter(nurse.login, code=code(offer, time)) for _ in range(4)), return_exceptions=True
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1


async def test_a_code_of_a_minute_ago_is_too_old(runtime: Runtime, nurse: Person, enter: Enter, time: Time) -> None:
    offer = await enrolled(runtime, nurse, time)
    time.later(minutes=5)
    with pytest.raises(SignInFailed):
        await enter(nurse.login, code=code(offer, time, -2))
    await enter(nurse.login, code=code(offer, time, -1))


async def test_each_recovery_code_works_once(runtime: Runtime, nurse: Person, enter: Enter, time: Time) -> None:
    offer = await enrolled(runtime, nurse, time)
    assert len(set(offer.recovery_codes)) == 10
    await enter(nurse.login, code=offer.recovery_codes[0].upper())
    with pytest.raises(SignInFailed):
        await enter(nurse.login, code=offer.recovery_codes[0])
    await enter(nurse.login, code=offer.recovery_codes[1].replace("-", " "))


async def test_guessed_codes_lock_the_login(runtime: Runtime, nurse: Person, enter: Enter, time: Time) -> None:
    offer = await enrolled(runtime, nurse, time)
    for guess in ("000001", "١٢٣٤٥٦", "aaaa-bbbb", "\ud800", "-1"):
        with pytest.raises(SignInFailed):
            await enter(nurse.login, code=guess)
    with pytest.raises(LockedOut):
        await enter(nurse.login, code=code(offer, time))


async def test_the_secret_is_stored_sealed_and_codes_hashed(runtime: Runtime, nurse: Person, time: Time) -> None:
    offer = await enrolled(runtime, nurse, time)
    async with runtime.unit_of_work(Actor.system()) as ctx:
        row = await ctx.session.get(Credentials, nurse.id)
        assert row is not None
        assert row.totp_secret is not None
        assert offer.secret.encode() not in row.totp_secret
        assert len(row.recovery_codes) == 10
        for kept, plain in zip(row.recovery_codes, offer.recovery_codes, strict=True):
            assert plain.encode() not in kept


async def test_staff_must_enrol_where_it_is_required(
    runtime: Runtime, nurse: Person, add_person: AddPerson, enter: Enter, time: Time
) -> None:
    with_settings(runtime, second_factor=True)
    await add_person("patient@example.org")
    await enter("patient@example.org")
    with pytest.raises(SignInFailed):
        await enter(nurse.login, "wrong")
    with pytest.raises(EnrolmentRequired) as error:
        await enter(nurse.login)
    token = error.value.extra["enrolment_token"]
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, token)
    account_id = second_factor.enrolling_account(runtime, token)
    assert account_id == nurse.id
    enrolling = Actor(Role.SYSTEM, account_id)
    offer = await second_factor.offer(runtime, enrolling, account_id)
    await second_factor.confirm(runtime, enrolling, account_id, code(offer, time))
    with pytest.raises(Conflict):
        await second_factor.offer(runtime, enrolling, account_id)
    time.later(seconds=30)
    await enter(nurse.login, code=code(offer, time))
    time.later(minutes=10)
    with pytest.raises(NotSignedIn):
        second_factor.enrolling_account(runtime, token)


async def test_removing_asks_for_password_and_code(runtime: Runtime, nurse: Person, enter: Enter, time: Time) -> None:
    offer = await enrolled(runtime, nurse, time)
    actor = Actor(nurse.role, nurse.id)
    with pytest.raises(SignInFailed):
        await second_factor.remove(runtime, actor, "wrong", code(offer, time))
    with pytest.raises(SignInFailed):
        await second_factor.remove(runtime, actor, PASSWORD, "000000")
    await second_factor.remove(runtime, actor, PASSWORD, code(offer, time))
    with pytest.raises(Conflict):
        await second_factor.remove(runtime, actor, PASSWORD, code(offer, time))
    await enter(nurse.login)


async def test_an_administrator_removes_a_lost_one(runtime: Runtime, nurse: Person, enter: Enter, time: Time) -> None:
    offer = await enrolled(runtime, nurse, time)
    tokens = await enter(nurse.login, code=code(offer, time))
    with pytest.raises(Forbidden):
        await second_factor.reset(runtime, Actor(nurse.role, nurse.id), nurse.id)
    await second_factor.reset(runtime, Actor.host_operator("root"), nurse.id)
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, tokens.access_token)
    await enter(nurse.login)
    assert [e.ids for e in await events(runtime, "account.second_factor_reset")] == [(nurse.id,)]


async def test_who_becomes_staff_without_one_is_signed_out(
    runtime: Runtime, add_person: AddPerson, enter: Enter
) -> None:
    person = await add_person("patient@example.org")
    tokens = await enter(person.login)
    with_settings(runtime, second_factor=True)
    async with runtime.unit_of_work(Actor(Role.ADMIN)) as ctx:
        await accounts.change_role(ctx, person.id, Role.NURSE)
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, tokens.access_token)
