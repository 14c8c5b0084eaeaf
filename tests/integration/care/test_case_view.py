"""A case as a clinician sees it: words highlighted, drafts to begin from, until when to undo, who changed what."""

from __future__ import annotations

from bedside.care import service
from bedside.care.schemas import AssessmentDetail
from bedside.care.worklist_schemas import DecideRequest
from bedside.platform.access.actor import Actor
from bedside.triage.schemas import Level, Reason, Subject, TriageInput
from bedside.triage.service import assess
from tests.support.care import Case, Ward, result

EMOJI = "🥺👨‍👩‍👧"
"""Outside the Basic Multilingual Plane: positions in code points and in UTF-16 differ."""


async def seen(ward: Ward, case: Case, by: Actor | None = None) -> AssessmentDetail:
    async with ward.runtime.unit_of_work(by or ward.nurse) as ctx:
        found = await service.get_assessment(ctx, case.assessment.id)
    assert isinstance(found, AssessmentDetail)
    return found


async def decide(ward: Ward, case: Case, level: Level = Level.URGENT, reason: str | None = None) -> AssessmentDetail:
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        return await service.decide(
            ctx, case.assessment.id, DecideRequest(level=level, reply="Come in today.", reason=reason)
        )


def marked(found: AssessmentDetail) -> list[tuple[str, str]]:
    """Return what is highlighted, with its rule."""
    texts = {message.id: message.text for message in found.messages}
    return [(texts[mark.message_id][mark.start : mark.end], mark.rule) for mark in found.marks]


async def test_the_patients_own_words_are_marked_where_they_stand(ward: Ward) -> None:
    text = f"{EMOJI} I have crushing chest pain and my left arm hurts"
    found = assess(TriageInput(utterances=[text]))
    case = await ward.case(found, text=text)
    marks = marked(await seen(ward, case))
    assert ("crushing", "chest-pain.crushing") in [(words.split()[0], rule) for words, rule in marks]
    assert all(words in text for words, _ in marks)
    assert {rule for _, rule in marks} == {reason.rule for reason in found.reasons}


async def test_words_of_a_later_message_are_marked_in_that_message(ward: Ward) -> None:
    case = await ward.case(result(quote="nothing of this"), text="Good morning", hand_over=False)
    later = await ward.say(case, "since today I have crushing chest pain")
    await ward.assess(case.conversation.id, assess(TriageInput(utterances=["Good morning", later.text])))
    found = await seen(ward, case)
    assert {mark.message_id for mark in found.marks} == {later.id}


async def test_a_quote_that_the_patient_did_not_write_is_marked_nowhere(ward: Ward) -> None:
    made_up = result()
    reason = Reason(rule="R9", level=Level.URGENT, text="x", quote="words of nobody", source="y")
    case = await ward.case(made_up.model_copy(update={"reasons": [reason]}))
    assert (await seen(ward, case)).marks == []


async def test_offsets_that_do_not_fit_the_text_are_not_trusted(ward: Ward) -> None:
    case = await ward.case(result(quote="hurts"), text="It hurts")  # the finding says 3 to 14
    assert marked(await seen(ward, case)) == [("hurts", "R1")]


async def test_there_is_a_draft_for_each_level_until_the_case_is_decided(ward: Ward) -> None:
    case = await ward.case(result(Level.URGENT, within=4, subject=Subject.CHILD))
    found = await seen(ward, case)
    drafts = {draft.level: draft.text for draft in found.drafts}
    assert set(drafts) == set(Level)
    assert "within 4 hours" in drafts[Level.URGENT]
    assert "about your child" in drafts[Level.URGENT]
    assert "Rest." in drafts[Level.URGENT]
    assert all("Write again if it gets worse." in drafts[level] for level in set(Level) - {Level.EMERGENCY})
    assert "Rest." not in drafts[Level.ROUTINE]  # advice is the protocol's for its own level
    number = ward.runtime.settings.core.emergency_number
    assert drafts[Level.EMERGENCY].startswith("This needs emergency care now.")
    assert f"Call {number} now" in drafts[Level.EMERGENCY]
    assert "{" not in "".join(drafts.values())
    assert "physician" in (await seen(ward, case, ward.physician)).drafts[1].text
    await ward.claim(case)
    assert (await decide(ward, case)).drafts == []


async def test_no_draft_is_sent_by_itself(ward: Ward) -> None:
    case = await ward.case()
    before = len((await seen(ward, case)).messages)
    await ward.claim(case)
    assert len((await seen(ward, case)).messages) == before


async def test_its_author_alone_is_told_until_when_a_decision_can_be_undone(ward: Ward) -> None:
    case = await ward.case()
    await ward.claim(case)
    assert (await seen(ward, case)).undo_until is None
    decided = await decide(ward, case)
    assert decided.decided_at is not None
    assert decided.undo_until is not None
    assert (decided.undo_until - decided.decided_at).total_seconds() == 60
    assert (await seen(ward, case, ward.other_nurse)).undo_until is None


async def test_the_history_keeps_which_level_was_in_force_after_each_step(ward: Ward) -> None:
    case = await ward.case(result(Level.URGENT))
    await ward.claim(case)
    await decide(ward, case, Level.ROUTINE, "It is better already")
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        found = await service.undo_decision(ctx, case.assessment.id)
    steps = [(step.event.value, step.level, step.actor_name) for step in found.history]
    assert steps == [
        ("update", "urgent", None),
        ("hand-over", "urgent", None),
        ("claim", "urgent", "Nora Nurse"),
        ("decide", "routine", "Nora Nurse"),
        ("undo", "urgent", "Nora Nurse"),
    ]


async def test_each_answer_names_the_message_that_gave_it(ward: Ward) -> None:
    case = await ward.case(hand_over=False)
    async with ward.runtime.unit_of_work(service.ASSISTANT) as ctx:
        from_triage = assess(TriageInput(utterances=[case.message.text])).questions[0]
        await service.store_reply(ctx, case.conversation.id, case.message.id, "One question.", question=from_triage)
    answer = await ward.say(case, "No")
    await ward.assess(case.conversation.id, result())
    (asked,) = (await seen(ward, case)).asked
    assert (asked.id, asked.words, asked.message_id) == (from_triage.id, "No", answer.id)
    assert asked.why == from_triage.why
