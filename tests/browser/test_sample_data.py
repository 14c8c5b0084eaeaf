"""The sample data's reset, in the browser, where there is sample data."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.support.browsing import Visits
from tests.browser.support.looks import axe
from tests.support.house import House


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    return {"SAMPLE_DATA": "true"}


def test_the_reset_wants_to_be_typed_and_says_what_it_did(visit: Visits, house: House) -> None:
    house.case()
    page = visit("admin").go("/system/sample-data")
    expect(page.get_by_text("What a reset deletes")).to_be_visible()
    expect(page.get_by_text("anybody who signed up here themselves")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Reset sample data").click()
    dialog = page.get_by_role("dialog")
    reset = dialog.get_by_role("button", name="Reset sample data")
    expect(reset).to_be_disabled()
    dialog.get_by_label("Type").fill("reset the sample data")
    expect(reset).to_be_disabled()
    axe(page)
    dialog.get_by_label("Type").fill("reset sample data")
    expect(reset).to_be_enabled()
    reset.click()
    expect(page.get_by_text("The sample data is as at the beginning.")).to_be_visible(timeout=60_000)
    axe(page)
    assert house.sql("SELECT count(*) FROM patients WHERE NOT is_sample") == [(0,)]
    assert house.sql("SELECT count(*) FROM patients") == [(5,)]
    # Whoever pressed it is still signed in.
    page.reload()
    expect(page.get_by_text("What a reset deletes")).to_be_visible()
