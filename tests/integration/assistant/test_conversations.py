"""What a frightened person may write, and what must come back: on a real database with the starter pack."""

from __future__ import annotations

import pytest

from bedside.assistant.lines import NOT_REVIEWED
from bedside.assistant.schemas import TurnOut
from bedside.care import service as care
from bedside.care.schemas import AssessmentDetail, Author, Status
from bedside.care.worklist_schemas import DecideRequest
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import BadInput
from bedside.platform.runtime import Runtime
from bedside.triage.schemas import Level, Subject
from tests.support.talk import Talk

NURSE = Actor(Role.NURSE, new_id(), name="Nora Nurse")
SUICIDE = "I want to kill myself"


async def decided(talk: Talk, turn: TurnOut, level: Level = Level.ROUTINE) -> None:
    assert turn.assessment
    async with talk.runtime.unit_of_work(NURSE) as ctx:
        await care.claim(ctx, turn.assessment.id)
    async with talk.runtime.unit_of_work(NURSE) as ctx:
        request = DecideRequest(level=level, reply="Rest and drink a lot.", reason="Seen on the phone.")
        await care.decide(ctx, turn.assessment.id, request)


async def seen_by_nurse(talk: Talk, turn: TurnOut) -> AssessmentDetail:
    assert turn.assessment
    async with talk.runtime.unit_of_work(NURSE) as ctx:
        return await care.get_assessment(ctx, turn.assessment.id)


async def kept_answers(talk: Talk) -> dict[str, str]:
    """The answers of a case that no nurse has yet."""
    async with talk.runtime.unit_of_work(care.ASSISTANT) as ctx:
        return (await care.transcript(ctx, talk.id)).answers


# --- words that nobody here can read


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ich habe seit gestern starke Brustschmerzen und bekomme schlecht Luft", "Bei Gefahr rufen Sie sofort 112"),
        ("Mi hijo tiene fiebre y tos", "llame ahora al 112"),
        ("\u0639\u0646\u062f\u064a \u0623\u0644\u0645 \u0634\u062f\u064a\u062f", "112"),
        ("asdf qwer zzz blah", "understand English only"),
    ],
)
async def test_what_nobody_can_read_is_with_the_nurse_at_once_as_urgent(talk: Talk, text: str, line: str) -> None:
    turn = await talk.say(text)
    assert turn.assessment
    assert (turn.assessment.level, turn.assessment.status) == (Level.URGENT, Status.WAITING)
    assert line in turn.reply.text
    assert "A nurse sees your words at once" in turn.reply.text
    assert "call 112" in turn.reply.text
    assert turn.question is None
    case = await seen_by_nurse(talk, turn)
    assert case.messages[0].text == text
    assert case.nurse_review


async def test_after_unreadable_words_english_is_triaged_and_never_lowers(talk: Talk) -> None:
    await talk.say("Od wczoraj mam silny bol glowy")
    turn = await talk.say("I have a sore throat")
    assert turn.question
    assert turn.assessment
    assert turn.assessment.level is Level.URGENT
    turn = await talk.answer_all(turn, "no")
    assert turn.assessment
    assert turn.assessment.level is Level.URGENT


async def test_a_foreign_answer_in_the_middle_reaches_the_nurse_and_the_question_stays(talk: Talk) -> None:
    first = await talk.say("I have a sore throat")
    turn = await talk.say("no entiendo la pregunta pero me duele mucho el pecho")
    assert first.question
    assert turn.question
    assert turn.question.id == first.question.id
    assert turn.assessment
    assert (turn.assessment.level, turn.assessment.status) == (Level.URGENT, Status.WAITING)


# --- medicines


async def test_a_child_s_dose_is_only_what_the_passage_on_children_says(talk: Talk) -> None:
    turn = await talk.say("How much paracetamol can my 5 year old have?")
    quotes = [citation.quote for citation in turn.reply.citations]
    assert any("follow the leaflet for age and weight" in quote for quote in quotes)
    assert any("more than 4 doses" in quote for quote in quotes)
    assert "500 mg" not in turn.reply.text
    assert turn.question
    assert turn.question.id.startswith("medicine-")
    turn = await talk.answer_all(turn, "no", most=3)
    assert turn.assessment
    assert (turn.assessment.level, turn.assessment.status) == (Level.ROUTINE, Status.WAITING)


async def test_a_medicine_in_pregnancy_is_answered_for_pregnancy_alone(talk: Talk) -> None:
    await talk.say("It burns when I pee and I am 12 weeks pregnant")
    turn = await talk.say("can I take ibuprofen?")
    quotes = [citation.quote for citation in turn.reply.citations]
    assert any("not usually recommended in pregnancy" in quote for quote in quotes)
    assert all("pregnan" in quote for quote in quotes)


