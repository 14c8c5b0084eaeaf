"""Alerts on the monitoring page, acknowledged and silenced; channels with their test button."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.browsing import NARROW, Visits
from tests.browser.support.looks import axe, sideways_scroll, small_targets
from tests.browser.support.operations import HOSTILE
from tests.support.house import House


@pytest.fixture
def firing(house: House) -> None:
    """Two alerts that fire, one of them with a hostile name of its rule's maker; nothing else."""
    house.sql("DELETE FROM alerts")
    house.sql("DELETE FROM alert_silences")
    house.sql(
        "INSERT INTO alerts (id, created_at, rule, title, part, severity, state, version, changed_at, seen_at,"
        " fired_at, told, held_seconds, level, level_seconds)"
        " VALUES (gen_random_uuid(), now(), 'disk_full',"
        " 'The disk is nearly full', 'disk', 'critical', 'firing', 2, now(), now(), now(), 'it is 95', 0, 0, 0),"
        " (gen_random_uuid(), now(), 'made_up', %s, 'disk', 'warning', 'firing', 2, now(), now(), now(), 'odd', 0,"
        " 0, 0)",
        HOSTILE,
    )


def shown(page: Page, title: str) -> Page:
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Loading…")).to_have_count(0, timeout=30_000)
    return page


@pytest.mark.usefixtures("firing")
@pytest.mark.parametrize(
    ("path", "title"), [("/monitoring", "Monitoring"), ("/system/channels", "Notification channels")]
)
@pytest.mark.parametrize(("scheme", "size"), [("light", (1280, 900)), ("dark", NARROW)])
def test_pages_are_accessible_and_fit(visit: Visits, path: str, title: str, scheme: str, size: tuple[int, int]) -> None:
    page = shown(visit("admin", size=size, color_scheme=scheme).go(path), title)
    if path == "/monitoring":
        expect(page.get_by_role("heading", name="The disk is nearly full")).to_be_visible(timeout=30_000)
    else:
        expect(page.get_by_role("heading", name="operators")).to_be_visible(timeout=30_000)
    axe(page)
    assert sideways_scroll(page) <= 0
    assert small_targets(page, 24) == []


@pytest.mark.usefixtures("firing")
def test_an_alert_is_acknowledged_with_a_reason_and_silenced(visit: Visits, house: House) -> None:
    page = shown(visit("admin", size=NARROW).go("/monitoring"), "Monitoring")
    row = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="The disk is nearly full"))
    expect(row).to_contain_text("Firing", timeout=30_000)
    row.get_by_role("button", name="Acknowledge: The disk is nearly full").click()
    dialog = page.get_by_role("dialog", name="Acknowledge this alert")
    dialog.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(dialog).to_contain_text("Write at least three characters.")
    axe(page)
    dialog.get_by_label("Reason").fill("I empty it")
    dialog.get_by_label("For how long").select_option("4 hours")
    dialog.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(row).to_contain_text("In hand", timeout=30_000)
    expect(row).to_contain_text("I empty it")
    row.get_by_role("button", name="Silence: The disk is nearly full").click()
    dialog = page.get_by_role("dialog", name="Silence this rule")
    dialog.get_by_label("Reason").fill("New disks")
    dialog.get_by_role("button", name="Silence", exact=True).click()
    expect(page.get_by_text("Rule disk_full: New disks")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="End the silence: Rule disk_full").click()
    expect(page.get_by_text("Rule disk_full: New disks")).to_have_count(0, timeout=30_000)
    assert house.sql("SELECT state FROM alerts WHERE rule = 'disk_full'") == [("acknowledged",)]


def test_a_change_shows_without_a_reload_and_what_is_over_is_listed(visit: Visits, house: House) -> None:
    house.sql("DELETE FROM alerts")
    page = shown(visit("admin").go("/monitoring"), "Monitoring")
    expect(page.get_by_text("No alert is open.")).to_be_visible(timeout=30_000)
    house.sql(
        "INSERT INTO alerts (id, created_at, rule, title, part, severity, state, version, changed_at, seen_at,"
        " fired_at, resolved_at, told, held_seconds, level, level_seconds)"
        " VALUES (gen_random_uuid(), now(), 'disk_full',"
        " 'The disk is nearly full', 'disk', 'critical', 'firing', 2, now(), now(), now(), null, 'it is 95', 0, 0, 0),"
        " (gen_random_uuid(), now(), 'cpu_busy', 'The processors were busy', 'host', 'warning', 'resolved', 3, now(),"
        " now(), now(), now(), 'it is 10', 0, 0, 0)"
    )
    house.sql("SELECT pg_notify('bedside', '{\"topic\": \"alerts\"}')")
    expect(page.get_by_role("heading", name="The disk is nearly full")).to_be_visible(timeout=60_000)
    page.get_by_text("Alerts that are over").click()
    expect(page.get_by_role("heading", name="The processors were busy")).to_be_visible(timeout=30_000)


def test_a_channel_is_tested_with_a_button(visit: Visits) -> None:
    page = shown(visit("admin", size=NARROW).go("/system/channels"), "Notification channels")
    page.get_by_role("button", name="Send a test through operators").click()
    expect(page.get_by_role("status").filter(has_text="operators took the test message.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Last 24 hours: 1 taken, 0 given up. 0 wait.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Nobody is on call")).to_be_visible()
