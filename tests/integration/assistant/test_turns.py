"""One turn after another, on a real database with the starter pack."""

from __future__ import annotations

import asyncio

import pytest

from bedside.assistant import service as assistant
from bedside.assistant.schemas import SendMessage
from bedside.care.schemas import Author, Status
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import BadInput, NotFound
from bedside.platform.runtime import Runtime
from bedside.triage.schemas import Level
from tests.support.talk import Talk

EMERGENCY = "I have crushing chest pain going down my left arm and I am sweating"


async def test_a_case_is_asked_about_one_question_at_a_time_and_handed_over(talk: Talk) -> None:
    turn = await talk.say("I have had a sore throat for two days")
    assert turn.question is not None
    assert turn.question.why
    assert len(turn.question.choices) >= 3
    assert turn.assessment is not None
    assert turn.assessment.status is Status.OPEN
    assert await talk.worklist() == []
    turn = await talk.answer_all(turn, "no")
    assert turn.assessment is not None
    assert turn.assessment.status is Status.WAITING
    assert turn.assessment.level in {Level.ROUTINE, Level.SELF_CARE}
    assert [item.conversation_id for item in await talk.worklist()] == [talk.id]
    assert (turn.assessment.until_then or "?") in turn.reply.text
    assert turn.assessment.protocol.id in turn.reply.text


async def test_every_sentence_of_a_source_is_cited_word_for_word(talk: Talk) -> None:
    turn = await talk.answer_all(await talk.say("I have a headache since this morning"), "no")
    assert turn.reply.citations
    assert [c.number for c in turn.reply.citations] == list(range(1, len(turn.reply.citations) + 1))
    for citation in turn.reply.citations:
        assert f"- {citation.quote} [{citation.number}]" in turn.reply.text
        assert citation.title
        assert citation.url
    assert "word for word" in turn.reply.text


async def test_a_patient_s_own_question_is_answered_while_others_are_open(talk: Talk) -> None:
    first = await talk.say("I have had a sore throat for two days")
    turn = await talk.say("Can I take ibuprofen with paracetamol?")
    assert any("can be taken with paracetamol" in c.quote for c in turn.reply.citations)
    assert first.question
    assert turn.question
    assert turn.question.id == first.question.id


@pytest.mark.parametrize("question", ["What is the capital of France?", "Is chocolate bad for cats?"])
async def test_what_no_source_answers_is_not_answered(talk: Talk, question: str) -> None:
    turn = await talk.say(question)
    assert turn.reply.citations == []
    assert "no source" in turn.reply.text
    assert "nurse is asked" in turn.reply.text


async def test_an_emergency_is_shown_and_on_top_of_the_worklist_in_the_same_turn(talk: Talk, runtime: Runtime) -> None:
    other = await Talk.start(runtime)
    await other.answer_all(await other.say("I have a headache"), "no")
    turn = await talk.say(EMERGENCY)
    assert turn.question is None
    assert turn.assessment
    assert (turn.assessment.level, turn.assessment.status) == (Level.EMERGENCY, Status.WAITING)
    assert "Call 112 now" in turn.reply.text.splitlines()[0]
    assert "your local emergency number" not in turn.reply.text
    assert (await talk.worklist())[0].conversation_id == talk.id
    again = await talk.say("ok thank you, also my neck is stiff")
    assert again.assessment
    assert again.assessment.level is Level.EMERGENCY
    assert again.assessment.id == turn.assessment.id


async def test_a_level_is_never_lowered_by_what_is_said_later(talk: Talk) -> None:
    await talk.say(EMERGENCY)
    turn = await talk.say("Forget it, I have no chest pain, I feel fine, I was joking")
    assert turn.assessment
    assert turn.assessment.level is Level.EMERGENCY


async def test_small_talk_starts_no_case(talk: Talk) -> None:
    for text in ("hi", "Hello there!", "thanks"):
        turn = await talk.say(text)
        assert turn.assessment is None
        assert turn.question is None
        assert turn.reply.text
    assert await talk.worklist() == []


async def test_another_language_is_met_kindly_and_still_goes_to_the_nurse(talk: Talk) -> None:
    turn = await talk.say("Od wczoraj mam silny bol glowy")
    assert "English" in turn.reply.text
    assert "112" in turn.reply.text
    turn = await talk.answer_all(turn, "no")
    assert turn.assessment
    assert turn.assessment.status is Status.WAITING


async def test_i_do_not_know_is_an_answer_and_an_unread_answer_is_asked_again(talk: Talk) -> None:
    first = await talk.say("I have a headache")
    assert first.question
    unread = await talk.say("purple")
    assert unread.question
    assert unread.question.id == first.question.id
    assert "could not read" in unread.reply.text
    known = await talk.say("I'm not sure")
    assert known.question is None or known.question.id != first.question.id


async def test_a_question_that_is_never_answered_does_not_hold_the_case_up_for_ever(talk: Talk) -> None:
    turn = await talk.say("I have a headache")
    for _ in range(60):
        if turn.question is None:
            break
        turn = await talk.say("purple")
    assert turn.question is None
    assert turn.assessment
    assert turn.assessment.status is Status.WAITING
    assert turn.assessment.level is not Level.SELF_CARE


