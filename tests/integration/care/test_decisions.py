"""Clinicians at work on cases: one winner, nothing overwritten, every move recorded."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from bedside.care import service
from bedside.care.schemas import AssessmentDetail
from bedside.care.service import decisions
from bedside.care.worklist_schemas import DecideRequest
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import BadInput, Conflict, Forbidden, NotFound
from bedside.triage.schemas import Level
from tests.support.care import Case, Ward, person, result

ACCEPT = DecideRequest(level=Level.URGENT, reply="Come in today.")


async def decide(ward: Ward, case: Case, request: DecideRequest = ACCEPT, by: Actor | None = None) -> AssessmentDetail:
    async with ward.runtime.unit_of_work(by or ward.nurse) as ctx:
        return await service.decide(ctx, case.assessment.id, request)


async def test_of_fifty_nurses_who_claim_at_once_one_wins_and_the_others_are_told_who(ward: Ward) -> None:
    case = await ward.case()
    nurses = [person(Role.NURSE, f"Nurse {n}") for n in range(50)]

    async def claim(nurse: Actor) -> AssessmentDetail | Conflict:
        try:
            async with ward.runtime.unit_of_work(nurse) as ctx:
                return await service.claim(ctx, case.assessment.id)
        except Conflict as lost:
            return lost

    outcomes = await asyncio.gather(*(claim(nurse) for nurse in nurses))
    (won,) = [o for o in outcomes if isinstance(o, AssessmentDetail)]
    lost = [o for o in outcomes if isinstance(o, Conflict)]
    assert len(lost) == 49
    assert {o.message for o in lost} == {f"{won.claimed_by_name} has claimed this case."}
    claims = [t for t in won.history if t.event == "claim"]
    assert len(claims) == 1
    assert len(await ward.events("assessment.claim")) == 1


async def test_claiming_ones_own_case_again_changes_nothing(ward: Ward) -> None:
    case = await ward.case()
    await ward.claim(case)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        again = await service.claim(ctx, case.assessment.id)
    assert [t.event for t in again.history].count("claim") == 1


async def test_accepting_sends_the_reply_and_closes_the_case(ward: Ward) -> None:
    case = await ward.case()
    await ward.claim(case)
    decided = await decide(ward, case)
    assert (decided.status, decided.level, decided.decided_by_name) == ("decided", Level.URGENT, "Nora Nurse")
    async with ward.runtime.unit_of_work(case.patient) as ctx:
        conversation = await service.conversation(ctx, case.conversation.id)
    last = conversation.messages[-1]
    assert (last.author, last.author_name, last.text) == ("nurse", "Nora Nurse", "Come in today.")
    assert conversation.assessment is not None
    assert conversation.assessment.reply_by is None
    (event,) = await ward.events("assessment.decide")
    assert event.actor_id == ward.nurse.id
    assert b"Come in" not in event.body


async def test_another_level_needs_a_reason_which_the_patient_does_not_see(ward: Ward) -> None:
    case = await ward.case()
    await ward.claim(case)
    with pytest.raises(BadInput, match="reason"):
        await decide(ward, case, DecideRequest(level=Level.ROUTINE, reply="Rest."))
    decided = await decide(
        ward, case, DecideRequest(level=Level.ROUTINE, reply="Rest.", reason="Known costochondritis")
    )
    assert (decided.level, decided.machine_level) == (Level.ROUTINE, Level.URGENT)
    async with ward.runtime.unit_of_work(case.patient) as ctx:
        seen = await service.conversation(ctx, case.conversation.id)
    assert seen.assessment is not None
    assert seen.assessment.level is Level.ROUTINE
    assert "costochondritis" not in seen.model_dump_json()


async def test_an_emergency_is_lowered_by_two_levels_only_with_a_reason_in_words(ward: Ward) -> None:
    case = await ward.case(result(Level.EMERGENCY))
    await ward.claim(case)
    with pytest.raises(BadInput, match="10 characters"):
        await decide(ward, case, DecideRequest(level=Level.SELF_CARE, reply="Rest.", reason="x"))
    decided = await decide(ward, case, DecideRequest(level=Level.SELF_CARE, reply="Rest.", reason="Old scar, no pain"))
    assert decided.level is Level.SELF_CARE


async def test_only_the_holder_decides_and_only_what_is_claimed(ward: Ward) -> None:
    case = await ward.case()
    with pytest.raises(Conflict, match="claim it first"):
        await decide(ward, case)
    await ward.claim(case)
    for other in (ward.other_nurse, ward.physician):
        with pytest.raises(Conflict, match="Nora Nurse"):
            await decide(ward, case, by=other)
    await decide(ward, case)
    with pytest.raises(Conflict, match="decided"):
        await decide(ward, case)


async def test_a_decision_on_what_has_changed_meanwhile_is_refused(ward: Ward) -> None:
    case = await ward.case(result(Level.ROUTINE))
    await ward.claim(case)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        read = await service.get_assessment(ctx, case.assessment.id)
    await ward.assess(case.conversation.id, result(Level.EMERGENCY))
    stale = DecideRequest(level=Level.EMERGENCY, reply="Rest.", version=read.version)
    with pytest.raises(Conflict, match="changed since you read it") as refused:
        await decide(ward, case, stale)
    fresh = stale.model_copy(update={"version": refused.value.extra["version"]})
    assert (await decide(ward, case, fresh)).status == "decided"


async def test_two_decisions_at_once_are_one_decision_and_one_conflict(ward: Ward) -> None:
    case = await ward.case()
    await ward.claim(case)
    outcomes = await asyncio.gather(decide(ward, case), decide(ward, case), return_exceptions=True)
    assert sorted(type(o).__name__ for o in outcomes) == ["AssessmentDetail", "Conflict"]
    async with ward.runtime.unit_of_work(case.patient) as ctx:
        messages = (await service.conversation(ctx, case.conversation.id)).messages
    assert [m.author for m in messages].count("nurse") == 1


async def test_a_decision_and_new_answers_at_once_do_not_deadlock_or_overwrite(ward: Ward) -> None:
    for _ in range(5):
        case = await ward.case(result(Level.ROUTINE))
        await ward.claim(case)
        request = DecideRequest(level=Level.ROUTINE, reply="Rest.", reason="As discussed")
        decided, assessed = await asyncio.gather(
            decide(ward, case, request), ward.assess(case.conversation.id, result(Level.EMERGENCY))
        )
        assert decided.status == "decided"
        # Whichever came first: the emergency is in the decided case or in a new one, never lost.
        assert assessed.level is Level.EMERGENCY or assessed.id != case.assessment.id


async def test_an_undone_decision_takes_its_reply_back(ward: Ward) -> None:
    case = await ward.case()
    await ward.claim(case)
    await decide(ward, case)
    with pytest.raises(Conflict, match="Nora Nurse"):
        async with ward.runtime.unit_of_work(ward.other_nurse) as ctx:
            await service.undo_decision(ctx, case.assessment.id)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        undone = await service.undo_decision(ctx, case.assessment.id)
    assert (undone.status, undone.claimed_by, undone.decided_by) == ("claimed", ward.nurse.id, None)
    async with ward.runtime.unit_of_work(case.patient) as ctx:
        last = (await service.conversation(ctx, case.conversation.id)).messages[-1]
    assert (last.retracted, last.text) == (True, "")
    again = await decide(ward, case, DecideRequest(level=Level.URGENT, reply="Come in now."))
    assert [m.retracted for m in again.messages if m.author == "nurse"] == [True, False]


async def test_undoing_is_possible_for_a_minute_and_not_over_a_new_case(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await ward.case()
    await ward.claim(case)
    await decide(ward, case)
    monkeypatch.setattr(decisions, "UNDO_WITHIN", timedelta(0))
    with pytest.raises(Conflict, match="minute"):
        async with ward.runtime.unit_of_work(ward.nurse) as ctx:
            await service.undo_decision(ctx, case.assessment.id)
    monkeypatch.undo()
    await ward.assess(case.conversation.id, result(Level.ROUTINE))
    with pytest.raises(Conflict, match="new assessment"):
        async with ward.runtime.unit_of_work(ward.nurse) as ctx:
            await service.undo_decision(ctx, case.assessment.id)


async def test_a_released_case_waits_again_and_keeps_its_target(ward: Ward) -> None:
    case = await ward.case()
    await ward.claim(case)
    with pytest.raises(Conflict, match="Nora"):
        async with ward.runtime.unit_of_work(ward.other_nurse) as ctx:
            await service.release(ctx, case.assessment.id)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        released = await service.release(ctx, case.assessment.id, "End of shift")
    assert (released.status, released.claimed_by) == ("waiting", None)
    assert released.history[-1].reason == "End of shift"
    await ward.claim(case, ward.other_nurse)
    async with ward.runtime.unit_of_work(ward.physician) as ctx:
        assert (await service.release(ctx, case.assessment.id)).status == "waiting"


async def test_a_referred_case_is_claimed_by_a_physician_alone(ward: Ward) -> None:
    case = await ward.case()
    await ward.claim(case)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        referred = await service.hand_to_physician(ctx, case.assessment.id, "ECG needed")
    assert (referred.status, referred.for_physician) == ("waiting", True)
    with pytest.raises(Conflict, match="physician"):
        await ward.claim(case, ward.other_nurse)
    await ward.claim(case, ward.physician)
    decided = await decide(ward, case, by=ward.physician)
    assert decided.messages[-1].author == "physician"


async def test_a_target_is_changed_with_a_reason_into_the_near_future(ward: Ward) -> None:
    case = await ward.case()
    soon = ward.runtime.clock.now() + timedelta(hours=2)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        changed = await service.change_target(ctx, case.assessment.id, soon, "Patient is on the way")
    assert changed.due_at == soon
    for wrong in (soon - timedelta(days=1), soon + timedelta(days=60), soon.replace(tzinfo=None)):
        with pytest.raises(BadInput, match="time zone"):
            async with ward.runtime.unit_of_work(ward.nurse) as ctx:
                await service.change_target(ctx, case.assessment.id, wrong, "x")


async def test_notes_are_for_staff(ward: Ward) -> None:
    case = await ward.case()
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        note = await service.add_note(ctx, case.assessment.id, "Sounds anxious")
    async with ward.runtime.unit_of_work(ward.physician) as ctx:
        seen = await service.get_assessment(ctx, case.assessment.id)
    assert isinstance(seen, AssessmentDetail)
    assert seen.notes == [note]


async def test_patients_and_administrators_do_not_decide(ward: Ward) -> None:
    case = await ward.case()
    for actor in (case.patient, ward.admin):
        with pytest.raises(Forbidden):
            await ward.claim(case, actor)
        with pytest.raises(Forbidden):
            await decide(ward, case, by=actor)
        with pytest.raises(Forbidden):
            async with ward.runtime.unit_of_work(actor) as ctx:
                await service.add_note(ctx, case.assessment.id, "x")
    assert len(await ward.events("access.denied")) == 6


async def test_unknown_and_invisible_cases_are_not_found_alike(ward: Ward) -> None:
    hidden = await ward.case(hand_over=False)
    for target in (new_id(), hidden.assessment.id):
        for call in (service.claim, service.release, service.undo_decision, service.get_assessment):
            with pytest.raises(NotFound, match="No such assessment"):
                async with ward.runtime.unit_of_work(ward.nurse) as ctx:
                    await call(ctx, target)


async def test_after_the_decision_the_patient_stays_in_care_for_the_set_days_and_a_waiting_case_keeps_them(
    ward: Ward,
) -> None:
    case = await ward.case()
    second = await ward.case(patient=case.patient)
    await ward.claim(case)
    await decide(ward, case)
    await ward.claim(second)
    updates = await ward.events("patient.update")
    before = len(updates)
    await decide(ward, second)
    after = await ward.events("patient.update")
    assert len(after) == before + 1
    assert json.loads(after[-1].body)["fields"] == ["in_care_until"]
