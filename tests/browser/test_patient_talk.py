"""A patient's conversation from the first words to a nurse's reply."""

from __future__ import annotations

import json
import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support import looks
from tests.browser.support.browsing import NARROW, WIDE, Visits
from tests.browser.support.gallery import answer_all, say, settled
from tests.browser.support.looks import sideways_scroll, small_targets
from tests.support.house import House

COLD = "I have had a sore throat and a runny nose for two days"
CALF = "My left calf is swollen and sore since a long flight yesterday"
CHEST = "I have crushing chest pain that spreads into my left arm and I can't breathe"


def axe(page: Page) -> None:
    """Fail with what axe finds on the page as tall as its content: what has been scrolled half under the header or the
    field to write in is no small target."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": size["width"], "height": 6_000})
    page.wait_for_function("() => window.scrollY === 0 && window.innerHeight === 6000")
    looks.axe(page)
    page.set_viewport_size(size)


def conversation_id(page: Page) -> str:
    return page.url.rsplit("/", 1)[1]


def test_the_story_ends_in_a_care_card_only_when_no_question_is_open(visit: Visits) -> None:
    page = visit.patient().go("/conversations")
    say(page, COLD)
    log = page.get_by_role("log")
    expect(log).to_contain_text(COLD)
    expect(log.get_by_role("button", name="I don't know")).to_be_visible()
    expect(page.get_by_text("Whom to contact")).to_have_count(0)
    answer_all(page)
    card = page.get_by_role("region").filter(has_text="Whom to contact")
    expect(card).to_contain_text("How soon")
    expect(card).to_contain_text("Get help sooner than that")
    expect(page.get_by_text("Sent to a nurse.")).to_be_visible()
    expect(page.get_by_text("You get a reply by")).to_be_visible()
    axe(page)


def test_why_a_question_is_asked_is_told_and_words_answer_it_too(visit: Visits) -> None:
    page = visit.patient().go("/conversations")
    say(page, CALF)
    log = page.get_by_role("log")
    why = log.get_by_role("button", name="Why do you ask?")
    expect(why).to_have_attribute("aria-expanded", "false")
    why.click()
    expect(log.get_by_text("Each question rules something out")).to_be_visible()
    question = log.get_by_role("heading").inner_text()
    page.get_by_label("Answer in your own words").fill("no, not at all")
    page.get_by_role("button", name="Send").click()
    expect(log.get_by_role("heading", name=question, exact=True)).to_have_count(0)
    settled(page)
    expect(log).to_contain_text("no, not at all")


def test_an_answer_can_be_changed(visit: Visits) -> None:
    page = visit.patient().go("/conversations")
    say(page, COLD)
    log = page.get_by_role("log")
    first = log.get_by_role("heading").inner_text()
    log.get_by_role("button", name="No", exact=True).click()
    expect(log.get_by_role("heading", name=first, exact=True)).to_have_count(0)
    settled(page)
    log.get_by_role("button", name=re.compile("^Change th")).first.click()
    expect(log.get_by_role("heading", name=first, exact=True)).to_be_visible(timeout=20_000)


def test_an_emergency_is_said_at_once_and_without_a_reply(visit: Visits) -> None:
    one = visit.patient()
    page = one.go("/conversations")
    one.context.route("**/messages", lambda route: route.abort())
    page.get_by_label("Say what is wrong").fill("I am fine")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Not sent yet.")).to_be_visible()
    one.context.unroute("**/messages")
    page.get_by_role("button", name="Try now").click()
    settled(page)
    page.get_by_label(re.compile("Write a message|Answer in")).fill(CHEST)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("link", name="Call 112").first).to_be_visible()
    settled(page)
    expect(page.get_by_text("Call 112 now").first).to_be_visible()
    axe(page)


def wait_for_top(page: Page, selector: str) -> None:
    """Wait until the first of ``selector`` begins right below the header."""
    page.wait_for_function(
        """(selector) => {
            const header = document.querySelector('header').getBoundingClientRect().bottom;
            const top = document.querySelector(selector)?.getBoundingClientRect().top;
            return top >= header && top <= header + 60;
        }""",
        arg=selector,
    )


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("text", [CHEST, "I want to kill myself"])
def test_in_an_emergency_whom_to_call_is_what_is_seen(visit: Visits, text: str, size: tuple[int, int]) -> None:
    page = visit.patient(size=size).go("/conversations")
    say(page, text)
    wait_for_top(page, "main section[data-level=emergency]")
    call = page.get_by_role("main").get_by_role("link", name="Call 112").first
    expect(call).to_be_in_viewport(ratio=1)
    # Nothing lies on it, like the field to write in.
    box = call.bounding_box()
    assert box
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] - 2]
    assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('a')?.href", middle) == "tel:112"


def test_an_emergency_answered_before_the_talk_is_first_seen_is_in_view(visit: Visits) -> None:
    one = visit.patient()
    page = one.go("/conversations")

    def late(route):  # type: ignore[no-untyped-def]
        time.sleep(4)  # the turn goes on meanwhile
        route.continue_()

    one.context.route("**/api/conversations/*", late, times=1)
    say(page, CHEST)
    wait_for_top(page, "main section[data-level=emergency]")


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_an_outcome_is_read_from_its_first_line_on(visit: Visits, size: tuple[int, int]) -> None:
    page = visit.patient(size=size, timezone_id="Asia/Kolkata").go("/conversations")
    say(page, COLD)
    answer_all(page)
    wait_for_top(page, "[role=log] > :last-child")
    expect(page.get_by_role("heading", name="You can look after this yourself")).to_be_attached()
    # Beside the card the reply is its first paragraph; all of it can be read, and a screen reader has it anyway.
    log = page.get_by_role("log")
    advice = log.get_by_text("A pharmacist can advise you on medicines.")
    assert advice.evaluate("(e) => e.closest('.visually-hidden') !== null")
    whole = log.get_by_role("button", name="The whole reply")
    expect(whole).to_have_attribute("aria-expanded", "false")
    whole.click()
    expect(whole).to_have_attribute("aria-expanded", "true")
    assert advice.evaluate("(e) => e.closest('.visually-hidden') === null")
    # One time, said beside the case in the viewer's time zone, with its name.
    expect(page.get_by_text("You get a reply by")).to_contain_text("GMT+5:30")
    expect(log).to_contain_text("A nurse answers by the time shown with your case.")
    assert not re.search(r"\d:\d\d|UTC", log.inner_text())
    axe(page)


def test_who_has_scrolled_up_to_read_stays_there(visit: Visits, house: House) -> None:
    page = visit.patient(size=NARROW).go("/conversations")
    say(page, COLD)
    answer_all(page)
    [(case,)] = house.sql("SELECT id FROM assessments WHERE conversation_id = %s", conversation_id(page))
    page.wait_for_timeout(1_100)  # what the page scrolls by itself is over
    page.mouse.move(100, 300)
    page.mouse.wheel(0, -10_000)
    page.wait_for_function("() => window.scrollY === 0")
    assert house.post("nurse", f"/api/assessments/{case}/claim").status_code == 200
    body = {"level": "self-care", "reply": "Rest well, and write again if it lasts."}
    assert house.post("nurse", f"/api/assessments/{case}/decision", body).status_code == 200
    expect(page.get_by_role("log")).to_contain_text("Rest well")
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.scrollY") == 0


def test_at_320_pixels_no_word_breaks_in_two(visit: Visits) -> None:
    page = visit.patient(size=NARROW).go("/conversations")
    rows = page.get_by_text("Someone else", exact=True).evaluate(
        """(e) => { const range = document.createRange(); range.setStart(e.firstChild, 0);
                    range.setEnd(e.firstChild, 7);
                    return range.getClientRects().length; }"""
    )
    assert rows == 1


def test_who_it_is_for_and_the_age_reach_the_server(visit: Visits, house: House) -> None:
    page = visit.patient().go("/conversations")
    page.get_by_text("My child", exact=True).click()
    page.get_by_label("Their age").fill("18")
    page.get_by_role("combobox", name="Years or months").click()
    page.get_by_role("option", name="months").click()
    page.get_by_label("Say what is wrong").fill("He has a fever since this morning")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/conversations/.+"))
    answer = page.request.get(f"{house.address}/api/conversations/{conversation_id(page)}").json()
    assert (answer["about"], answer["age_years"]) == ("child", 1.5)


def test_a_nurse_s_reply_arrives_by_itself_and_the_card_follows_it(visit: Visits, house: House) -> None:
    page = visit.patient().go("/conversations")
    say(page, CHEST)
    answer_all(page)
    [(case,)] = house.sql("SELECT id FROM assessments WHERE conversation_id = %s", conversation_id(page))
    expect(page.get_by_text("Sent to a nurse.")).to_be_visible()
    for act, told in (("claim", "A nurse is reading it now."), ("release", "Sent to a nurse.")) * 2:
        assert house.post("nurse", f"/api/assessments/{case}/{act}").status_code == 200
        expect(page.get_by_text(told)).to_be_visible()
    assert house.post("nurse", f"/api/assessments/{case}/claim").status_code == 200
    expect(page.get_by_text("A nurse is reading it now.")).to_be_visible()
    body = {"level": "emergency", "reply": "An ambulance is on its way. Unlock your door."}
    assert house.post("nurse", f"/api/assessments/{case}/decision", body).status_code == 200
    log = page.get_by_role("log")
    expect(log).to_contain_text("An ambulance is on its way.")
    expect(log).to_contain_text("Nurse Example, nurse")
    expect(page.get_by_text("Decided by a clinician.")).to_be_visible()
    axe(page)


def test_a_case_can_be_taken_back(visit: Visits) -> None:
    page = visit.patient().go("/conversations")
    say(page, COLD)
    answer_all(page)
    page.get_by_role("button", name="I don't need this any more").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("This conversation is closed.")).to_be_visible()
    page.get_by_role("link", name="All conversations").click()
    expect(page.get_by_role("main").get_by_role("listitem").first).to_contain_text("Taken back")


def test_a_citation_opens_the_passage(visit: Visits) -> None:
    one = visit.patient()
    page = one.go("/conversations")
    say(page, COLD)
    conversation = conversation_id(page)
    citation = {
        "number": 1,
        "passage_id": "p1",
        "title": "Sore throat",
        "url": "javascript:alert(1)",
        "quote": "Most sore throats get better within a week. <script>alert(1)</script>",
    }

    def with_citation(route):  # type: ignore[no-untyped-def]
        answer = route.fetch()
        body = answer.json()
        body["messages"][1] |= {"text": "Most get better. [1]", "citations": [citation]}
        route.fulfill(response=answer, body=json.dumps(body))

    one.context.route(f"**/api/conversations/{conversation}", with_citation)
    page.reload()
    page.get_by_role("button", name="Source 1: Sore throat").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Most sore throats get better within a week. <script>alert(1)</script>")
    expect(dialog.get_by_role("link")).to_have_count(0)  # only the web is linked to
    axe(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Source 1: Sore throat")).to_be_focused()


@pytest.mark.parametrize("text", [COLD, CHEST])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_conversation_fits_a_phone_with_targets_for_fingers(visit: Visits, text: str, scheme: str) -> None:
    page = visit.patient(size=NARROW, color_scheme=scheme).go("/conversations")
    axe(page)
    assert sideways_scroll(page) <= 0
    assert small_targets(page, 44) == []
    say(page, text)
    axe(page)
    assert sideways_scroll(page) <= 0
    # The numbers of citations stand in running text.
    assert [one for one in small_targets(page, 44) if "citation" not in one] == []


def test_at_200_percent_nothing_has_to_be_scrolled_sideways(visit: Visits) -> None:
    # Zooming a window of 1280 pixels to 200 % gives it 640 (WCAG 2.2, 1.4.10 asks for as little as 320).
    page = visit.patient(size=(640, 400), device_scale_factor=2).go("/conversations")
    say(page, CALF)
    assert sideways_scroll(page) <= 0


def test_the_whole_story_by_keyboard_alone(visit: Visits) -> None:
    page = visit.patient().go("/conversations")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_label("Say what is wrong").focus()
    page.keyboard.type(COLD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/conversations/.+"))
    settled(page)
    for _ in range(12):
        choice = page.get_by_role("log").get_by_role("button", name="No", exact=True)
        card = page.get_by_text("Whom to contact")
        expect(choice.or_(card).first).to_be_visible(timeout=20_000)
        if card.is_visible():
            break
        text = page.get_by_role("log").get_by_role("heading").inner_text()
        for _ in range(40):
            if choice.evaluate("(e) => e === document.activeElement"):
                break
            page.keyboard.press("Tab")
        expect(choice).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("log").get_by_role("heading", name=text, exact=True)).to_have_count(0, timeout=20_000)
        settled(page)
    expect(page.get_by_text("Whom to contact")).to_be_visible()


def test_words_that_look_like_markup_are_words(visit: Visits) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> {{7*7}} sore throat"
    one = visit.patient(name="<b onmouseover=alert(1)>Eve</b>")
    page = one.go("/conversations")
    say(page, attack)
    expect(page.get_by_role("log")).to_contain_text(attack)
    assert page.get_by_role("log").locator("img, script").count() == 0
    assert "owned" not in page.title()
    page.goto(f"{one.address}/account")
    expect(page.get_by_text("<b onmouseover=alert(1)>Eve</b>")).to_be_visible()


def test_nothing_of_the_patient_is_in_address_title_or_storage(visit: Visits) -> None:
    page = visit.patient(name="Quentin Quince").go("/conversations")
    say(page, "zanzibarquince makes my throat sore")
    kept = page.evaluate(
        "() => JSON.stringify([location.href, document.title, {...localStorage}, {...sessionStorage}, document.cookie])"
    )
    assert "zanzibarquince" not in kept
    assert "Quince" not in kept
    assert page.evaluate("() => caches.keys().then((k) => k.length)") == 0
