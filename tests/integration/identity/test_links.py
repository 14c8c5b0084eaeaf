"""One-time links and passwords changed by their owners."""

from __future__ import annotations

import asyncio
import re

import psycopg
import pytest
from sqlalchemy import select

from bedside.identity.errors import LinkNotValid, LockedOut, PasswordRefused, SignInFailed
from bedside.identity.schemas import NewAccount
from bedside.identity.service import accounts, links, own_password
from bedside.identity.tables import OneTimeLink
from bedside.platform.access.actor import Actor, Role
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.database.urls import psycopg_url
from bedside.platform.errors import Forbidden, NotFound, NotSignedIn, Unavailable
from bedside.platform.runtime import Runtime
from tests.integration.identity.conftest import (
    PASSWORD,
    AddPerson,
    Enter,
    Mailbox,
    Person,
    Time,
    authenticated,
    events,
)

NEW = "four grey otters swim"


@pytest.fixture
async def nurse(add_person: AddPerson) -> Person:
    return await add_person("nurse@example.org", Role.NURSE)


def token_in(mailbox: Mailbox) -> str:
    found = re.search(r"/reset#token=(\S+)", mailbox.messages[-1][2])
    assert found is not None
    return found[1]


async def work(runtime: Runtime) -> None:
    """Run what was enqueued, as the worker does."""
    await runtime.jobs.work(runtime, until_empty=True)


async def test_a_link_sets_a_password_once_and_ends_sign_ins(
    runtime: Runtime, nurse: Person, enter: Enter, mailbox: Mailbox
) -> None:
    tokens = await enter(nurse.login)
    await links.request_link(runtime, " Nurse@Example.org", "203.0.113.9")
    await work(runtime)
    ((recipient, subject, body),) = mailbox.messages
    assert (recipient, subject) == (nurse.login, "A new password at Bedside")
    assert "within 30 minutes" in body
    token = token_in(mailbox)
    await links.set_by_link(runtime, token, NEW)
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, tokens.access_token)
    with pytest.raises(SignInFailed):
        await enter(nurse.login, PASSWORD)
    await enter(nurse.login, NEW)
    with pytest.raises(LinkNotValid):
        await links.set_by_link(runtime, token, "a third one for the nurse's friend")
    assert [event.ids for event in await events(runtime, "account.password_reset")] == [(nurse.id,)]


async def test_a_link_used_by_two_at_once_works_for_one(
    runtime: Runtime, nurse: Person, enter: Enter, mailbox: Mailbox
) -> None:
    await links.send_link(runtime, str(nurse.id), invitation=False)
    token, passwords = token_in(mailbox), ["first come first served", "last one takes it all"]
    answers = await asyncio.gather(
        *(links.set_by_link(runtime, token, password) for password in passwords), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["LinkNotValid", "NoneType"]
    await enter(nurse.login, passwords[answers.index(None)])


async def test_an_unknown_login_gets_the_same_answer_and_no_message(
    runtime: Runtime, nurse: Person, mailbox: Mailbox
) -> None:
    for login in ("nobody@example.org", "not an address", "", "x\x00@example.org"):
        assert await links.request_link(runtime, login, "203.0.113.9") is None
    await work(runtime)
    assert mailbox.messages == []
    assert [event.ids for event in await events(runtime, "account.reset_requested")] == [()] * 4


async def test_a_newer_link_makes_the_older_useless_and_a_link_expires(
    runtime: Runtime, nurse: Person, mailbox: Mailbox, time: Time
) -> None:
    await links.send_link(runtime, str(nurse.id), invitation=False)
    older = token_in(mailbox)
    await links.send_link(runtime, str(nurse.id), invitation=False)
    newer = token_in(mailbox)
    with pytest.raises(LinkNotValid):
        await links.set_by_link(runtime, older, NEW)
    time.later(minutes=30, seconds=1)
    with pytest.raises(LinkNotValid):
        await links.set_by_link(runtime, newer, NEW)


async def test_a_poor_password_leaves_the_link_usable(runtime: Runtime, nurse: Person, mailbox: Mailbox) -> None:
    await links.send_link(runtime, str(nurse.id), invitation=False)
    for poor in ("short", "password123456", "x" * 5000, "nurse nurse nurse"):
        with pytest.raises(PasswordRefused):
            await links.set_by_link(runtime, token_in(mailbox), poor)
    await links.set_by_link(runtime, token_in(mailbox), NEW)


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "\x00", "' OR 1=1 --", "\u202e"])
async def test_what_is_no_link_is_refused(token: str, runtime: Runtime, nurse: Person) -> None:
    with pytest.raises(LinkNotValid):
        await links.set_by_link(runtime, token, NEW)


async def test_a_mailbox_can_not_be_flooded(runtime: Runtime, nurse: Person, mailbox: Mailbox) -> None:
    for _ in range(8):
        await links.send_link(runtime, str(nurse.id), invitation=False)
    assert len(mailbox.messages) == 5
    for _ in range(20):
        await links.request_link(runtime, nurse.login, "203.0.113.9")
    with pytest.raises(LockedOut):
        await links.request_link(runtime, nurse.login, "203.0.113.9")
    await links.request_link(runtime, nurse.login, "198.51.100.1")


