"""Lost connections, reloads and second tabs lose nothing."""

from __future__ import annotations

import json
import re
import time

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser.support.browsing import Visits
from tests.browser.support.gallery import say, settled
from tests.support.house import House

COLD = "I have had a sore throat and a runny nose for two days"


def messages_of(house: House, url: str) -> int:
    return int(house.sql("SELECT count(*) FROM messages WHERE conversation_id = %s", url.rsplit("/", 1)[1])[0][0])


def answered(page: Page) -> None:
    """Wait until nothing is on its way: only then is a question open. A first try on a new connection may fail, too."""
    expect(page.get_by_role("button", name="Why do you ask?")).to_be_visible(timeout=40_000)
    expect(page.get_by_text("Not sent yet.")).to_have_count(0)


def test_what_was_said_without_a_connection_is_sent_once_it_is_back(visit: Visits, house: House) -> None:
    one = visit.patient()
    page = one.go("/conversations")
    say(page, COLD)
    before = messages_of(house, page.url)
    one.context.set_offline(True)
    page.get_by_role("log").get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_text("Not sent yet.")).to_be_visible()
    one.context.set_offline(False)
    answered(page)
    assert messages_of(house, page.url) == before + 2


def test_an_answer_that_is_lost_on_its_way_back_is_not_said_twice(visit: Visits, house: House) -> None:
    one = visit.patient()
    page = one.go("/conversations")
    say(page, COLD)
    before = messages_of(house, page.url)
    lost = []

    def lose_the_first(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)  # the server has it; the browser never hears of it
            route.abort()
        else:
            route.continue_()

    one.context.route("**/messages", lose_the_first)
    page.get_by_role("log").get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_text("Not sent yet.")).to_be_visible()
    answered(page)
    assert lost == [200]
    assert messages_of(house, page.url) == before + 2


def test_a_first_answer_that_comes_late_does_not_hide_the_question(visit: Visits) -> None:
    """The page asks for the new conversation while the first words are on their way, and hears of it after them."""
    one = visit.patient()
    page = one.go("/conversations")
    late: list[tuple[Route, APIResponse]] = []
    words: list[Route] = []

    def load(route: Route) -> None:
        if late or route.request.method != "GET":
            route.continue_()
            return
        late.append((route, route.fetch()))
        for said in words:
            said.fulfill(response=said.fetch())

    def send(route: Route) -> None:
        words.append(route)
        if late:
            route.fulfill(response=route.fetch())

    one.context.route(re.compile(r"/api/conversations/[^/]+$"), load)
    one.context.route("**/messages", send)
    with page.expect_response("**/messages"):
        page.get_by_label("Say what is wrong").fill(COLD)
        page.get_by_role("button", name="Start").click()
    page.evaluate("() => new Promise(requestAnimationFrame)")  # so that the page has read the reply
    route, answer = late[0]
    route.fulfill(response=answer)
    expect(page.get_by_role("button", name="Why do you ask?")).to_be_visible()


def test_a_slow_network_shows_that_something_is_on_its_way(visit: Visits) -> None:
    one = visit.patient()
    page = one.go("/conversations")
    say(page, COLD)

    def slowly(route: Route) -> None:
        time.sleep(2)
        route.continue_()

    one.context.route("**/messages", slowly)
    page.get_by_role("log").get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_text("Bedside is reading…")).to_be_visible()
    expect(page.get_by_role("log")).to_have_attribute("aria-busy", "true")
    settled(page)


def test_a_reload_shows_the_same_conversation(visit: Visits) -> None:
    page = visit.patient().go("/conversations")
    say(page, COLD)
    question = page.get_by_role("log").get_by_role("heading").inner_text()
    page.reload()
    expect(page.get_by_role("log").get_by_role("heading", name=question, exact=True)).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text(COLD)


def test_leaving_with_words_that_nobody_has_asks_first(visit: Visits) -> None:
    page = visit.patient().go("/conversations")
    page.get_by_label("Say what is wrong").fill("half a sentence")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]


def test_words_stay_when_one_looks_at_another_page_and_comes_back(visit: Visits) -> None:
    page = visit.patient().go("/conversations")
    page.get_by_label("Say what is wrong").fill("half a sentence")
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.get_by_role("link", name="Conversations").click()
    expect(page.get_by_label("Say what is wrong")).to_have_value("half a sentence")


def test_two_tabs_stay_in_step(visit: Visits) -> None:
    one = visit.patient()
    page = one.go("/conversations")
    say(page, COLD)
    other = one.context.new_page()
    other.goto(page.url)
    question = page.get_by_role("log").get_by_role("heading").inner_text()
    expect(other.get_by_role("log").get_by_role("heading", name=question, exact=True)).to_be_visible()
    page.get_by_role("log").get_by_role("button", name="No", exact=True).click()
    expect(other.get_by_role("log").get_by_role("heading", name=question, exact=True)).to_have_count(0, timeout=20_000)
    settled(page)
    asked_now = page.get_by_role("log").get_by_role("heading").inner_text()
    expect(other.get_by_role("log").get_by_role("heading", name=asked_now, exact=True)).to_be_visible()


@pytest.mark.parametrize("status", [500, 503])
def test_a_failing_server_is_said_with_what_to_do(visit: Visits, status: int) -> None:
    one = visit.patient()
    problem = {
        "type": "about:blank",
        "title": "Not now",
        "status": status,
        "detail": "Try again in a moment.",
        "code": "x",
    }
    one.context.route(
        re.compile(r"/api/conversations(\?|$)"),
        lambda route: route.fulfill(status=status, content_type="application/problem+json", body=json.dumps(problem)),
    )
    page = one.go("/conversations")
    expect(page.get_by_role("alert")).to_contain_text("Try again in a moment.", timeout=20_000)
    one.context.unroute(re.compile(r"/api/conversations(\?|$)"))
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("You have none yet")).to_be_visible()


def test_an_ended_sign_in_asks_for_it_again_and_comes_back(visit: Visits) -> None:
    one = visit.patient()
    page = one.go("/conversations")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    one.context.clear_cookies()
    page.reload()
    page.wait_for_url("**/sign-in?**")
    expect(page.get_by_text("Sign in to go on.")).to_be_visible()
