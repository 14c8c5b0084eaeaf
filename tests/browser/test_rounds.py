"""The administrator's pages of rounds: the last of each period, answers, reports, trends, capacity."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.browsing import NARROW, Visits
from tests.browser.support.looks import axe, sideways_scroll, small_targets
from tests.browser.support.operations import give_a_past
from tests.support.house import House
from tests.support.rounds import HOSTILE, give_round

LOADED_MS = 15_000


@pytest.fixture
def round_id(house: House) -> str:
    house.sql("DELETE FROM rounds")
    give_a_past(house)
    for days_ago, disk in ((2, 40.0), (1, 41.0)):
        give_round(house, days_ago=days_ago, disk=disk)
    return give_round(house)


def loaded(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=LOADED_MS)
    expect(page.get_by_text("Loading…")).to_have_count(0, timeout=LOADED_MS)


@pytest.mark.parametrize(("scheme", "size"), [("light", (1280, 900)), ("dark", NARROW)])
def test_the_pages_are_accessible_and_fit(visit: Visits, round_id: str, scheme: str, size: tuple[int, int]) -> None:
    one = visit("admin", size=size, color_scheme=scheme)
    for path, title in (("/system/rounds", "Rounds"), (f"/system/rounds/{round_id}", "Daily round")):
        page = one.go(path)
        loaded(page, title)
        for details in page.locator("details").all():
            details.evaluate("(element) => { element.open = true; }")
        axe(page)
        assert sideways_scroll(page) <= 0
        assert small_targets(page, 24) == []


def test_a_round_is_found_answered_and_its_report_taken(visit: Visits, round_id: str) -> None:
    page = visit("admin").go("/monitoring")
    last = page.get_by_role("region", name="Last rounds")
    expect(last).to_contain_text("needs attention, 1 question open")
    last.get_by_role("link", name="Daily round").click()
    loaded(page, "Daily round")
    expect(page.get_by_role("list", name="Left for people")).to_contain_text(HOSTILE)
    asked = page.get_by_role("group", name="Was a backup made in the last day?")
    asked.get_by_role("button", name="Not done").click()
    expect(asked.get_by_text("Say why it was not done.")).to_be_visible()
    asked.get_by_label("Note").fill("The tape is <b>full</b>")
    asked.get_by_role("button", name="Not done").click()
    expect(asked.get_by_text("The tape is <b>full</b>")).to_be_visible()
    expect(page.get_by_role("list", name="Left for people")).to_contain_text("Not done: Was a backup made")
    asked.get_by_role("button", name="Answer anew").click()
    asked.get_by_role("button", name="Done", exact=True).click()
    expect(asked.get_by_text("The tape is")).to_have_count(0)
    expect(page.get_by_role("list", name="Left for people")).not_to_contain_text("Was a backup made")
    disk = page.get_by_role("row", name="Disk")
    expect(disk).to_contain_text(re.compile("40.% to 42.%"))
    page.get_by_role("button", name="Report").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_rounds_lead_to_their_procedure_and_capacity_is_told_in_words(visit: Visits, round_id: str) -> None:
    page = visit("admin").go("/system/rounds")
    loaded(page, "Rounds")
    expect(page.get_by_role("list", name="Periods")).to_contain_text("Not walked yet.")
    expect(page.get_by_role("row", name="Disk")).to_contain_text("days")
    page.get_by_role("link", name="Walk now Weekly round").click()
    loaded(page, "Weekly round")
    expect(page.get_by_role("button", name="Dry run")).to_be_visible()