async def test_a_brand_is_looked_up_as_what_it_is(talk: Talk) -> None:
    turn = await talk.say("how much calpol for a 1 month old baby")
    quotes = [citation.quote for citation in turn.reply.citations]
    assert any("baby under 2 months" in quote for quote in quotes)
    assert "500 mg" not in turn.reply.text


async def test_what_is_said_for_other_people_is_no_answer(talk: Talk) -> None:
    turn = await talk.say("Is it safe to take aspirin when pregnant?")
    assert "under 16" not in turn.reply.text
    assert all("pregnan" in citation.quote for citation in turn.reply.citations)
    other = await talk.say("Can I take antihistamines for my hay fever?")
    assert all("pregnan" in citation.quote for citation in other.reply.citations)


async def test_self_harm_that_can_wait_for_the_nurse_is_met_warmly_too(talk: Talk) -> None:
    turn = await talk.say("I cut myself sometimes")
    assert turn.assessment
    assert turn.assessment.level is Level.URGENT
    assert turn.reply.text.startswith("Thank you for telling me. You are not alone")


async def test_too_much_given_to_a_child_is_urgent(talk: Talk) -> None:
    turn = await talk.say("How much paracetamol can my 5 year old have?")
    assert turn.question
    turn = await talk.say("yes")
    assert turn.assessment
    assert turn.assessment.level is not None
    assert turn.assessment.level.at_least(Level.URGENT)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("can I drink alcohol with metronidazole", "do not mix with alcohol, such as metronidazole"),
        ("can I take ibuprofen, I am on ramipril?", "blood pressure tablets"),
        ("What is the highest dose of paracetamol for me?", "Never take more than 4 g of paracetamol"),
    ],
)
async def test_a_medicine_question_is_answered_first_with_its_source(talk: Talk, question: str, said: str) -> None:
    turn = await talk.say(question)
    assert any(said in citation.quote for citation in turn.reply.citations)
    assert turn.reply.text.index(said) < turn.reply.text.index("questions, one at a time")
    assert turn.question
    assert turn.question.id.startswith("medicine-")


async def test_a_plain_question_asks_only_whether_somebody_is_ill(talk: Talk) -> None:
    turn = await talk.say("What is the capital of France?")
    assert "no source" in turn.reply.text
    assert turn.question
    assert "ill now" in turn.question.text
    turn = await talk.say("no")
    assert turn.question is None
    assert turn.assessment
    assert (turn.assessment.level, turn.assessment.status) == (Level.ROUTINE, Status.WAITING)


async def test_a_plain_question_of_somebody_ill_leads_to_the_danger_signs(talk: Talk) -> None:
    await talk.say("What is the capital of France?")
    turn = await talk.say("yes")
    assert turn.question
    assert turn.question.id == "general.danger"


# --- after the nurse's decision


@pytest.mark.parametrize("level", [Level.ROUTINE, Level.URGENT])
async def test_a_question_after_the_decision_goes_to_the_nurse_without_a_new_triage(talk: Talk, level: Level) -> None:
    first = await talk.answer_all(await talk.say("I have a headache"), "no")
    await decided(talk, first, level)
    turn = await talk.say("Should I wear the stockings, or is it normal that my headache is still there?")
    assert turn.question is None
    assert turn.assessment
    assert first.assessment
    assert turn.assessment.id != first.assessment.id
    assert (turn.assessment.level, turn.assessment.status) == (level, Status.WAITING)
    assert "pass this on to a nurse" in turn.reply.text
    assert "A nurse answers by" in turn.reply.text
    again = await talk.say("and when can I go to work")
    assert again.question is None
    assert again.assessment
    assert again.assessment.id == turn.assessment.id


async def test_words_of_the_nurse_that_are_not_understood_are_the_nurse_s_to_explain(talk: Talk) -> None:
    first = await talk.answer_all(await talk.say("I have a headache"), "no")
    await decided(talk, first)
    turn = await talk.say("what do you mean?")
    assert turn.assessment
    assert turn.assessment.status is Status.WAITING
    assert turn.question is None


async def test_a_new_emergency_after_the_decision_is_one(talk: Talk) -> None:
    first = await talk.answer_all(await talk.say("I have a headache"), "no")
    await decided(talk, first)
    turn = await talk.say("is it normal that half of my face droops and I can't speak properly?")
    assert turn.assessment
    assert turn.assessment.level is Level.EMERGENCY


# --- answers taken back


async def test_i_meant_no_changes_the_answer_before_and_says_so(talk: Talk) -> None:
    first = await talk.say("I have a sore throat")
    assert first.question
    second = await talk.say("no")
    turn = await talk.say("Sorry, I meant yes")
    assert f"\u201c{first.question.text}\u201d from \u201cNo\u201d to \u201cYes\u201d" in turn.reply.text
    assert second.question
    assert await kept_answers(talk) == {first.question.id: "yes"}


