"""Accounts as administrators manage them, and who may see what in PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import ProgrammingError

from bedside.identity.errors import LockedOut, PasswordRefused, SignInFailed, SignUpClosed
from bedside.identity.sample import SAMPLE_PASSWORD, create_sample_accounts, refuse_sample_accounts
from bedside.identity.schemas import AccountFilters, AccountView, NewAccount, SignUp
from bedside.identity.service import accounts, own_password
from bedside.identity.tables import Account, Credentials, OneTimeLink, SignIn, Throttle
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import BadInput, Conflict, Forbidden, NotFound, SettingsError
from bedside.platform.runtime import Runtime
from tests.integration.identity.conftest import PASSWORD, AddPerson, Enter, Person, Time, events, with_settings

ADMIN = Actor(Role.ADMIN)


def new(login: str = "new@example.org", role: Role = Role.NURSE, password: str | None = PASSWORD) -> NewAccount:
    return NewAccount.model_validate({"login": login, "display_name": "New Person", "role": role, "password": password})


async def create(runtime: Runtime, actor: Actor, wanted: NewAccount) -> AccountView:
    hashed = await accounts.prepare_password(
        runtime.settings, wanted.password, login=wanted.login, name=wanted.display_name
    )
    async with runtime.unit_of_work(actor) as ctx:
        return await accounts.create_account(ctx, wanted, hashed)


async def test_an_administrator_creates_an_account(runtime: Runtime, enter: Enter) -> None:
    made = await create(runtime, ADMIN, new("New@Example.org"))
    assert (made.login, made.role, made.disabled_at, made.second_factor) == ("new@example.org", Role.NURSE, None, False)
    await enter("new@example.org")
    (event,) = await events(runtime, "account.create")
    assert event.ids == (made.id,)


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE, Role.PHYSICIAN])
async def test_nobody_else_manages_accounts(role: Role, runtime: Runtime, add_person: AddPerson) -> None:
    person = await add_person("somebody@example.org", role)
    actor = Actor(role, person.id)
    for refused in (
        lambda c: accounts.create_account(c, new(password=None), ""),
        lambda c: accounts.list_accounts(c, after=None, limit=10),
        lambda c: accounts.find_account(c, str(person.id)),
        lambda c: accounts.disable(c, person.id),
        lambda c: accounts.enable(c, person.id),
        lambda c: accounts.unlock(c, person.id),
        lambda c: accounts.change_role(c, person.id, Role.ADMIN),
        lambda c: accounts.order_reset(c, person.id),
        lambda c: accounts.login_taken(c, "x@example.org"),
    ):
        with pytest.raises(Forbidden):
            async with runtime.unit_of_work(actor) as ctx:
                await refused(ctx)
    assert {event.outcome for event in await events(runtime, "access.denied")} == {"denied"}


async def test_a_login_is_taken_once_in_any_spelling_also_at_once(runtime: Runtime) -> None:
    answers = await asyncio.gather(
        *(create(runtime, ADMIN, new(login)) for login in ("Eva@example.org", "eva@EXAMPLE.org", "EVA@example.org")),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["AccountView", "Conflict", "Conflict"]


async def test_lists_come_in_pages(runtime: Runtime, add_person: AddPerson) -> None:
    made = [await add_person(f"p{n}@example.org", Role.PATIENT if n % 2 else Role.NURSE) for n in range(5)]
    seen, after = [], None
    while True:
        async with runtime.unit_of_work(ADMIN) as ctx:
            page = await accounts.list_accounts(ctx, after=after, limit=2)
        seen += [item.id for item in page.items]
        after = page.next
        if after is None:
            break
    assert seen == [person.id for person in made]
    async with runtime.unit_of_work(ADMIN) as ctx:
        nurses = await accounts.list_accounts(ctx, after=None, limit=10, filters=AccountFilters(role=Role.NURSE))
    assert [item.id for item in nurses.items] == [made[0].id, made[2].id, made[4].id]
    for cursor in ("x", "'; DROP TABLE accounts; --"):
        with pytest.raises(BadInput):
            async with runtime.unit_of_work(ADMIN) as ctx:
                await accounts.list_accounts(ctx, after=cursor, limit=2)


async def found(runtime: Runtime, **filters: object) -> list[str]:
    async with runtime.unit_of_work(ADMIN) as ctx:
        page = await accounts.list_accounts(
            ctx, after=None, limit=50, filters=AccountFilters.model_validate({**filters})
        )
    return [item.login for item in page.items]


async def test_accounts_are_searched_by_login_and_name(runtime: Runtime, add_person: AddPerson) -> None:
    ada, ben = await add_person("ada@example.org", Role.NURSE), await add_person("ben_50%@example.com")
    async with runtime.unit_of_work(ADMIN) as ctx:
        await accounts.disable(ctx, ben.id)
        await ctx.session.execute(update(Account).where(Account.id == ada.id).values(display_name="Zoë Łukasz [b]"))
    assert await found(runtime, search="ADA@") == [ada.login]
    assert await found(runtime, search="zoë") == [ada.login]
    assert await found(runtime, search="łukasz [B]") == [ada.login]
    assert await found(runtime, search="example") == [ada.login, ben.login]
    assert await found(runtime, search="example", role=Role.NURSE) == [ada.login]
    assert await found(runtime, disabled=True) == [ben.login]
    assert await found(runtime, disabled=False) == [ada.login]
    assert await found(runtime, search=" ") == await found(runtime) == [ada.login, ben.login]


@pytest.mark.parametrize(
    "search", ["_", "%", "50%", "n_50", "a\x00da@", "'; DROP TABLE accounts; --", "\\", "\ud800", "x" * 500]
)
async def test_a_hostile_search_is_words_like_any_other(runtime: Runtime, add_person: AddPerson, search: str) -> None:
    for login in ("ada@example.org", "ben_50%@example.com"):
        await add_person(login)
    expected = {"_": 1, "%": 1, "50%": 1, "n_50": 1, "a\x00da@": 1, "\ud800": 2}
    assert len(await found(runtime, search=search)) == expected.get(search, 0)


async def test_locks_and_sign_ins_are_shown_and_a_lock_is_lifted(
    runtime: Runtime, add_person: AddPerson, enter: Enter, time: Time
) -> None:
    with_settings(runtime, lockout_failures=3)
    person, other = await add_person("ada@example.org", Role.NURSE), await add_person("ben@example.org")
    await enter(person.login)
    time.later(minutes=1)
    await enter(person.login)
    for _ in range(3):
        with pytest.raises(SignInFailed):
            await enter(person.login, "not it")
    async with runtime.unit_of_work(ADMIN) as ctx:
        ada, ben = (await accounts.list_accounts(ctx, after=None, limit=9)).items
        assert ada == await accounts.find_account(ctx, str(person.id))
    assert ada.locked_until is not None
    assert (ada.locked_until > time.now, ada.sessions, ada.last_sign_in_at) == (True, 2, time.now)
    assert (ben.id, ben.locked_until, ben.sessions, ben.last_sign_in_at) == (other.id, None, 0, None)
    with pytest.raises(LockedOut):
        await enter(person.login)
    async with runtime.unit_of_work(ADMIN) as ctx:
        assert (await accounts.unlock(ctx, person.id)).locked_until is None
    await enter(person.login)
    (event,) = await events(runtime, "account.unlock")
    assert event.ids == (person.id,)


async def test_unlocking_does_not_enable(runtime: Runtime, add_person: AddPerson, enter: Enter) -> None:
    person = await add_person("ada@example.org")
    async with runtime.unit_of_work(ADMIN) as ctx:
        await accounts.disable(ctx, person.id)
        assert (await accounts.unlock(ctx, person.id)).disabled_at is not None
    with pytest.raises(SignInFailed):
        await enter(person.login)


async def test_a_lock_that_is_over_is_not_shown(
    runtime: Runtime, add_person: AddPerson, enter: Enter, time: Time
) -> None:
    with_settings(runtime, lockout_failures=3, lockout_minutes=15)
    person = await add_person("ada@example.org")
    for _ in range(3):
        with pytest.raises(SignInFailed):
            await enter(person.login, "not it")
    time.later(minutes=16)
    async with runtime.unit_of_work(ADMIN) as ctx:
        assert (await accounts.find_account(ctx, str(person.id))).locked_until is None


async def test_the_last_administrator_stays(runtime: Runtime, add_person: AddPerson) -> None:
    one, other = await add_person("one@example.org", Role.ADMIN), await add_person("other@example.org", Role.ADMIN)

    async def remove(actor: Person, target: Person) -> None:
        async with runtime.unit_of_work(Actor(Role.ADMIN, actor.id)) as ctx:
            await accounts.disable(ctx, target.id)

    answers = await asyncio.gather(remove(one, other), remove(other, one), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "NoneType"]
    async with runtime.unit_of_work(ADMIN) as ctx:
        left = [a for a in (await accounts.list_accounts(ctx, after=None, limit=9)).items if a.disabled_at is None]
    with pytest.raises(Conflict, match="last administrator"):
        async with runtime.unit_of_work(ADMIN) as ctx:
            await accounts.change_role(ctx, left[0].id, Role.NURSE)
    async with runtime.unit_of_work(Actor.host_operator("root")) as ctx:
        await accounts.disable(ctx, left[0].id)


async def test_an_unknown_account_is_not_found(runtime: Runtime) -> None:
    for login in ("nobody@example.org", "0190f0f0-0000-7000-8000-000000000000", "x"):
        with pytest.raises(NotFound):
            async with runtime.unit_of_work(ADMIN) as ctx:
                await accounts.find_account(ctx, login)


async def test_patients_sign_up_where_it_is_allowed(runtime: Runtime, enter: Enter) -> None:
    wanted = SignUp.model_validate({"login": "Eva@example.org", "display_name": "Eva", "password": PASSWORD})
    with pytest.raises(SignUpClosed):
        await accounts.sign_up(runtime, wanted, "203.0.113.9")
    with_settings(runtime, allow_sign_up=True)
    made = await accounts.sign_up(runtime, wanted, "203.0.113.9")
    assert made.role is Role.PATIENT
    await enter("eva@example.org")
    with pytest.raises(Conflict):
        await accounts.sign_up(runtime, wanted, "203.0.113.9")
    poor = wanted.model_copy(
        update={"password": SignUp.model_validate({**wanted.model_dump(), "password": "x"}).password}
    )
    for _ in range(8):
        with pytest.raises(PasswordRefused):
            await accounts.sign_up(runtime, poor, "203.0.113.9")
    with pytest.raises(LockedOut):
        await accounts.sign_up(runtime, wanted, "203.0.113.9")


TABLES = (Account, Credentials, SignIn, OneTimeLink, Throttle)


@pytest.fixture
async def populated(runtime: Runtime, add_person: AddPerson, enter: Enter) -> dict[Role, Person]:
    people = {role: await add_person(f"{role}@example.org", role) for role in Role if role is not Role.SYSTEM}
    for person in people.values():
        await enter(person.login)
    with pytest.raises(SignInFailed):
        await enter("nobody@example.org")
    async with runtime.unit_of_work(Actor.system()) as ctx:
        person = people[Role.PATIENT]
        ctx.session.add(OneTimeLink(created_at=ctx.now(), account_id=person.id, token_hash=b"x", expires_at=ctx.now()))
    return people


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.PATIENT, (1, 1, 1, 0, 0)),
        (Role.NURSE, (1, 1, 1, 0, 0)),
        (Role.PHYSICIAN, (1, 1, 1, 0, 0)),
        (Role.ADMIN, (4, 1, 4, 0, 2)),
        (Role.SYSTEM, (4, 4, 4, 1, 2)),
    ],
)
async def test_what_each_role_sees_even_by_a_faulty_query(
    role: Role, seen: tuple[int, ...], runtime: Runtime, populated: dict[Role, Person]
) -> None:
    actor = Actor(role, populated[role].id) if role in populated else Actor.system()
    async with runtime.unit_of_work(actor) as ctx:
        counts = [(await ctx.session.execute(select(func.count()).select_from(table))).scalar_one() for table in TABLES]
    assert tuple(counts) == seen


async def test_without_an_actor_there_are_no_rows(runtime: Runtime, populated: dict[Role, Person]) -> None:
    async with runtime.database.session() as session:
        for table in TABLES:
            assert (await session.execute(select(func.count()).select_from(table))).scalar_one() == 0


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE, Role.PHYSICIAN])
async def test_nobody_can_give_themselves_a_role_or_change_others(
    role: Role, runtime: Runtime, populated: dict[Role, Person]
) -> None:
    actor, admin = Actor(role, populated[role].id), populated[Role.ADMIN].id
    async with runtime.unit_of_work(actor) as ctx:
        assert (await ctx.session.execute(update(Account).values(role="admin"))).rowcount == 0
        changed = await ctx.session.execute(update(Credentials).values(password_hash="x"))
        assert changed.rowcount == 1
        revoked = update(SignIn).values(revoked_at=ctx.now(), revoked_reason="x")
        assert (await ctx.session.execute(revoked)).rowcount == 1
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with runtime.unit_of_work(actor) as ctx:
            ctx.session.add(
                Account(created_at=ctx.now(), login="x@example.org", display_name="x", role="admin", is_sample=False)
            )
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with runtime.unit_of_work(actor) as ctx:
            ctx.session.add(
                SignIn(
                    created_at=ctx.now(),
                    account_id=admin,
                    refresh_hash=b"x",
                    generation=1,
                    expires_at=ctx.now(),
                    last_used_at=ctx.now(),
                    client="other",
                )
            )


async def test_an_administrator_can_not_change_credentials_by_a_faulty_query(
    runtime: Runtime, populated: dict[Role, Person]
) -> None:
    actor = Actor(Role.ADMIN, populated[Role.ADMIN].id)
    async with runtime.unit_of_work(actor) as ctx:
        assert (await ctx.session.execute(update(Credentials).values(password_hash="x"))).rowcount == 1
    async with runtime.unit_of_work(ADMIN) as ctx:
        assert (await ctx.session.execute(update(Credentials).values(password_hash="x"))).rowcount == 0


def with_sample_data(runtime: Runtime, *, on: bool) -> None:
    core = runtime.settings.core.model_copy(update={"sample_data": on})
    runtime.settings = runtime.units.settings = runtime.settings.replace(core)


async def test_sample_accounts_are_made_once_and_only_with_sample_data(runtime: Runtime, enter: Enter) -> None:
    with pytest.raises(SettingsError, match="SAMPLE_DATA"):
        await create_sample_accounts(runtime)
    await refuse_sample_accounts(runtime)
    with_sample_data(runtime, on=True)
    made = await asyncio.gather(create_sample_accounts(runtime), create_sample_accounts(runtime))
    assert sum(made) == 4
    assert await create_sample_accounts(runtime) == 0
    await refuse_sample_accounts(runtime)
    for role in ("patient", "nurse", "physician", "admin"):
        await enter(f"{role}@example.org", SAMPLE_PASSWORD)


async def test_a_start_elsewhere_refuses_while_samples_can_sign_in(runtime: Runtime) -> None:
    with_sample_data(runtime, on=True)
    await create_sample_accounts(runtime)
    with_sample_data(runtime, on=False)
    with pytest.raises(SettingsError, match=r"admin@example\.org, nurse@example\.org"):
        await refuse_sample_accounts(runtime)
    operator = Actor.host_operator("root")
    await own_password.set_password(runtime, operator, "admin@example.org", "twelve tall giraffes")
    for login in ("nurse@example.org", "patient@example.org", "physician@example.org"):
        async with runtime.unit_of_work(operator) as ctx:
            found = await accounts.find_account(ctx, login)
            await accounts.disable(ctx, found.id)
    await refuse_sample_accounts(runtime)
