"""Each state of the nurse's pages: accessible, wide and narrow, light and dark, at 200 % zoom, right to left."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.browsing import NARROW, WIDE, Visits
from tests.browser.support.looks import axe, sideways_scroll, small_targets
from tests.browser.support.nurse import open_case, patient_case, reply_field
from tests.support.crowd import fill_worklist
from tests.support.house import EMERGENCY, House

pytestmark = [pytest.mark.xdist_group("browser-nurse-looks"), pytest.mark.timeout(400)]

ZOOMED = (640, 400)
"""A window of 1280 by 800 at 200 % has these CSS pixels."""


def looks_well(page: Page) -> None:
    axe(page)
    assert sideways_scroll(page) <= 0
    assert small_targets(page, 24) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW, ZOOMED])
def test_every_state(visit: Visits, house: House, size: tuple[int, int], scheme: str) -> None:
    patient = visit.patient("Loes van der Lange-Achternaam-Zonder-Einde")
    long_word = "a" * 300
    case = patient_case(patient, f"{EMERGENCY} {long_word}")
    nurse = visit("nurse", size=size, color_scheme=scheme)
    page = nurse.go("/worklist")
    expect(page.get_by_role("link", name=re.compile("Loes")).first).to_be_visible()
    looks_well(page)
    page.get_by_role("button", name=re.compile("ilters$")).click()
    looks_well(page)
    page = open_case(nurse, case["assessment_id"])
    looks_well(page)
    page.locator("summary").first.click()
    tab = page.get_by_role("tab", name="Patient and notes")
    if tab.is_visible():
        tab.click()
        looks_well(page)
        page.get_by_role("tab", name="Case").click()
    page.keyboard.press("a")
    reply_field(page).wait_for()
    page.get_by_role("radio", name="Routine").check()
    looks_well(page)
    page.get_by_role("radio", name="Emergency").check()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Decided, and the reply is sent")).to_be_visible()
    looks_well(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    looks_well(page)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_empty_failed_and_hidden(visit: Visits, house: House, size: tuple[int, int]) -> None:
    nurse = visit("nurse", size=size)
    page = nurse.go("/worklist?level=self-care&mine=true")
    expect(page.get_by_text("No case is like that")).to_be_visible()
    looks_well(page)
    page = nurse.go("/worklist/018f3b1c-7d00-7000-8000-000000000000")
    expect(page.get_by_text("No such assessment.")).to_be_visible()
    looks_well(page)
    private = house.private_case()
    page = nurse.go(f"/patients/{private.patient_id}")
    page.get_by_role("button", name="Open in an emergency…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    looks_well(page)


def test_right_to_left_every_text_comes_from_the_catalogue(visit: Visits, house: House) -> None:
    fill_worklist(house.superuser_url, 3)
    page = visit("nurse", locale="ar-XB").go("/worklist")
    expect(page.get_by_role("heading", level=1)).to_contain_text("⟦")
    page.get_by_role("list").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    assert sideways_scroll(page) <= 0
    plain = page.locator("button:visible").all_inner_texts()
    assert [text for text in plain if text.strip() and "⟦" not in text] == []
