"""The worklist: by keyboard alone, with five hundred cases, live, filtered, late, and with a colleague beside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.browsing import Visits
from tests.browser.support.nurse import decide, open_case, patient_case, reply_field
from tests.support.crowd import fill_worklist
from tests.support.house import EMERGENCY, House

pytestmark = [pytest.mark.xdist_group("browser-nurse-worklist"), pytest.mark.timeout(300)]

MOST_OF_A_FRAME = 0.05
"""Seconds, for five rows that come into sight at once, without a graphics card."""
LIST = "Cases, most urgent first"
COUNT_TONES = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { window.tones += 1; return start.apply(this, at); };
"""


@pytest.fixture
def emptied(house: House) -> Iterator[House]:
    """Nobody waits: every case is withdrawn."""
    _empty(house)
    yield house
    _empty(house)


def _empty(house: House) -> None:
    house.sql(
        "UPDATE assessments SET status = 'withdrawn', claimed_by = NULL, claimed_by_name = NULL"
        " WHERE status IN ('waiting', 'claimed')"
    )


def rows(page: Page) -> Any:
    return page.get_by_role("list", name=LIST).get_by_role("link")


class Clock:
    """The page's own processor time, whatever else the machine does."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def seconds(self) -> float:
        found = {metric["name"]: metric["value"] for metric in self._session.send("Performance.getMetrics")["metrics"]}
        return float(found["TaskDuration"])


def test_ten_cases_are_cleared_with_the_keyboard_alone(visit: Visits, emptied: House) -> None:
    fill_worklist(emptied.superuser_url, 10)
    page = visit("nurse").go("/worklist")
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("j")
    expect(rows(page).first).to_be_focused()
    page.keyboard.press("Enter")
    for place in range(10):
        page.get_by_role("heading", name="Why this level").wait_for()
        page.keyboard.press("c")
        page.get_by_text("Claimed by Nurse Example").wait_for()
        page.keyboard.press("a")
        expect(reply_field(page)).to_be_focused()
        page.keyboard.press("Control+Enter")
        page.get_by_text("Decided by Nurse Example").wait_for()
        if place < 9:
            here = page.url
            page.keyboard.press("j")
            page.wait_for_url(lambda url, before=here: url != before)
    assert emptied.get("nurse", "/api/worklist").json()["counts"]["total"] == 0
    page.keyboard.press("w")
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()


def test_five_hundred_cases_scroll_and_only_those_in_sight_are_drawn(visit: Visits, emptied: House) -> None:
    fill_worklist(emptied.superuser_url, 500)
    page = visit("nurse").go("/worklist")
    expect(page.get_by_text("500 cases", exact=True)).to_be_attached()
    assert rows(page).count() < 60
    box = page.get_by_role("list", name=LIST).locator("..")
    clock = Clock(page)
    spent = clock.seconds()
    box.evaluate(
        """async (box) => {
            for (let step = 0; step < 100; step += 1) {
                box.scrollTop += box.scrollHeight / 100;
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    a_frame = (clock.seconds() - spent) / 100
    assert 0 < a_frame < MOST_OF_A_FRAME, f"{a_frame * 1000:.1f} ms of the page's own time for each frame"
    page.wait_for_timeout(200)
    last = page.locator("li[aria-posinset='500']")
    expect(last).to_be_visible()
    expect(last).to_have_attribute("aria-setsize", "500")
    assert rows(page).count() < 60


def test_each_counter_is_a_filter(visit: Visits, emptied: House) -> None:
    fill_worklist(emptied.superuser_url, 14)
    counts = emptied.get("nurse", "/api/worklist").json()["counts"]
    page = visit("nurse").go("/worklist")
    expect(rows(page).first).to_be_visible()
    page.get_by_role("button", name="More filters").click()
    for name, counter in (
        ("Emergency", "emergency"),
        ("Urgent", "urgent"),
        ("Late", "breached"),
        ("Under 16", "age-child"),
    ):
        chip = page.get_by_role("button", name=re.compile(f"^{name} ?{counts[counter]}$"))
        chip.click()
        expect(chip).to_have_attribute("aria-pressed", "true")
        if counts[counter]:
            expect(page.locator(f"li[aria-setsize='{counts[counter]}']").first).to_be_visible()
        else:
            expect(page.get_by_text("No case is like that")).to_be_visible()
        chip.click()
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Worklist").click()
    page.keyboard.press("/")
    find = page.get_by_label("Find a name or word in the list")
    expect(find).to_be_focused()
    page.keyboard.type("Person 003")
    expect(page.locator("li[aria-setsize='1']")).to_contain_text("Person 003")
    page.keyboard.press("Escape")
    expect(find).not_to_be_focused()


def test_a_filter_survives_opening_a_case_and_coming_back(visit: Visits, emptied: House) -> None:
    fill_worklist(emptied.superuser_url, 14)
    page = visit("nurse").go("/worklist?level=urgent")
    rows(page).first.click()
    page.get_by_role("heading", name="Why this level").wait_for()
    page.go_back()
    expect(page.get_by_role("button", name=re.compile("^Urgent"))).to_have_attribute("aria-pressed", "true")


def test_what_is_late_says_so_in_words(visit: Visits, emptied: House) -> None:
    case = emptied.case()
    emptied.sql(
        "UPDATE assessments SET handed_over_at = now() - interval '10 minutes', due_at = now() - interval '5 minutes'"
        " WHERE id = %s",
        case.assessment_id,
    )
    page = visit("nurse").go("/worklist?breached=true")
    expect(rows(page).first).to_contain_text("late by 5 min")
    rows(page).first.click()
    expect(page.get_by_text("Was due")).to_be_visible()


def test_a_new_emergency_comes_by_itself_with_a_sound_and_in_the_title(visit: Visits, emptied: House) -> None:
    patient = visit.patient("Tina Title")
    nurse = visit("nurse")
    nurse.page.add_init_script(COUNT_TONES)
    page = nurse.go("/worklist")
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    assert page.title() == "Worklist · Bedside"
    # What is there at the first look is no news, and makes no sound.
    expect(page.get_by_role("alert")).to_have_attribute("aria-busy", "false")
    page.get_by_role("heading", name="Worklist").click()  # browsers permit sound only after a gesture
    case = patient_case(patient, EMERGENCY)
    expect(page).to_have_title("(1) Emergency waiting · Worklist · Bedside")
    alarm = page.get_by_role("alert")
    expect(alarm).to_have_text("1 emergency waiting")
    page.wait_for_function("() => window.tones === 2")
    assert "Tina" not in page.title()
    assert "Tina" not in alarm.inner_text()
    page.keyboard.press("e")
    page.wait_for_url(f"**/worklist/{case['assessment_id']}")
    page.get_by_role("heading", name="Why this level").wait_for()
    expect(alarm).to_have_text("1 emergency waiting")
    page.keyboard.press("c")
    expect(page).to_have_title("Case · Bedside")
    expect(alarm).to_be_empty()


def test_every_page_says_how_many_emergencies_wait_and_which_are_late(visit: Visits, emptied: House) -> None:
    cases = [emptied.case() for _ in range(3)]
    emptied.sql(
        "UPDATE assessments SET handed_over_at = now() - interval '10 minutes', due_at = now() - interval '5 minutes'"
        " WHERE id = %s",
        cases[1].assessment_id,
    )
    nurse = visit("nurse")
    for path in ("/worklist", "/account", f"/worklist/{cases[0].assessment_id}"):
        page = nurse.go(path)
        expect(page.get_by_role("alert")).to_have_text("3 emergencies waiting, 1 late")
    page.reload()
    expect(page.get_by_role("alert")).to_have_text("3 emergencies waiting, 1 late")
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_url(f"**/worklist/{cases[1].assessment_id}")
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("2 emergencies waiting")


def test_the_sound_can_be_turned_off_and_stays_off(visit: Visits, emptied: House) -> None:
    patient = visit.patient()
    nurse = visit("nurse")
    nurse.page.add_init_script(COUNT_TONES)
    page = nurse.go("/worklist")
    page.get_by_role("button", name="Sound for emergencies is on").click()
    page.reload()
    expect(page.get_by_role("button", name="Sound for emergencies is off")).to_be_visible()
    page.get_by_role("heading", name="Worklist").click()
    patient_case(patient, EMERGENCY)
    expect(page).to_have_title(re.compile("Emergency waiting"))
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.tones") == 0


def test_two_nurses_see_each_other_and_one_of_them_claims(visit: Visits, emptied: House) -> None:
    case = emptied.case()
    nurse, colleague = visit("nurse"), visit("physician")
    page = open_case(nurse, case.assessment_id)
    other = open_case(colleague, case.assessment_id)
    expect(other.get_by_text("Nurse Example also has this open")).to_be_visible()
    expect(page.get_by_text("Physician Example also has this open")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_text("Claimed by Nurse Example")).to_be_visible()
    expect(other.get_by_text("Nurse Example has this case.")).to_be_visible()
    other.keyboard.press("w")
    expect(page.get_by_text("also has this open")).to_have_count(0)


def test_who_claims_too_late_is_told_who_has_it(visit: Visits, emptied: House) -> None:
    case = emptied.case()
    nurse = visit("nurse")
    nurse.page.route("**/api/events", lambda route: route.abort())  # nothing tells this page of the other's claim
    page = open_case(nurse, case.assessment_id)
    claimed = emptied.post("physician", f"/api/assessments/{case.assessment_id}/claim")
    assert claimed.status_code == 200
    page.keyboard.press("c")
    expect(page.get_by_role("alert").filter(has_text="Physician Example has claimed this case.")).to_be_visible()


def test_somebody_else_changed_this_and_nothing_typed_is_lost(visit: Visits, emptied: House) -> None:
    case = emptied.case()
    page = open_case(visit("nurse"), case.assessment_id)
    page.keyboard.press("a")
    reply_field(page).fill("Words that took a long time")
    emptied.sql("UPDATE assessments SET version = version + 1 WHERE id = %s", case.assessment_id)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Somebody else changed this")).to_be_visible()
    expect(reply_field(page)).to_have_value("Words that took a long time")
    page.get_by_role("button", name="I have looked at it").click()
    page.get_by_role("button", name="Accept and send").click()
    expect(page.get_by_text("Decided by Nurse Example")).to_be_visible()


def test_what_is_typed_stays_while_one_looks_at_another_case(visit: Visits, emptied: House) -> None:
    first, second = emptied.case(), emptied.case("other")
    page = open_case(visit("nurse"), first.assessment_id)
    page.keyboard.press("a")
    reply_field(page).fill("Half a reply")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_url(f"**/worklist/{second.assessment_id}")
    page.keyboard.press("k")
    page.wait_for_url(f"**/worklist/{first.assessment_id}")
    expect(reply_field(page)).to_have_value("Half a reply")


def test_keys_can_be_turned_off_and_are_letters_while_one_types(visit: Visits, emptied: House) -> None:
    case = emptied.case()
    page = open_case(visit("nurse"), case.assessment_id)
    page.keyboard.press("n")
    expect(page.get_by_label("New note")).to_be_focused()
    page.keyboard.type("accj?")
    expect(page.get_by_label("New note")).to_have_value("accj?")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    dialog.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("c")
    page.wait_for_timeout(300)
    status = emptied.sql("SELECT status FROM assessments WHERE id = %s", case.assessment_id)
    assert status == [("waiting",)]


def test_without_a_connection_the_page_says_so_and_comes_back(visit: Visits, emptied: House) -> None:
    case = emptied.case()
    nurse = visit("nurse")
    nurse.page.route("**/api/worklist*", lambda route: route.abort())
    page = nurse.go("/worklist")
    expect(page.get_by_text("No connection")).to_be_visible(timeout=30_000)
    nurse.page.unroute("**/api/worklist*")
    page.get_by_role("button", name="Try again").click()
    expect(rows(page).first).to_be_visible()
    nurse.page.route(f"**/api/assessments/{case.assessment_id}/claim", lambda route: route.abort())
    page = open_case(nurse, case.assessment_id)
    page.keyboard.press("c")
    expect(page.get_by_role("alert").filter(has_text="No connection")).to_be_visible()
    nurse.page.unroute(f"**/api/assessments/{case.assessment_id}/claim")
    page.keyboard.press("c")
    expect(page.get_by_text("Claimed by Nurse Example")).to_be_visible()
    decide(page, "Call 112 now.")
    expect(page.get_by_text("Decided by Nurse Example")).to_be_visible()


def test_a_case_that_is_not_there_says_so(visit: Visits) -> None:
    page = visit("nurse").go("/worklist/018f3b1c-7d00-7000-8000-000000000000")
    expect(page.get_by_text("No such assessment.")).to_be_visible()
