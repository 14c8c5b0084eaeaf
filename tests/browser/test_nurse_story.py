"""The whole story in two browsers: a patient's case, the nurse who decides it, and what the patient then reads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.support.browsing import Visit, Visits
from tests.browser.support.nurse import decide, open_case, patient_case, reply_field
from tests.support.house import EMERGENCY, House

pytestmark = [pytest.mark.xdist_group("browser-nurse-story"), pytest.mark.timeout(300)]


def messages(patient: Visit, conversation_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = patient.context.request.get(
        f"{patient.address}/api/conversations/{conversation_id}"
    ).json()["messages"]
    return found


def test_a_patients_words_a_nurses_decision_and_the_reply(visit: Visits) -> None:
    patient = visit.patient("Paula Example")
    case = patient_case(patient, EMERGENCY)
    page = visit("nurse").go("/worklist")
    row = page.get_by_role("link", name=re.compile("Paula Example"))
    expect(row).to_contain_text("crushing chest pain")
    expect(row).to_contain_text("Emergency")
    row.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Paula Example, age not known")
    why = page.get_by_role("region", name="Why this level")
    expect(why).to_contain_text("ambulance")
    expect(page.locator("mark").first).to_be_visible()
    assert "chest pain" in "".join(page.locator("mark").all_inner_texts())
    page.get_by_role("button", name="Claim", exact=True).click()
    decide(page, "Call 112 now, I have told them about you.")
    expect(page.get_by_text("Decided, and the reply is sent")).to_be_visible()
    last = messages(patient, case["conversation_id"])[-1]
    assert (last["author"], last["text"]) == ("nurse", "Call 112 now, I have told them about you.")
    assert "Paula" not in page.title()
    assert "Paula" not in page.url


def test_a_rule_leads_to_the_words_that_made_it_fire(visit: Visits) -> None:
    case = patient_case(visit.patient(), EMERGENCY)
    page = open_case(visit("nurse"), case["assessment_id"])
    first = page.get_by_role("region", name="Why this level").get_by_role("listitem").first
    quote = first.locator("q").inner_text()
    first.get_by_role("button", name="Show in the conversation").click()
    shown = page.locator("mark[data-on]")
    expect(shown.first).to_be_in_viewport()
    assert all(words in quote for words in shown.all_inner_texts())


def test_another_level_asks_for_a_reason_and_a_steep_one_for_more(visit: Visits) -> None:
    case = patient_case(visit.patient(), EMERGENCY)
    page = open_case(visit("nurse"), case["assessment_id"])
    page.keyboard.press("l")
    expect(page.get_by_role("radio", name="Emergency")).to_be_focused()
    page.get_by_role("radio", name="Self-care").check()
    send = page.get_by_role("button", name="Change level and send")
    expect(send).to_be_disabled()
    reason = page.get_by_label("Reason for another level")
    reason.fill("short")
    expect(page.get_by_text("in at least 10 characters")).to_be_visible()
    expect(send).to_be_disabled()
    reason.fill("I called: it is a pulled muscle")
    send.click()
    expect(page.get_by_text("Decided, and the reply is sent")).to_be_visible()
    history = page.get_by_role("region", name="History")
    expect(history).to_contain_text("Nurse Example decided (Self-care)")
    expect(history).to_contain_text("it is a pulled muscle")
    expect(page.get_by_text("Bedside's own assessment was")).to_be_visible()


def test_a_decision_is_undone_within_its_minute_and_the_text_stands_there_again(visit: Visits) -> None:
    patient = visit.patient()
    case = patient_case(patient, EMERGENCY)
    page = open_case(visit("nurse"), case["assessment_id"])
    page.keyboard.press("a")
    expect(reply_field(page)).to_be_visible()
    decide(page, "Call 112. I typed thsi wrong.")
    page.get_by_text("Decided, and the reply is sent").wait_for()
    page.keyboard.press("u")
    expect(reply_field(page)).to_have_value("Call 112. I typed thsi wrong.")
    assert messages(patient, case["conversation_id"])[-1]["retracted"] is True
    expect(page.get_by_text("This reply was taken back.")).to_be_visible()
    decide(page, "Call 112. I typed this right.")
    page.get_by_text("Decided, and the reply is sent").wait_for()
    assert messages(patient, case["conversation_id"])[-1]["text"] == "Call 112. I typed this right."


def test_a_case_is_handed_over_to_a_physician_who_finds_and_decides_it(visit: Visits) -> None:
    case = patient_case(visit.patient("Hanna Handed"), EMERGENCY)
    nurse = open_case(visit("nurse"), case["assessment_id"])
    nurse.keyboard.press("h")
    nurse.get_by_label("Why a physician is needed").fill("Needs a prescription")
    nurse.keyboard.press("Control+Enter")
    expect(nurse.get_by_text("This case was handed over to the physicians.")).to_be_visible()
    physician = visit("physician").go("/worklist?physician=true")
    physician.get_by_role("link", name=re.compile("Hanna Handed")).click()
    expect(physician.get_by_role("region", name="History")).to_contain_text("Needs a prescription")
    physician.get_by_role("button", name="Claim", exact=True).click()
    expect(physician.get_by_role("button", name="Release", exact=True)).to_be_visible()
    decide(physician, "I am the physician. Call 112 now.")
    expect(physician.get_by_text("Decided by Physician Example")).to_be_visible()


def test_notes_are_kept_for_colleagues_alone(visit: Visits) -> None:
    patient = visit.patient()
    case = patient_case(patient, EMERGENCY)
    page = open_case(visit("nurse"), case["assessment_id"])
    page.keyboard.press("n")
    note = page.get_by_label("New note")
    expect(note).to_be_focused()
    page.keyboard.type("Called twice, nobody answers")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Notes").get_by_role("listitem")).to_contain_text("Called twice")
    expect(note).to_have_value("")
    told = patient.context.request.get(f"{patient.address}/api/conversations/{case['conversation_id']}").text()
    assert "Called twice" not in told


def test_questions_stand_with_their_answers_and_what_is_not_so_is_listed(visit: Visits, house: House) -> None:
    patient = visit.patient()
    case = patient_case(patient, "I have had a cough for three days", answer="no")
    page = open_case(visit("nurse"), case["assessment_id"])
    said = page.get_by_role("region", name="Conversation")
    asked = patient.context.request.get(f"{patient.address}/api/conversations/{case['conversation_id']}").json()
    first = next(message["question"]["text"] for message in asked["messages"] if message["question"])
    expect(said.get_by_text(first)).to_be_visible()
    expect(page.get_by_role("region", name="Why this level").get_by_text("Denied:")).to_be_visible()


ATTACK = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"


def test_what_people_type_is_text_and_never_markup(visit: Visits) -> None:
    patient = visit.patient(ATTACK[:60])
    case = patient_case(patient, f"{EMERGENCY} {ATTACK}")
    page = open_case(visit("nurse"), case["assessment_id"])
    expect(page.get_by_role("region", name="Conversation")).to_contain_text("<script>document.title=")
    page.keyboard.press("n")
    page.get_by_label("New note").fill(ATTACK)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Notes").get_by_role("listitem")).to_contain_text("<script>")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("l")
    page.get_by_role("radio", name="Urgent").check()
    page.get_by_label("Reason for another level").fill(ATTACK)
    decide(page, ATTACK)
    expect(page.get_by_role("region", name="History")).to_contain_text("<script>")
    expect(page.get_by_role("region", name="Conversation").get_by_role("listitem").last).to_contain_text("<img src=x")
    page.go_back()
    assert "hacked" not in page.title()
    assert page.locator("img[src=x]").count() == 0


def test_emergency_access_to_a_patient_who_is_in_nobodys_care(visit: Visits, house: House) -> None:
    private = house.private_case()
    page = visit("nurse").go("/worklist")
    page.get_by_role("button", name="Open a patient's record").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Patient's id").fill("not an id")
    dialog.get_by_role("button", name="Open").click()
    expect(dialog.get_by_text("An id has 32 digits")).to_be_visible()
    dialog.get_by_label("Patient's id").fill(str(private.patient_id))
    dialog.get_by_role("button", name="Open").click()
    expect(page.get_by_text("No patient with this id is in your care.")).to_be_visible()
    page.get_by_role("button", name="Open in an emergency…").click()
    dialog = page.get_by_role("dialog", name="Emergency access")
    dialog.get_by_label("Reason").fill("too short")
    expect(dialog.get_by_role("button", name="Open the record")).to_be_disabled()
    dialog.get_by_label("Reason").fill("Found unconscious in the lobby")
    dialog.get_by_role("button", name="Open the record").click()
    expect(page.get_by_role("heading", name="Other Example")).to_be_visible()
    expect(page.get_by_text("Emergency access until")).to_be_visible()
    flagged = house.get("admin", "/api/audit/events", flag="break-glass", patient_id=str(private.patient_id))
    assert flagged.json()["items"]
