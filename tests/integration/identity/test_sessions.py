"""Refresh tokens and sign-ins: rotated, reused, revoked, ended."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from bedside.identity.access_tokens import AccessTokens
from bedside.identity.errors import RefreshRace, TokenReused
from bedside.identity.keys import IdentityKeys, identity_keys
from bedside.identity.refresh_tokens import new_refresh_token
from bedside.identity.service import accounts, sessions
from bedside.identity.service.retention import RETENTION
from bedside.identity.settings import IdentitySettings
from bedside.identity.tables import SignIn, Throttle
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import Forbidden, NotFound, NotSignedIn
from bedside.platform.metrics import ACTIVE_SESSIONS
from bedside.platform.runtime import Runtime
from tests.integration.identity.conftest import AddPerson, Enter, Time, authenticated, events


@pytest.fixture
async def nurse(add_person: AddPerson) -> object:
    return await add_person("nurse@example.org", Role.NURSE)


@pytest.mark.usefixtures("nurse")
async def test_a_refresh_gives_new_tokens_of_the_same_sign_in(runtime: Runtime, enter: Enter, time: Time) -> None:
    first = await enter("nurse@example.org")
    time.later(minutes=20)
    with pytest.raises(NotSignedIn, match="expired"):
        await authenticated(runtime, first.access_token)
    second = await sessions.refresh(runtime, first.refresh_token)
    assert second.refresh_token != first.refresh_token
    actor = await authenticated(runtime, second.access_token)
    third = await sessions.refresh(runtime, second.refresh_token)
    assert (await authenticated(runtime, third.access_token)).session_id == actor.session_id


@pytest.mark.usefixtures("nurse")
async def test_a_token_used_twice_ends_the_sign_in_for_both(runtime: Runtime, enter: Enter, time: Time) -> None:
    stolen = await enter("nurse@example.org")
    owner = await sessions.refresh(runtime, stolen.refresh_token)
    time.later(minutes=1)
    with pytest.raises(TokenReused):
        await sessions.refresh(runtime, stolen.refresh_token)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(runtime, owner.refresh_token)
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, owner.access_token)
    (event,) = await events(runtime, "account.token_reuse")
    assert (event.outcome, event.flags) == ("denied", ("session-revoked",))
    async with runtime.unit_of_work(Actor.system()) as ctx:
        (row,) = (await ctx.session.execute(select(SignIn))).scalars()
    assert row.revoked_reason == "token-reuse"


@pytest.mark.usefixtures("nurse")
async def test_two_tabs_at_once_do_not_end_the_sign_in(runtime: Runtime, enter: Enter, time: Time) -> None:
    first = await enter("nurse@example.org")
    answers = await asyncio.gather(
        *(sessions.refresh(runtime, first.refresh_token) for _ in range(8)), return_exceptions=True
    )
    (winner,) = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert [type(answer) for answer in answers].count(RefreshRace) == 7
    time.later(seconds=30)
    await sessions.refresh(runtime, winner.refresh_token)


@pytest.mark.usefixtures("nurse")
async def test_an_older_generation_is_reuse_even_within_a_moment(runtime: Runtime, enter: Enter, time: Time) -> None:
    first = await enter("nurse@example.org")
    second = await sessions.refresh(runtime, first.refresh_token)
    await sessions.refresh(runtime, second.refresh_token)
    with pytest.raises(TokenReused):
        await sessions.refresh(runtime, first.refresh_token)


@pytest.mark.usefixtures("nurse")
async def test_made_up_refresh_tokens_end_nothing(runtime: Runtime, enter: Enter) -> None:
    tokens = await enter("nurse@example.org")
    session_id = (await authenticated(runtime, tokens.access_token)).session_id
    assert session_id is not None
    forged = new_refresh_token(IdentityKeys(b"x" * 32), session_id, 1).text
    unknown = new_refresh_token(identity_keys(runtime.settings), uuid4(), 1).text
    for sent in (forged, unknown, "", "x" * 5000, tokens.access_token):
        with pytest.raises(NotSignedIn):
            await sessions.refresh(runtime, sent)
        await sessions.revoke_by_refresh_token(runtime, forged)
    await sessions.refresh(runtime, tokens.refresh_token)


@pytest.mark.usefixtures("nurse")
async def test_a_sign_in_ends_after_a_day_however_often_it_is_refreshed(
    runtime: Runtime, enter: Enter, time: Time
) -> None:
    tokens = await enter("nurse@example.org")
    for _ in range(23):
        time.later(hours=1)
        tokens = await sessions.refresh(runtime, tokens.refresh_token)
    time.later(minutes=59)
    tokens = await sessions.refresh(runtime, tokens.refresh_token)
    time.later(minutes=2)
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, tokens.access_token)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(runtime, tokens.refresh_token)


@pytest.mark.usefixtures("nurse")
async def test_signing_out_ends_this_sign_in_alone(runtime: Runtime, enter: Enter) -> None:
    here, there = await enter("nurse@example.org"), await enter("nurse@example.org")
    actor = await authenticated(runtime, here.access_token)
    async with runtime.unit_of_work(actor) as ctx:
        await sessions.sign_out(ctx)
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, here.access_token)
    await authenticated(runtime, there.access_token)
    await sessions.revoke_by_refresh_token(runtime, there.refresh_token)
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, there.access_token)
    assert [event.ids for event in await events(runtime, "account.sign_out")] == [(actor.id,), (actor.id,)]


async def test_a_role_counts_from_the_next_request_on(runtime: Runtime, add_person: AddPerson, enter: Enter) -> None:
    person = await add_person("nurse@example.org", Role.NURSE)
    tokens = await enter(person.login)
    async with runtime.unit_of_work(Actor(Role.ADMIN)) as ctx:
        await accounts.change_role(ctx, person.id, Role.PATIENT)
    assert (await authenticated(runtime, tokens.access_token)).role is Role.PATIENT


async def test_nobody_sees_or_ends_another_ones_sign_ins(runtime: Runtime, add_person: AddPerson, enter: Enter) -> None:
    one, other = await add_person("one@example.org"), await add_person("other@example.org", Role.PHYSICIAN)
    mine = await authenticated(runtime, (await enter(one.login)).access_token)
    theirs = await authenticated(runtime, (await enter(other.login)).access_token)
    assert theirs.session_id is not None
    async with runtime.unit_of_work(mine) as ctx:
        (seen,) = await sessions.sessions_of(ctx, one.id)
        assert (seen.id, seen.current) == (mine.session_id, True)
    for refused in (
        lambda c: sessions.sessions_of(c, other.id),
        lambda c: sessions.revoke_account(c, other.id),
        sessions.revoke_everybody,
        sessions.count_sessions,
    ):
        with pytest.raises(Forbidden):
            async with runtime.unit_of_work(mine) as ctx:
                await refused(ctx)
    with pytest.raises(NotFound):
        async with runtime.unit_of_work(mine) as ctx:
            await sessions.revoke_session(ctx, theirs.session_id)
    async with runtime.unit_of_work(Actor(Role.ADMIN)) as ctx:
        await sessions.revoke_session(ctx, theirs.session_id)
        assert await sessions.revoke_account(ctx, one.id) == 1


@pytest.mark.usefixtures("nurse")
async def test_old_sign_ins_are_cleaned_up_and_the_gauge_counts_the_rest(
    runtime: Runtime, enter: Enter, time: Time
) -> None:
    await enter("nurse@example.org")
    time.later(days=32)
    await enter("nurse@example.org")
    (kind,) = RETENTION
    before = runtime.clock.now() - timedelta(days=1)
    expected, forgotten = await kind.count(runtime, before), 0
    while deleted := await kind.forget(runtime, before, 100):
        forgotten += deleted
    assert forgotten == expected > 0
    assert await sessions.measure_sessions(runtime) == 1
    assert ACTIVE_SESSIONS._value.get() == 1
    async with runtime.unit_of_work(Actor.system()) as ctx:
        assert len((await ctx.session.execute(select(SignIn))).scalars().all()) == 1
        assert (await ctx.session.execute(select(Throttle))).scalars().all() == []


async def test_asking_who_a_token_is_leaves_no_rights_behind(
    runtime: Runtime, add_person: AddPerson, enter: Enter
) -> None:
    person = await add_person("somebody@example.org")
    tokens = await enter(person.login)
    claims = AccessTokens(runtime.settings.get(IdentitySettings)).read(tokens.access_token, runtime.clock.now())
    ask = text("SELECT name FROM sign_in_standing(:session, :account)")
    asked = {"session": claims.session_id, "account": person.id}
    for before in ("", "patient", "nobody"):
        async with runtime.database.engine.connect() as connection:
            await connection.execute(text("BEGIN"))
            await connection.execute(text("SELECT set_config('bedside.actor_role', :role, true)"), {"role": before})
            assert (await connection.execute(ask, asked)).scalar_one() == "Somebody"
            role = await connection.execute(text("SELECT current_setting('bedside.actor_role')"))
            assert role.scalar_one() == before
            assert (await connection.execute(text("SELECT count(*) FROM accounts"))).scalar_one() == 0
            await connection.execute(text("ROLLBACK"))
