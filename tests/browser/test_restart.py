"""The whole system as `make up` starts it: the story is told in it, and its server is killed in mid-conversation."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.support.browsing import Visits, chromium
from tests.browser.support.gallery import say, settled
from tests.browser.support.story import tell_the_story
from tests.support.running import Process, eventually, workplace


@pytest.fixture(scope="module")
def bedside(built: Path) -> Iterator[Process]:
    with workplace(WEB_ROOT=str(built)) as place, place.up() as running:
        yield running


@pytest.fixture(scope="module")
def restart_browser(bedside: Process) -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.timeout(300)
def test_the_story_is_told_with_the_sample_logins_in_under_three_minutes(
    bedside: Process, restart_browser: Browser, record_property: Callable[[str, object], None]
) -> None:
    steps = tell_the_story(restart_browser, bedside.place.address)
    record_property("seconds", steps)
    assert max(steps.values()) < 180, steps


@pytest.mark.timeout(240)
def test_a_killed_server_costs_no_word(bedside: Process, restart_browser: Browser) -> None:
    visits = Visits(restart_browser, bedside.place.address)
    one = visits()
    page = one.go("/sign-in")
    page.get_by_role("button", name="Sam Patient (patient)").click()
    page.wait_for_url("**/conversations")
    say(page, "I have had a sore throat and a runny nose for two days")
    log = page.get_by_role("log")
    question = log.get_by_role("heading").inner_text()
    before = bedside.child("serve")
    os.kill(before, signal.SIGKILL)
    log.get_by_role("button", name="No", exact=True).click()
    eventually(lambda: bedside.find_child("serve") not in (0, before), what="another server")
    expect(log.get_by_role("heading", name=question, exact=True)).to_have_count(0, timeout=60_000)
    settled(page)
    expect(log.get_by_role("heading")).to_be_visible(timeout=60_000)
    visits.close()
    refused = "net::ERR_"
    assert [line for line in visits.wrong if refused not in line] == []
