"""Searching the audit log: every filter, names of staff beside ids, hostile values."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from bedside.audit import service
from bedside.audit.schemas import AuditEventOut, AuditFilter
from bedside.identity.service.accounts import add_account
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.names import ActorNames
from bedside.platform.errors import BadInput, Forbidden
from bedside.platform.runtime import Runtime

ADMIN = Actor(Role.ADMIN)
PATIENT, THING = UUID(int=7), UUID(int=8)
NURSE, TALKER = Actor(Role.NURSE, UUID(int=1)), Actor(Role.PATIENT, UUID(int=2))


@pytest.fixture
async def log(runtime: Runtime) -> Runtime:
    """Three events of different kinds."""
    async with runtime.unit_of_work(NURSE) as ctx:
        ctx.record("case.read", "case", ids=[THING], patients=[PATIENT], flags=["break-glass", "late"])
    async with runtime.unit_of_work(TALKER) as ctx:
        ctx.record("case.write", "message", ids=[new_id()], outcome="failed")
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        ctx.record("room.sweep", "room", flags=["late"])
    return runtime


async def found(runtime: Runtime, actor: Actor = ADMIN, **asked: Any) -> list[AuditEventOut]:
    chosen = AuditFilter.model_validate(asked)
    async with runtime.unit_of_work(actor) as ctx:
        page = await service.list_events(ctx, chosen, runtime.part(ActorNames), after=None, limit=50)
    return [event for event in page.items if event.entity != "audit_event" and event.entity != "account"]


@pytest.mark.parametrize(
    ("asked", "actions"),
    [
        ({}, {"case.read", "case.write", "room.sweep"}),
        ({"actor_id": NURSE.id}, {"case.read"}),
        ({"actor_role": "patient"}, {"case.write"}),
        ({"via": "job"}, {"room.sweep"}),
        ({"patient_id": PATIENT}, {"case.read"}),
        ({"action": "case"}, {"case.read", "case.write"}),
        ({"action": "case.w"}, {"case.write"}),
        ({"action": "_"}, set()),
        ({"entity": "room"}, {"room.sweep"}),
        ({"entity": "roo"}, set()),
        ({"entity_id": THING}, {"case.read"}),
        ({"outcome": "failed"}, {"case.write"}),
        ({"flag": ["late"]}, {"case.read", "room.sweep"}),
        ({"flag": ["late", "break-glass"]}, {"case.read"}),
        ({"since": "2000-01-01T00:00:00Z"}, {"case.read", "case.write", "room.sweep"}),
        ({"until": "2000-01-01T00:00:00Z"}, set()),
        ({"request_id": str(UUID(int=9))}, set()),
        ({"action": "case", "outcome": "success"}, {"case.read"}),
    ],
)
async def test_each_filter(log: Runtime, asked: dict[str, Any], actions: set[str]) -> None:
    assert {event.action for event in await found(log, **asked)} == actions


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "CASE'; --"},
        {"action": "x" * 81},
        {"entity": "a b"},
        {"entity": "\x00"},
        {"entity_id": "7"},
        {"outcome": "perhaps"},
        {"flag": ["ok", "no\x00"]},
        {"flag": ["a"] * 6},
        {"actor_role": "king"},
        {"request_id": "x"},
        {"since": "2026"},
        {"since": 0},
        {"more": 1},
    ],
)
def test_what_is_no_filter_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AuditFilter.model_validate(asked)


async def test_administrators_read_names_of_staff_and_of_no_patient(runtime: Runtime) -> None:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        made = {
            role: await add_account(ctx, login=f"{role}@example.org", name=f"Name {role}", role=role, password_hash="")
            for role in (Role.PATIENT, Role.NURSE, Role.PHYSICIAN)
        }
        ids = {role: account.id for role, account in made.items()}
    for role, id_ in ids.items():
        async with runtime.unit_of_work(Actor(role, id_)) as ctx:
            ctx.record("case.read", "case")
    shown = {event.actor_role: event.actor_name for event in await found(runtime, action="case")}
    assert shown == {"patient": None, "nurse": "Name nurse", "physician": "Name physician"}
    physician = Actor(Role.PHYSICIAN, ids[Role.PHYSICIAN])
    assert {event.actor_name for event in await found(runtime, physician, action="case")} == {None}


async def test_pages_follow_one_another_without_gap_or_repeat(log: Runtime) -> None:
    seen: list[UUID] = []
    after = None
    while True:
        async with log.unit_of_work(ADMIN) as ctx:
            chosen = AuditFilter(until=ctx.now())
            page = await service.list_events(ctx, chosen, log.part(ActorNames), after=after, limit=1)
        seen += [event.id for event in page.items if event.entity != "audit_event"]
        after = page.next
        if after is None or len(seen) == 3:
            break
    assert len(seen) == len(set(seen)) == 3
    for cursor in ("x", "eA==", "é", "'; DROP TABLE audit_events; --"):
        with pytest.raises(BadInput):
            async with log.unit_of_work(ADMIN) as ctx:
                await service.list_events(ctx, AuditFilter(), log.part(ActorNames), after=cursor, limit=1)


@pytest.mark.parametrize("actor", [NURSE, TALKER])
async def test_others_are_refused(log: Runtime, actor: Actor) -> None:
    with pytest.raises(Forbidden):
        await found(log, actor)
