"""Break-glass: asked for with a reason, for an hour, and every access by it flagged."""

from __future__ import annotations

import pytest

from bedside.care import service
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor
from bedside.platform.errors import BadInput, Conflict, Forbidden, NotFound
from tests.support.care import Case, Ward

REASON = "Found unconscious in the ward"


async def broken(ward: Ward, case: Case, actor: Actor, reason: str = REASON) -> None:
    async with ward.runtime.unit_of_work(actor) as ctx:
        await service.break_glass(ctx, case.patient_id, reason)


async def read(ward: Ward, case: Case, actor: Actor) -> None:
    async with ward.runtime.unit_of_work(actor) as ctx:
        await service.patient_record(ctx, case.patient_id)


async def test_a_patient_not_in_care_is_seen_by_break_glass_alone_and_each_access_is_flagged(ward: Ward) -> None:
    case = await ward.case(hand_over=False)
    for actor in (ward.nurse, ward.admin):
        with pytest.raises(NotFound, match="break-glass"):
            await read(ward, case, actor)
        await broken(ward, case, actor)
        before = len(await ward.events())
        await read(ward, case, actor)
        async with ward.runtime.unit_of_work(actor) as ctx:
            await service.conversation(ctx, case.conversation.id)
        new = (await ward.events())[before:]
        assert {e.action for e in new} == {"patient.read", "conversation.read"}
        assert all(e.flags == ["break-glass"] for e in new)
        assert {e.actor_id for e in new} == {actor.id}
    with pytest.raises(NotFound):
        await read(ward, case, ward.other_nurse)


async def test_breaking_the_glass_is_itself_recorded_with_its_flag_and_not_its_reason(ward: Ward) -> None:
    case = await ward.case(hand_over=False)
    await broken(ward, case, ward.nurse)
    (event,) = await ward.events("patient.break_glass")
    assert (event.patient_ids, event.flags, event.actor_id) == ([case.patient_id], ["break-glass"], ward.nurse.id)
    assert b"unconscious" not in event.body


async def test_access_to_a_patient_in_care_is_not_flagged(ward: Ward) -> None:
    case, other = await ward.case(), await ward.case(hand_over=False)
    await broken(ward, other, ward.nurse)
    before = len(await ward.events())
    await read(ward, case, ward.nurse)
    assert {tuple(e.flags) for e in (await ward.events())[before:]} == {()}


@pytest.mark.parametrize("reason", ["", "short", "         x", "\u200b" * 20, "a\u200b" * 5])
async def test_a_reason_is_required(ward: Ward, reason: str) -> None:
    case = await ward.case(hand_over=False)
    with pytest.raises(BadInput, match="10 characters"):
        await broken(ward, case, ward.nurse, reason)


async def test_who_may_not_and_where_it_makes_no_sense(ward: Ward) -> None:
    case, hidden = await ward.case(), await ward.case(hand_over=False)
    with pytest.raises(Forbidden):
        await broken(ward, hidden, case.patient)
    with pytest.raises(Conflict, match="already"):
        await broken(ward, case, ward.nurse)
    with pytest.raises(NotFound):
        async with ward.runtime.unit_of_work(ward.nurse) as ctx:
            await service.break_glass(ctx, new_id(), REASON)
    with pytest.raises(Forbidden, match="sign in"):
        await broken(ward, hidden, Actor.host_operator("root"))


async def test_break_glass_reads_and_does_not_decide(ward: Ward) -> None:
    case = await ward.case(hand_over=False)
    await broken(ward, case, ward.admin)
    with pytest.raises(Forbidden):
        await ward.claim(case, ward.admin)
