"""Assessments: stored, handed over, raised but never lowered by the machine."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bedside.care import service
from bedside.care.assessment_tables import Assessment
from bedside.care.schemas import AssessmentDetail
from bedside.care.service.assessments import UNTIL_DECIDED
from bedside.care.settings import CareSettings
from bedside.care.tables import Patient
from bedside.care.worklist_schemas import DecideRequest
from bedside.kit.ids import new_id
from bedside.notify.tables import NotificationRow
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import Conflict, NotFound
from bedside.triage.schemas import Level, Subject
from tests.support.care import PROTOCOL, QUESTION, Case, Ward, person, result


async def detail(ward: Ward, case: Case) -> AssessmentDetail:
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        found = await service.get_assessment(ctx, case.assessment.id)
    assert isinstance(found, AssessmentDetail)
    return found


async def test_an_open_assessment_is_not_in_the_worklist_nor_is_its_patient_visible(ward: Ward) -> None:
    case = await ward.case(result(questions=(QUESTION,)), hand_over=False)
    assert (case.assessment.status, case.assessment.handed_over_at, case.assessment.reply_by) == ("open", None, None)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        assert (await service.worklist(ctx)).items == []
    with pytest.raises(NotFound):
        await detail(ward, case)


async def test_while_open_the_level_follows_the_answers_both_ways(ward: Ward) -> None:
    case = await ward.case(result(Level.URGENT), hand_over=False)
    lower = await ward.assess(case.conversation.id, result(Level.ROUTINE), hand_over=False)
    assert (lower.id, lower.level) == (case.assessment.id, Level.ROUTINE)


async def test_handing_over_sets_the_target_and_shows_why(ward: Ward) -> None:
    case = await ward.case(result(Level.URGENT, within=4, age=42.0))
    found = await detail(ward, case)
    assert found.status == "waiting"
    assert found.due_at is not None
    assert found.handed_over_at is not None
    assert found.due_at - found.handed_over_at == timedelta(hours=4)
    assert found.reply_by == found.due_at
    assert found.reasons[0].quote == "chest hurts"
    assert (found.findings[0].start, found.findings[0].end) == (3, 14)
    assert found.protocol == PROTOCOL
    assert found.age_years == 42.0
    assert [message.text for message in found.messages] == ["My chest hurts"]
    assert [(t.event, t.to_status) for t in found.history] == [("update", "open"), ("hand-over", "waiting")]


async def test_an_emergency_is_handed_over_while_questions_are_open_and_operators_are_told(ward: Ward) -> None:
    case = await ward.case(result(Level.EMERGENCY, questions=(QUESTION,)), hand_over=False)
    assert case.assessment.status == "waiting"
    assert case.assessment.until_then == "Call 112 now. Do not wait for an answer here."
    async with ward.runtime.unit_of_work(Actor.system()) as ctx:
        (sent,) = (await ctx.session.execute(select(NotificationRow))).scalars()
    assert sent.kind == "care.emergency"
    assert "chest" not in (sent.body or "")


async def test_what_nobody_understood_is_handed_over_as_urgent_for_a_nurse(ward: Ward) -> None:
    case = await ward.case(result(None))
    found = await detail(ward, case)
    assert (found.level, found.nurse_review) == (Level.URGENT, True)


async def test_after_hand_over_the_machine_raises_and_never_lowers(ward: Ward) -> None:
    case = await ward.case(result(Level.ROUTINE, quote="sore"))
    raised = await ward.assess(case.conversation.id, result(Level.EMERGENCY, quote="can't breathe"), hand_over=False)
    assert (raised.level, raised.status) == (Level.EMERGENCY, "waiting")
    lowered = await ward.assess(case.conversation.id, result(Level.SELF_CARE, quote="better"), hand_over=False)
    assert lowered.level is Level.EMERGENCY
    assert lowered.reasons[0].quote == "can't breathe"
    found = await detail(ward, case)
    assert found.findings[0].quote == "better"
    assert found.due_at is not None
    assert found.handed_over_at is not None
    assert found.due_at - found.handed_over_at < timedelta(minutes=6)
    assert found.history[-1].reason == "raised from routine to emergency"


async def test_a_claimed_case_is_raised_in_the_nurses_hands(ward: Ward) -> None:
    case = await ward.case(result(Level.ROUTINE))
    await ward.claim(case)
    raised = await ward.assess(case.conversation.id, result(Level.EMERGENCY), hand_over=True)
    assert (raised.level, raised.status) == (Level.EMERGENCY, "claimed")


async def test_a_shorter_within_at_the_same_level_brings_the_target_forward_only(ward: Ward) -> None:
    case = await ward.case(result(Level.URGENT, within=12))
    first = (await detail(ward, case)).due_at
    await ward.assess(case.conversation.id, result(Level.URGENT, within=2))
    sooner = (await detail(ward, case)).due_at
    await ward.assess(case.conversation.id, result(Level.URGENT, within=20))
    assert first is not None
    assert sooner == first - timedelta(hours=10)
    assert (await detail(ward, case)).due_at == sooner


async def test_who_it_is_about_is_learnt_from_the_text(ward: Ward) -> None:
    case = await ward.case(result(subject=Subject.CHILD, age=2.5))
    found = await detail(ward, case)
    assert (found.about, found.age_years) == (Subject.CHILD, 2.5)


async def test_the_record_for_replay_is_kept_with_the_level_it_explains(ward: Ward) -> None:
    first = result(Level.EMERGENCY, quote="first")
    case = await ward.case(first)
    await ward.assess(case.conversation.id, result(Level.ROUTINE, quote="second"))
    async with ward.runtime.unit_of_work(Actor.system()) as ctx:
        row = (await ctx.session.execute(select(Assessment))).scalar_one()
    assert row.record == first.record.model_dump(mode="json")
    assert (row.engine_version, row.protocol_hash) == ("1.0", PROTOCOL.hash)


async def test_a_message_after_the_decision_begins_a_new_case_of_its_own_words(ward: Ward) -> None:
    case = await ward.case()
    await ward.claim(case)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        await service.decide(ctx, case.assessment.id, DecideRequest(level=Level.URGENT, reply="Come in today."))
    async with ward.runtime.unit_of_work(service.ASSISTANT) as ctx:
        await service.store_reply(ctx, case.conversation.id, case.message.id, "Noted.")
    await ward.say(case, "Now my leg hurts")
    async with ward.runtime.unit_of_work(case.patient) as ctx:
        seen = await service.transcript(ctx, case.conversation.id)
    assert seen.utterances == ["Now my leg hurts"]
    assert seen.earlier_utterances == ["My chest hurts"]
    assert seen.answers == {}
    second = await ward.assess(case.conversation.id, result(Level.ROUTINE))
    assert second.id != case.assessment.id
    assert second.level is Level.ROUTINE


async def test_a_patient_sees_the_level_and_the_promise_and_nothing_of_staff(ward: Ward) -> None:
    case = await ward.case()
    await ward.claim(case)
    async with ward.runtime.unit_of_work(case.patient) as ctx:
        seen = await service.get_assessment(ctx, case.assessment.id)
    assert not isinstance(seen, AssessmentDetail)
    plain = seen.model_dump_json()
    for hidden in ("Nora", "claimed_by", "notes", "decision_reason", "history", "model_output"):
        assert hidden not in plain


async def test_the_patient_withdraws_but_not_an_emergency_nor_what_is_in_hand(ward: Ward) -> None:
    case = await ward.case()
    async with ward.runtime.unit_of_work(case.patient) as ctx:
        assert (await service.withdraw(ctx, case.assessment.id)).status == "withdrawn"
    with pytest.raises(Conflict, match="closed"):
        await ward.say(case, "Hello again")
    emergency = await ward.case(result(Level.EMERGENCY))
    with pytest.raises(Conflict, match="emergency"):
        async with ward.runtime.unit_of_work(emergency.patient) as ctx:
            await service.withdraw(ctx, emergency.assessment.id)
    claimed = await ward.case()
    await ward.claim(claimed)
    with pytest.raises(Conflict, match="in hand"):
        async with ward.runtime.unit_of_work(claimed.patient) as ctx:
            await service.withdraw(ctx, claimed.assessment.id)


async def test_a_withdrawn_cases_patient_leaves_care_after_the_set_days(ward: Ward) -> None:
    case = await ward.case()
    async with ward.runtime.unit_of_work(case.patient) as ctx:
        await service.withdraw(ctx, case.assessment.id)
    async with ward.runtime.unit_of_work(Actor.system("job")) as ctx:
        await service.watch_breaches(ctx)
    days = ward.runtime.settings.get(CareSettings).in_care_days
    (changed,) = [event for event in await ward.events("patient.update") if event.via == "job"]
    assert changed.patient_ids == [case.patient_id]
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        assert (await service.patient_record(ctx, case.patient_id)).id == case.patient_id
    assert days == 30


async def test_an_assessment_of_no_conversation_is_not_found(ward: Ward) -> None:
    with pytest.raises(NotFound):
        await ward.assess(new_id(), result())


async def test_two_cases_of_one_patient_are_handed_over_and_decided_at_once(ward: Ward) -> None:
    patient = person(Role.PATIENT)
    open_cases = [await ward.case(patient=patient, hand_over=False) for _ in range(6)]
    await asyncio.gather(*(ward.assess(case.conversation.id, result()) for case in open_cases))
    nurses = [person(Role.NURSE) for _ in open_cases]

    async def finish(case: Case, nurse: Actor) -> None:
        await ward.claim(case, nurse)
        async with ward.runtime.unit_of_work(nurse) as ctx:
            await service.decide(ctx, case.assessment.id, DecideRequest(level=Level.URGENT, reply="Come in."))

    last = await ward.case(patient=patient, hand_over=False)
    await asyncio.gather(
        *(finish(case, nurse) for case, nurse in zip(open_cases, nurses, strict=True)),
        ward.assess(last.conversation.id, result()),
    )
    async with ward.runtime.unit_of_work(Actor.system()) as ctx:
        row = (await ctx.session.execute(select(Patient))).scalar_one()
    assert row.in_care_until == UNTIL_DECIDED
    await finish(last, ward.nurse)
    async with ward.runtime.unit_of_work(Actor.system()) as ctx:
        row = (await ctx.session.execute(select(Patient))).scalar_one()
        assert row.in_care_until is not None
        assert row.in_care_until < ctx.now() + timedelta(days=31)
