"""Two nurses on one case see each other, and nobody else learns of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from bedside.care import service
from bedside.care.jobs import WATCH_BREACHES
from bedside.care.presence_table import Presence
from bedside.care.schemas import AssessmentDetail
from bedside.platform.access.actor import Actor
from bedside.platform.errors import Forbidden, NotFound
from tests.support.care import Case, Ward


async def look(ward: Ward, by: Actor, case: Case) -> tuple[list[str], list[str]]:
    """Give a sign of life; return who else is there, and what browsers are told."""
    async with ward.runtime.unit_of_work(by) as ctx:
        found = await service.look(ctx, case.assessment.id)
        return [one.name for one in found.also_looking], [topic for topic, _ in ctx.notices]


async def others_in_the_case(ward: Ward, by: Actor, case: Case) -> list[tuple[str, str]]:
    async with ward.runtime.unit_of_work(by) as ctx:
        found = await service.get_assessment(ctx, case.assessment.id)
    assert isinstance(found, AssessmentDetail)
    return [(one.name, one.role) for one in found.also_looking]


async def kept(ward: Ward) -> int:
    async with ward.runtime.unit_of_work(Actor.system()) as ctx:
        return len((await ctx.session.execute(select(Presence))).scalars().all())


async def expire(ward: Ward, by: Actor, case: Case, ago: timedelta) -> None:
    """Make somebody's last sign of life older, in their own name."""
    async with ward.runtime.unit_of_work(by) as ctx:
        mine = (Presence.account_id == by.id, Presence.assessment_id == case.assessment.id)
        await ctx.session.execute(update(Presence).where(*mine).values(seen_at=ctx.now() - ago))


async def test_two_nurses_see_each_other_and_never_themselves(ward: Ward) -> None:
    case = await ward.case()
    assert await look(ward, ward.nurse, case) == ([], [])
    assert await look(ward, ward.other_nurse, case) == (["Nora Nurse"], ["presence"])
    assert await look(ward, ward.nurse, case) == (["Nils Nurse"], [])
    assert await others_in_the_case(ward, ward.nurse, case) == [("Nils Nurse", "nurse")]
    assert await look(ward, ward.physician, case) == (["Nora Nurse", "Nils Nurse"], ["presence"])


async def test_who_gives_no_sign_of_life_is_gone(ward: Ward) -> None:
    case = await ward.case()
    await look(ward, ward.nurse, case)
    await expire(ward, ward.nurse, case, timedelta(seconds=31))
    assert await look(ward, ward.other_nurse, case) == ([], [])
    assert await others_in_the_case(ward, ward.other_nurse, case) == []
    assert await look(ward, ward.nurse, case) == (["Nils Nurse"], ["presence"])


async def test_who_leaves_is_gone_at_once_and_may_leave_twice(ward: Ward) -> None:
    case = await ward.case()
    await look(ward, ward.nurse, case)
    await look(ward, ward.physician, case)
    told = []
    for _ in range(2):
        async with ward.runtime.unit_of_work(ward.nurse) as ctx:
            await service.look_away(ctx, case.assessment.id)
            told.append([topic for topic, _ in ctx.notices])
    assert told == [["presence"], []]
    assert await look(ward, ward.other_nurse, case) == (["Pia Physician"], ["presence"])


async def test_presence_on_one_case_is_none_on_another(ward: Ward) -> None:
    case, another = await ward.case(), await ward.case()
    await look(ward, ward.nurse, case)
    assert await look(ward, ward.other_nurse, another) == ([], [])


async def test_a_case_that_one_cannot_see_is_not_there(ward: Ward) -> None:
    private = await ward.case(hand_over=False)
    with pytest.raises(NotFound):
        await look(ward, ward.nurse, private)
    with pytest.raises(NotFound):
        async with ward.runtime.unit_of_work(ward.nurse) as ctx:
            await service.look(ctx, UUID(int=uuid4().int))
    assert await kept(ward) == 0


async def test_no_browser_hears_of_a_case_that_was_not_handed_over(ward: Ward) -> None:
    private = await ward.case(hand_over=False)
    for actor in (ward.nurse, ward.other_nurse):
        async with ward.runtime.unit_of_work(actor) as ctx:
            await service.break_glass(ctx, private.patient_id, "Unconscious in the ambulance")
    assert await look(ward, ward.nurse, private) == ([], [])
    assert await look(ward, ward.other_nurse, private) == (["Nora Nurse"], [])
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        await service.look_away(ctx, private.assessment.id)
        assert list(ctx.notices) == []


async def test_patients_and_administrators_look_at_nothing(ward: Ward) -> None:
    case = await ward.case()
    for actor in (case.patient, ward.admin):
        with pytest.raises(Forbidden):
            await look(ward, actor, case)
        with pytest.raises(Forbidden):
            async with ward.runtime.unit_of_work(actor) as ctx:
                await service.look_away(ctx, case.assessment.id)


async def test_signs_of_life_leave_no_trace_in_the_audit_and_old_ones_are_swept(ward: Ward) -> None:
    case = await ward.case()
    before = len(await ward.events())
    await look(ward, ward.nurse, case)
    await look(ward, ward.nurse, case)
    assert len(await ward.events()) == before
    await look(ward, ward.other_nurse, case)
    await expire(ward, ward.nurse, case, timedelta(minutes=6))
    await WATCH_BREACHES(ward.runtime)
    assert await kept(ward) == 1