async def test_a_link_lifts_a_lock_but_not_a_disabling(
    runtime: Runtime, nurse: Person, enter: Enter, mailbox: Mailbox
) -> None:
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await enter(nurse.login, "wrong")
    await links.send_link(runtime, str(nurse.id), invitation=False)
    await links.set_by_link(runtime, token_in(mailbox), NEW)
    await enter(nurse.login, NEW)
    await links.send_link(runtime, str(nurse.id), invitation=False)
    async with runtime.unit_of_work(Actor(Role.ADMIN)) as ctx:
        await accounts.disable(ctx, nurse.id)
    with pytest.raises(LinkNotValid):
        await links.set_by_link(runtime, token_in(mailbox), "yet another sentence")
    sent = len(mailbox.messages)
    await links.send_link(runtime, str(nurse.id), invitation=False)
    assert len(mailbox.messages) == sent


async def test_neither_database_nor_queue_holds_the_token(
    runtime: Runtime, urls: DatabaseUrls, nurse: Person, mailbox: Mailbox
) -> None:
    await links.request_link(runtime, nurse.login, "203.0.113.9")
    await work(runtime)
    token = token_in(mailbox)
    async with runtime.unit_of_work(Actor.system()) as ctx:
        (row,) = (await ctx.session.execute(select(OneTimeLink))).scalars()
    assert token.encode() not in row.token_hash
    with psycopg.connect(psycopg_url(urls.require("jobs"))) as connection:
        queued = connection.execute("SELECT args::text FROM procrastinate_jobs").fetchall()
    assert any(str(nurse.id) in args for (args,) in queued)
    assert not any(token in args or nurse.login in args for (args,) in queued)


async def test_a_message_that_was_not_taken_is_tried_again_with_a_fresh_link(
    runtime: Runtime, nurse: Person, enter: Enter, mailbox: Mailbox
) -> None:
    async def refuse(_runtime: Runtime, _recipient: str, _subject: str, _body: str) -> None:
        raise Unavailable("no mail server")

    runtime.parts[links.Messenger] = links.Messenger(refuse)
    with pytest.raises(Unavailable):
        await links.send_link(runtime, str(nurse.id), invitation=False)
    runtime.parts[links.Messenger] = links.Messenger(mailbox.send)
    await links.send_link(runtime, str(nurse.id), invitation=False)
    await links.set_by_link(runtime, token_in(mailbox), NEW)


async def test_an_account_without_a_password_is_invited(runtime: Runtime, enter: Enter, mailbox: Mailbox) -> None:
    new = NewAccount(login="new@example.org", display_name="New Nurse", role=Role.NURSE)
    async with runtime.unit_of_work(Actor(Role.ADMIN)) as ctx:
        await accounts.create_account(ctx, new, "")
    await work(runtime)
    assert mailbox.messages[0][:2] == ("new@example.org", "Your account at Bedside")
    await links.set_by_link(runtime, token_in(mailbox), NEW)
    await enter("new@example.org", NEW)


async def test_a_reset_ordered_by_an_administrator_sends_a_link(
    runtime: Runtime, nurse: Person, enter: Enter, mailbox: Mailbox
) -> None:
    tokens = await enter(nurse.login)
    with pytest.raises(Forbidden):
        async with runtime.unit_of_work(await authenticated(runtime, tokens.access_token)) as ctx:
            await accounts.order_reset(ctx, nurse.id)
    async with runtime.unit_of_work(Actor(Role.ADMIN)) as ctx:
        await accounts.order_reset(ctx, nurse.id)
    await work(runtime)
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, tokens.access_token)
    await links.set_by_link(runtime, token_in(mailbox), NEW)


async def test_ones_own_password_is_changed_by_who_knows_it(runtime: Runtime, nurse: Person, enter: Enter) -> None:
    here, there = await enter(nurse.login), await enter(nurse.login)
    actor = await authenticated(runtime, here.access_token)
    with pytest.raises(SignInFailed, match="current password"):
        await own_password.change_password(runtime, actor, "wrong", NEW)
    with pytest.raises(PasswordRefused):
        await own_password.change_password(runtime, actor, PASSWORD, "short")
    await own_password.change_password(runtime, actor, PASSWORD, NEW)
    await authenticated(runtime, here.access_token)
    with pytest.raises(NotSignedIn):
        await authenticated(runtime, there.access_token)
    await enter(nurse.login, NEW)
    found = [(e.outcome, e.actor_id) for e in await events(runtime, "account.password_change")]
    assert found == [("failed", nurse.id), ("success", nurse.id)]


async def test_a_stolen_access_token_can_not_guess_the_password(runtime: Runtime, nurse: Person, enter: Enter) -> None:
    actor = await authenticated(runtime, (await enter(nurse.login)).access_token)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await own_password.change_password(runtime, actor, "wrong", NEW)
    with pytest.raises(LockedOut):
        await own_password.change_password(runtime, actor, PASSWORD, NEW)


async def test_an_operator_sets_a_password(runtime: Runtime, nurse: Person, enter: Enter) -> None:
    operator = Actor.host_operator("root")
    with pytest.raises(NotFound):
        await own_password.set_password(runtime, operator, "nobody@example.org", NEW)
    with pytest.raises(Forbidden):
        await own_password.set_password(runtime, Actor(Role.NURSE, nurse.id), nurse.login, NEW)
    await own_password.set_password(runtime, operator, nurse.login, NEW)
    await enter(nurse.login, NEW)
