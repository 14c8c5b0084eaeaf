"""The sample data's reset: all of it, nothing else, and only where there may be any."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select

from bedside.bootstrap.seed import seed
from bedside.care import service as care
from bedside.care.schemas import StartConversation
from bedside.care.tables import Conversation, Message, Patient
from bedside.identity.repository import account_by_login
from bedside.identity.sample import SAMPLE_ACCOUNTS, SAMPLE_PASSWORD
from bedside.identity.service.sign_in import Attempt, sign_in
from bedside.kit.ids import new_id
from bedside.ops.sample import service
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.config.core import ServerSettings
from bedside.platform.errors import Conflict, Forbidden, SettingsError
from bedside.platform.runtime import Runtime

SYSTEM = Actor.system()
ADMIN = Actor(Role.ADMIN, new_id())


def set_settings(runtime: Runtime, *, sample_data: bool, host: str = "127.0.0.1") -> None:
    core = runtime.settings.core.model_copy(update={"sample_data": sample_data})
    server = runtime.settings.get(ServerSettings).model_copy(update={"host": host})
    runtime.settings = runtime.units.settings = runtime.settings.replace(core, server)


@pytest.fixture
async def samples(runtime: Runtime) -> Runtime:
    """A runtime with sample data on, and seeded."""
    set_settings(runtime, sample_data=True)
    await seed(runtime)
    return runtime


async def begin(runtime: Runtime, account_id: UUID) -> UUID:
    """Let a patient begin a conversation; return the patient's id."""
    async with runtime.unit_of_work(Actor(Role.PATIENT, account_id, name="Somebody Real")) as ctx:
        talk = await care.start_conversation(ctx, StartConversation(), None)
        await care.receive_message(ctx, talk.id, "I have had a sore throat for two days", None)
        return talk.patient_id


async def counted(runtime: Runtime) -> dict[str, int]:
    async with runtime.unit_of_work(SYSTEM) as ctx:
        options = {"access": "test.count"}
        return {
            table.__tablename__: (
                await ctx.session.execute(select(func.count()).select_from(table), execution_options=options)
            ).scalar_one()
            for table in (Patient, Conversation, Message)
        }


async def test_a_reset_removes_what_was_made_and_seeds_anew(samples: Runtime) -> None:
    fresh = await counted(samples)
    for _ in range(3):
        await begin(samples, new_id())
    found = await service.state(samples, ADMIN)
    assert found.available
    assert found.records["patients"] == fresh["patients"] + 3
    report = await service.reset(samples, ADMIN)
    assert report.deleted == found.records
    assert report.created == {"sample accounts": len(SAMPLE_ACCOUNTS), "sample cases": 5}
    assert await counted(samples) == fresh


async def test_what_was_made_as_real_stays_whatever_is_asked(samples: Runtime) -> None:
    set_settings(samples, sample_data=False)
    account = new_id()
    real = await begin(samples, account)
    set_settings(samples, sample_data=True)
    await service.reset(samples, ADMIN)
    async with samples.unit_of_work(SYSTEM) as ctx:
        assert await care.patient_for_account(ctx, account, "x") is not None
        # PostgreSQL itself keeps it, past everything that the application means to do.
        options = {"access": "test.delete", "synchronize_session": False}
        await ctx.session.execute(delete(Message), execution_options=options)
        left = select(func.count()).select_from(Message).where(Message.patient_id == real)
        assert (await ctx.session.execute(left, execution_options={"access": "test.count"})).scalar_one() == 1
        ctx.record("test.delete", "message")


@pytest.mark.parametrize(("sample_data", "host"), [(False, "127.0.0.1"), (True, "0.0.0.0")])
async def test_elsewhere_it_is_refused_and_says_why(runtime: Runtime, sample_data: bool, host: str) -> None:
    set_settings(runtime, sample_data=sample_data, host=host)
    assert not (await service.state(runtime, ADMIN)).available
    with pytest.raises(Conflict, match="SAMPLE_DATA is"):
        await service.reset(runtime, ADMIN)


async def test_care_refuses_by_itself(runtime: Runtime) -> None:
    from bedside.care.sample import delete_sample_records

    async with runtime.unit_of_work(SYSTEM) as ctx:
        with pytest.raises(SettingsError):
            await delete_sample_records(ctx)


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE, Role.PHYSICIAN])
async def test_only_administrators_reset(samples: Runtime, role: Role) -> None:
    with pytest.raises(Forbidden):
        await service.reset(samples, Actor(role, new_id()))


async def test_sample_people_are_made_what_they_were(samples: Runtime) -> None:
    login, name, role = SAMPLE_ACCOUNTS[1]
    async with samples.unit_of_work(SYSTEM) as ctx:
        found = await account_by_login(ctx.session, login)
        assert found is not None
        account, credentials = found
        account.display_name, account.role, account.disabled_at = "Mallory", "admin", ctx.now()
        account.is_sample, account.second_factor_since = False, ctx.now()
        credentials.password_hash, credentials.totp_secret = "gone", b"x"
    await service.reset(samples, ADMIN)
    tokens = await sign_in(samples, Attempt(login, SAMPLE_PASSWORD, None, "198.51.100.7"))
    assert tokens.access_token
    async with samples.unit_of_work(SYSTEM) as ctx:
        found = await account_by_login(ctx.session, login)
    assert found is not None
    assert (found[0].display_name, found[0].role, found[0].is_sample) == (name, role.value, True)


async def test_of_two_at_once_one_is_refused(samples: Runtime) -> None:
    results = await asyncio.gather(service.reset(samples, ADMIN), service.reset(samples, ADMIN), return_exceptions=True)
    assert sorted(type(r).__name__ for r in results) == ["Conflict", "SampleReport"]
    assert (await service.reset(samples, ADMIN)).deleted["patients"] == 5


async def test_who_ordered_it_and_whom_it_was_about_is_in_the_audit(samples: Runtime) -> None:
    deleted = (await service.reset(samples, ADMIN)).deleted
    async with samples.unit_of_work(SYSTEM) as ctx:
        query = select(AuditEvent).where(AuditEvent.action.in_(["sample.reset", "sample.reset_ordered"]))
        found = {event.action: event for event in (await ctx.session.execute(query)).scalars()}
    assert found["sample.reset_ordered"].actor_id == ADMIN.id
    assert len(found["sample.reset"].patient_ids) == deleted["patients"]