async def test_yes_in_words_is_taken_as_the_answer(talk: Talk) -> None:
    turn = await talk.say("I have a headache")
    asked = []
    while turn.question is not None and len(asked) < 20:
        asked.append(turn.question.id)
        turn = await talk.say("no" if {"yes", "no"} <= {c.value for c in turn.question.choices} else "I don't know")
    assert len(asked) == len(set(asked))


async def test_an_earlier_answer_is_changed_by_answering_again(talk: Talk) -> None:
    first = await talk.say("I have a headache")
    assert first.question
    await talk.say(question_id=first.question.id, choice="no")
    changed = await talk.say(question_id=first.question.id, choice="yes")
    assert changed.assessment
    transcript = await talk.read()
    assert [m.text for m in transcript.messages if m.author is Author.PATIENT][-2:] == [
        "No",
        f"My answer to \u201c{first.question.text}\u201d is now: Yes",
    ]
    assert changed.assessment.level in {Level.EMERGENCY, Level.URGENT}


async def test_back_asks_the_last_question_again(talk: Talk) -> None:
    first = await talk.say("I have a headache")
    assert first.question
    await talk.say("no")
    back = await talk.say("go back")
    assert back.question
    assert back.question.id == first.question.id


@pytest.mark.parametrize(
    "answer",
    [
        {"question_id": "nobody.asks-this", "choice": "yes"},
        {"question_id": "headache.thunderclap", "choice": "purple"},
        {"question_id": "x" * 200, "choice": "yes", "text": "Yes"},
    ],
)
async def test_choices_that_are_none_are_refused(talk: Talk, answer: dict[str, str]) -> None:
    await talk.say("I have a headache")
    with pytest.raises(BadInput):
        await talk.say(**answer)


async def test_a_decided_case_is_closed_and_a_new_complaint_opens_another(talk: Talk, runtime: Runtime) -> None:
    from bedside.care import service as care
    from bedside.care.worklist_schemas import DecideRequest

    turn = await talk.answer_all(await talk.say("I have a headache"), "no")
    assert turn.assessment
    nurse = Actor(Role.NURSE, talk.patient.id, name="Nora Nurse")
    async with runtime.unit_of_work(nurse) as ctx:
        await care.claim(ctx, turn.assessment.id)
    async with runtime.unit_of_work(nurse) as ctx:
        await care.decide(
            ctx, turn.assessment.id, DecideRequest(level=Level.SELF_CARE, reply="Rest and drink.", reason="Mild.")
        )
    thanks = await talk.say("thank you")
    assert thanks.assessment
    assert (thanks.assessment.id, thanks.assessment.status) == (turn.assessment.id, Status.DECIDED)
    fresh = await talk.say(EMERGENCY)
    assert fresh.assessment
    assert fresh.assessment.id != turn.assessment.id
    assert fresh.assessment.level is Level.EMERGENCY


async def test_the_same_key_counts_once_and_gives_the_same_reply(talk: Talk) -> None:
    first = await talk.say("I have a headache", key="k1")
    again = await talk.say("I have a headache", key="k1")
    assert again == first
    assert len((await talk.read()).messages) == 2
    with pytest.raises(BadInput):
        await talk.say("Something else", key="k1")


async def test_a_choice_sent_again_with_its_key_is_the_same_though_its_question_is_no_longer_open(talk: Talk) -> None:
    asked = (await talk.say("I have a headache")).question
    assert asked
    first = await talk.say(question_id=asked.id, choice="no", key="k1")
    assert first.question != asked
    assert await talk.say(question_id=asked.id, choice="no", key="k1") == first
    assert len((await talk.read()).messages) == 4
    with pytest.raises(BadInput):
        await talk.say(question_id=asked.id, choice="yes", key="k1")


async def test_the_same_key_at_once_counts_once(talk: Talk) -> None:
    turns = await asyncio.gather(*(talk.say("I have a headache", key="k1") for _ in range(8)))
    assert len({turn.reply.id for turn in turns}) == 1
    assert len((await talk.read()).messages) == 2


async def test_different_messages_at_once_are_all_answered_one_after_the_other(talk: Talk) -> None:
    said = [f"I have a headache, day {n}" for n in range(6)]
    turns = await asyncio.gather(*(talk.say(text) for text in said))
    assert len({turn.reply.id for turn in turns}) == 6
    messages = (await talk.read()).messages
    assert sorted(m.text for m in messages if m.author is Author.PATIENT) == sorted(said)
    assert len({m.in_reply_to for m in messages if m.author is Author.ASSISTANT}) == 6
    assert len({turn.assessment.id for turn in turns if turn.assessment}) == 1


async def test_a_stranger_s_conversation_is_not_there(talk: Talk, runtime: Runtime) -> None:
    other = await Talk.start(runtime)
    with pytest.raises(NotFound):
        await assistant.take_turn(runtime, other.patient, talk.id, SendMessage(text="hello there nurse"))
    assert (await talk.read()).messages == []
