"""The audit log's rows: canonical, chained by writer, written in the business transaction."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json

import psycopg
import pytest
import rfc8785
from sqlalchemy import select

from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Permission, Role
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.access.settings import AccessSettings
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import Forbidden
from bedside.platform.runtime import Runtime


async def _events(runtime: Runtime) -> list[AuditEvent]:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        return list((await ctx.session.execute(select(AuditEvent).order_by(AuditEvent.id))).scalars())


async def test_body_is_canonical_and_hashes_cover_it(runtime: Runtime) -> None:
    patient = new_id()
    async with runtime.unit_of_work(Actor.system()) as ctx:
        ctx.record("case.look", "case", ids=[new_id()], patients=[patient], fields=["b", "a"], content={"a": "secret"})
    (event,) = await _events(runtime)
    body = json.loads(event.body)
    assert rfc8785.dumps(body) == event.body
    assert event.leaf_hash == hashlib.sha256(b"\x00" + event.body).digest()
    key = runtime.settings.get(AccessSettings).key()
    assert event.writer_mac == hmac.new(key, event.body, "sha256").digest()
    assert body["fields"] == ["a", "b"]
    assert body["patients"] == [str(patient)]
    assert b"secret" not in event.body
    assert len(body["commitment"]) == 64


async def test_content_is_committed_to_with_a_salt_of_its_own(runtime: Runtime, urls: DatabaseUrls) -> None:
    for _ in range(2):
        async with runtime.unit_of_work(Actor.system()) as ctx:
            ctx.record("case.look", "case", content={"answer": "yes"})
    first, second = (json.loads(e.body)["commitment"] for e in await _events(runtime))
    assert first != second
    with psycopg.connect(urls.require("backup")) as connection:
        salts = [bytes(s) for (s,) in connection.execute("SELECT salt FROM audit_salts ORDER BY event_id")]
    assert hashlib.sha256(salts[0] + rfc8785.dumps({"answer": "yes"})).hexdigest() == first


async def test_writers_sequences_have_no_gap_through_roll_backs_and_concurrency(runtime: Runtime) -> None:
    async def work(number: int) -> None:
        with pytest.raises(RuntimeError) if number % 3 == 0 else contextlib.nullcontext():
            async with runtime.unit_of_work(Actor.system()) as ctx:
                ctx.record("case.look", "case")
                await asyncio.sleep(0)
                if number % 3 == 0:
                    await ctx.session.flush()
                    raise RuntimeError("given up")

    await asyncio.gather(*(work(n) for n in range(60)))
    by_writer: dict[str, list[int]] = {}
    for event in await _events(runtime):
        by_writer.setdefault(str(event.writer_id), []).append(event.writer_seq)
    assert sum(map(len, by_writer.values())) == 40
    for numbers in by_writer.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_events SET action = 'x'", "DELETE FROM audit_events", "TRUNCATE audit_events"]
)
async def test_the_app_role_can_not_change_what_is_written(
    runtime: Runtime, urls: DatabaseUrls, statement: str
) -> None:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        ctx.record("case.look", "case")
    with psycopg.connect(urls.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT set_config('bedside.actor_role', 'system', true)")
        connection.execute(statement)


async def test_salts_can_not_be_read_by_the_app(urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM audit_salts")


@pytest.mark.parametrize(("role", "sees"), [(Role.PATIENT, 0), (Role.NURSE, 0), (Role.PHYSICIAN, 1), (Role.ADMIN, 1)])
async def test_only_readers_of_the_log_see_it(runtime: Runtime, role: Role, sees: int) -> None:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        ctx.record("case.look", "case")
    async with runtime.unit_of_work(Actor(role, new_id())) as ctx:
        assert len((await ctx.session.execute(select(AuditEvent))).scalars().all()) == sees


async def test_a_denial_is_recorded_although_the_unit_is_rolled_back(runtime: Runtime) -> None:
    nurse = Actor(Role.NURSE, new_id())
    with pytest.raises(Forbidden):
        async with runtime.unit_of_work(nurse) as ctx:
            ctx.record("user.create", "account")
            ctx.require(Permission.MANAGE_USERS)
    (event,) = await _events(runtime)
    assert (event.action, event.outcome, event.actor_id) == ("access.denied", "denied", nurse.id)


async def test_nothing_is_done_when_the_event_can_not_be_written(runtime: Runtime, urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.require("owner"), autocommit=True) as connection:
        connection.execute("ALTER TABLE audit_events ADD CONSTRAINT full_disk CHECK (action <> 'case.look')")
    with pytest.raises(Exception, match="full_disk"):
        async with runtime.unit_of_work(Actor.system()) as ctx:
            ctx.record("case.other", "case")
            ctx.record("case.look", "case")
    assert await _events(runtime) == []