@pytest.mark.parametrize("text", ["back", "change my answer", "sorry, that was a mistake"])
async def test_a_taken_back_answer_is_named_asked_again_and_stays_taken_back(talk: Talk, text: str) -> None:
    first = await talk.say("I have a sore throat")
    assert first.question
    await talk.say("no")
    turn = await talk.say(text)
    assert f"taken back your answer \u201cNo\u201d to \u201c{first.question.text}\u201d" in turn.reply.text
    assert turn.question == first.question
    turn = await talk.say("Is a sore throat catching?")
    assert turn.question == first.question
    assert await kept_answers(talk) == {}


async def test_back_with_nothing_answered_says_so(talk: Talk) -> None:
    first = await talk.say("I have a sore throat")
    turn = await talk.say("back")
    assert "no answer to take back" in turn.reply.text
    assert turn.question == first.question


async def test_a_button_changes_an_earlier_answer_and_leaves_the_open_question_open(talk: Talk) -> None:
    first = await talk.say("I have a sore throat")
    assert first.question
    second = await talk.say("no")
    assert second.question
    turn = await talk.say(question_id=first.question.id, choice="unknown", text="I don't know")
    assert "from \u201cNo\u201d to \u201cI don't know\u201d" in turn.reply.text
    assert turn.question == second.question
    turn = await talk.say("Is a sore throat catching?")
    assert await kept_answers(talk) == {first.question.id: "unknown"}
    assert turn.question == second.question


async def test_change_takes_one_answer_back_and_asks_it_again(talk: Talk) -> None:
    first = await talk.say("I have a sore throat")
    second = await talk.say("no")
    assert first.question
    assert second.question
    await talk.say("no")
    turn = await talk.say(change=first.question.id)
    assert turn.question == first.question
    assert "taken back your answer \u201cNo\u201d" in turn.reply.text
    assert await kept_answers(talk) == {second.question.id: "no"}
    assert turn.assessment
    assert turn.assessment.level is Level.ROUTINE


@pytest.mark.parametrize("wrong", [{"change": "nobody.asks"}, {"change": "cough-cold.breath", "text": "x"}])
async def test_changes_of_what_was_not_asked_are_refused(talk: Talk, wrong: dict[str, str]) -> None:
    await talk.say("I have a sore throat")
    with pytest.raises((BadInput, ValueError)):
        await talk.say(**wrong)
    assert len((await talk.read()).messages) == 2


async def test_a_change_whose_turn_died_is_finished_as_the_change_that_it_was(talk: Talk, runtime: Runtime) -> None:
    from bedside.assistant import service as assistant
    from bedside.assistant.schemas import SendMessage

    first = await talk.say("I have a sore throat")
    assert first.question
    second = await talk.say("no")
    assert second.question
    request = SendMessage(question_id=first.question.id, choice="unknown")
    started = await assistant.begin_turn(runtime, talk.patient, talk.id, request)
    turn = await assistant.finish_turn(
        runtime, assistant.Started(started.conversation_id, started.message_id, None, None)
    )
    assert await kept_answers(talk) == {first.question.id: "unknown"}
    assert turn.question == second.question


async def test_the_nurse_keeps_the_first_reasons_when_an_answer_is_changed(talk: Talk) -> None:
    turn = await talk.say("I have a headache")
    assert turn.question
    urgent = await talk.say("yes, a bit")
    assert urgent.assessment
    assert urgent.assessment.level is Level.EMERGENCY
    assert "write \u201cchange my answer\u201d" in urgent.reply.text
    before = await seen_by_nurse(talk, urgent)
    changed = await talk.say("sorry, I meant no")
    assert "from \u201cYes\u201d to \u201cNo\u201d" in changed.reply.text
    after = await seen_by_nurse(talk, changed)
    assert (after.level, after.reasons) == (Level.EMERGENCY, before.reasons)
    assert after.answers == {turn.question.id: "no"}
    assert any(m.author is Author.ASSISTANT and "from \u201cYes\u201d" in m.text for m in after.messages)


# --- what is asked of Bedside itself


@pytest.mark.parametrize("text", ["what do you mean?", "why do you ask?", "I don't understand"])
async def test_the_open_question_is_explained_and_asked_again(talk: Talk, text: str) -> None:
    first = await talk.say("I have a headache")
    assert first.question
    turn = await talk.say(text)
    assert first.question.why in turn.reply.text
    assert turn.question == first.question
    assert "no source" not in turn.reply.text


async def test_to_ask_what_a_word_of_the_question_means_is_not_to_say_it(talk: Talk) -> None:
    turn = await talk.say("my 2 year old has a fever of 38.5")
    assert turn.question
    assert "floppy" in turn.question.text
    asked = await talk.say("what does floppy mean?")
    assert turn.question.why in asked.reply.text
    assert asked.question == turn.question
    assert asked.assessment
    assert asked.assessment.level is not Level.EMERGENCY


