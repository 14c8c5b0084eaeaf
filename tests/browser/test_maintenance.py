"""The administrator's page of maintenance, and the window that all staff see."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from bedside.kit.ids import new_id
from tests.browser.support.browsing import NARROW, Visits
from tests.browser.support.looks import axe, sideways_scroll, small_targets
from tests.support.house import House

PATH = "/system/maintenance"
LOADED_MS = 15_000
OUTPUT = {
    "vacuum_analyze": {
        "before": {"size_bytes": 50 * 2**20, "dead_rows": 54_000},
        "after": {"size_bytes": 50 * 2**20, "dead_rows": 0},
    },
    "reindex": [{"index": "ix_messages_patient_id", "bytes_before": 12 * 2**20, "bytes_after": 3 * 2**20}],
    "cleanup_old_data": {"jobs": 40, "sign_ins": 2},
}


@pytest.fixture(autouse=True)
def nothing_yet(house: House) -> None:
    for table in ("procedure_runs", "maintenance_windows", "legal_holds"):
        house.sql(f"DELETE FROM {table}")


def loaded(page: Page) -> Page:
    expect(page.get_by_role("heading", level=1, name="Maintenance")).to_be_visible(timeout=LOADED_MS)
    expect(page.get_by_text("Loading…")).to_have_count(0, timeout=LOADED_MS)
    return page


def cared_for(house: House) -> None:
    """A run of database care that has ended."""
    house.sql(
        "INSERT INTO procedure_runs (id, created_at, procedure, kind, lock, state, runner, dry_run, parameters,"
        " performed_by, actor_role, via, attempt, started_at, finished_at, steps, findings, follow_up, failures,"
        " output) VALUES (%s, now(), 'maintenance.run', 'routine', 'maintenance', 'completed', 'worker', false, '{}',"
        " 'Ada Admin', 'admin', 'api', 1, now(), now(), '[]', '{}', ARRAY['Drop ix_unused'], '{}', %s)",
        str(new_id()),
        json.dumps(OUTPUT),
    )


def held(house: House) -> None:
    answer = house.post(
        "admin", "/api/maintenance/holds", {"everything": True, "reason": "Court order <b>12/2026</b> " + "x" * 90}
    )
    assert answer.status_code == 201, answer.text


def on_now(house: House, reason: str = "New disks") -> None:
    house.sql(
        "INSERT INTO maintenance_windows (id, created_at, starts_at, ends_at, reason, planned_by_name)"
        " VALUES (gen_random_uuid(), now(), now() - interval '1 hour', now() + interval '1 hour', %s, 'Ada Admin')",
        reason,
    )


@pytest.mark.parametrize(("scheme", "size"), [("light", (1280, 900)), ("dark", NARROW)])
def test_the_page_is_accessible_and_fits(visit: Visits, house: House, scheme: str, size: tuple[int, int]) -> None:
    one = visit("admin", size=size, color_scheme=scheme)
    page = loaded(one.go(PATH))
    expect(page.get_by_text("No window is planned")).to_be_visible()
    expect(page.get_by_text("The database was not cared for yet")).to_be_visible()
    cared_for(house)
    held(house)
    on_now(house, "Disks " + "y" * 120)
    page = loaded(one.go(PATH))
    care = page.get_by_role("region", name="Database care")
    expect(care.get_by_text("54,000 before, 0 after")).to_be_visible(timeout=LOADED_MS)
    expect(care.get_by_text("12 MiB before, 3 MiB after")).to_be_visible()
    expect(care.get_by_text("1 thing is left for a person.")).to_be_visible()
    expect(page.get_by_role("region", name="Legal holds").get_by_text("Court order <b>12/2026</b>")).to_be_visible()
    retention = page.get_by_role("region", name="Retention")
    expect(retention.get_by_text("CONVERSATION_RETENTION_DAYS")).to_be_visible()
    expect(retention.get_by_text("all kept, by a legal hold").first).to_be_visible()
    axe(page)
    assert sideways_scroll(page) <= 0
    assert small_targets(page, 24) == []


def test_a_window_is_begun_seen_by_a_nurse_and_ended_early(visit: Visits, house: House) -> None:
    page = loaded(visit("admin").go(PATH))
    page.get_by_role("button", name="Begin window now").click()
    expect(page.get_by_text("Say in a few words what is done.")).to_be_visible()
    page.get_by_label("What is done").fill("New disks")
    page.get_by_role("button", name="Begin window now").click()
    windows = page.get_by_role("list", name="Maintenance windows")
    expect(windows.get_by_text("On now")).to_be_visible(timeout=LOADED_MS)
    assert house.sql("SELECT reason, planned_by_name FROM maintenance_windows") == [("New disks", "Admin Example")]

    nurse = visit("nurse").go("/worklist")
    bar = nurse.get_by_role("status").filter(has_text="Maintenance until")
    expect(bar).to_contain_text("New disks", timeout=LOADED_MS)
    axe(nurse)

    page.get_by_role("button", name="End now: New disks").click()
    page.get_by_role("dialog").get_by_role("button", name="End now").click()
    expect(windows.get_by_text("Ended early")).to_be_visible(timeout=LOADED_MS)
    expect(page.get_by_role("status").filter(has_text="Maintenance until")).to_have_count(0, timeout=LOADED_MS)
    nurse.reload()
    expect(nurse.get_by_role("heading", level=1)).to_be_visible(timeout=LOADED_MS)
    assert house.get("nurse", "/api/maintenance/windows/current").json()["active"] is None
    expect(bar).to_have_count(0, timeout=LOADED_MS)


def test_a_patient_is_told_nothing_and_asks_nothing(visit: Visits, house: House) -> None:
    on_now(house)
    one = visit("patient")
    page = one.go("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=LOADED_MS)
    expect(page.get_by_text("Maintenance until")).to_have_count(0)