@pytest.mark.parametrize("text", ["forget it", "no thanks, forget it", "never mind", "Nevermind"])
async def test_forget_it_is_no_answer(talk: Talk, text: str) -> None:
    first = await talk.say("I have a sore throat")
    assert first.question
    turn = await talk.say(text)
    assert turn.question == first.question
    assert "not taken that as an answer" in turn.reply.text
    assert await kept_answers(talk) == {}


@pytest.mark.parametrize("before", [None, "I have a sore throat"])
async def test_how_to_have_data_deleted_is_said(talk: Talk, before: str | None) -> None:
    if before:
        await talk.say(before)
    turn = await talk.say("delete my data")
    assert "can't delete anything from here" in turn.reply.text
    assert "have your data deleted, ask" in turn.reply.text


async def test_who_answers_is_said_and_starts_no_case(talk: Talk) -> None:
    turn = await talk.say("are you a real doctor?")
    assert "computer program" in turn.reply.text
    assert turn.assessment is None


# --- how replies read


async def test_after_the_last_question_everything_that_holds_is_said(talk: Talk) -> None:
    turn = await talk.say("My left calf is swollen and sore since a long flight")
    assert turn.assessment
    assert turn.assessment.status is Status.WAITING
    turn = await talk.answer_all(turn, "no")
    assert turn.assessment
    for line in (*turn.assessment.advice, *turn.assessment.safety_net, turn.assessment.until_then or "?"):
        assert line in turn.reply.text
    assert "This is urgent" in turn.reply.text
    assert turn.assessment.reasons[0].text in turn.reply.text
    later = await talk.say("it itches a little as well")
    assert "This is urgent" in later.reply.text
    assert turn.assessment.safety_net[0] in later.reply.text
    assert "A nurse answers by" in later.reply.text


@pytest.mark.parametrize("text", ["My left calf is swollen and sore since a long flight", "I have a headache"])
async def test_one_reply_names_one_time(talk: Talk, text: str) -> None:
    turn = await talk.say(text)
    for _ in range(10):
        assert turn.reply.text.count("A nurse answers by") <= 1
        assert "within" not in turn.reply.text
        assert "today or tomorrow" not in turn.reply.text
        if turn.question is None:
            break
        turn = await talk.say("no")


async def test_no_question_begins_with_a_filler(talk: Talk) -> None:
    turn = await talk.say("I have a headache")
    while turn.question:
        assert "Thank you" not in turn.reply.text
        assert turn.reply.text.strip()
        turn = await talk.say("no")


async def test_that_nobody_has_reviewed_the_content_is_said_once(talk: Talk) -> None:
    await talk.answer_all(await talk.say("I have a headache"), "no")
    await talk.say("ok, and my nose runs")
    said = [m.text for m in (await talk.read()).messages if m.author is Author.ASSISTANT]
    assert sum(text.count(NOT_REVIEWED) for text in said) == 1


async def test_somebody_who_wants_to_die_is_met_warmly_and_with_the_crisis_line(talk: Talk) -> None:
    turn = await talk.say(SUICIDE)
    first, second = turn.reply.text.split("\n\n")[:2]
    assert "You are not alone" in first
    assert "crisis line" in second
    assert "112" in second
    for cold in ("Unlock", "This may be an emergency", "Why:", "drive"):
        assert cold not in turn.reply.text
    assert turn.assessment
    assert (turn.assessment.level, turn.assessment.status) == (Level.EMERGENCY, Status.WAITING)


async def test_only_joking_is_met_calmly_and_lowers_nothing(talk: Talk) -> None:
    await talk.say(SUICIDE)
    turn = await talk.say("I was only joking")
    assert len(turn.reply.text) < 300
    assert "nurse still reads" in turn.reply.text
    assert "crisis line" in turn.reply.text
    assert turn.assessment
    assert turn.assessment.level is Level.EMERGENCY
    assert (await seen_by_nurse(talk, turn)).messages[-2].text == "I was only joking"


async def test_whom_it_is_about_is_said_back(runtime: Runtime) -> None:
    talk = await Talk.start(runtime, about=Subject.CHILD, age_years=3.0)
    turn = await talk.say("she has a fever of 39.5 and is not drinking much")
    assert "about a child, 3 years old" in turn.reply.text
    other = await Talk.start(runtime, about=Subject.OTHER)
    assert "about somebody else." in (await other.say("he has a cough")).reply.text


async def test_what_is_told_beside_an_open_question_is_not_an_unread_answer(talk: Talk) -> None:
    await talk.say("I have a sore throat")
    turn = await talk.say("I also have an earache")
    assert "could not read" not in turn.reply.text
    assert "added that" in turn.reply.text
