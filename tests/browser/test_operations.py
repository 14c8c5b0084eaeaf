"""The administrator's pages: monitoring, checks, jobs, settings, sample data."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.browsing import NARROW, Visits
from tests.browser.support.looks import axe, sideways_scroll, small_targets
from tests.browser.support.operations import give_a_past
from tests.support.house import House

PAGES = {
    "/monitoring": "Monitoring",
    "/system/checks": "Checks",
    "/system/database": "Database",
    "/system/jobs": "Background jobs",
    "/system/settings": "Settings in force",
    "/system/sample-data": "Sample data",
}


@pytest.fixture(autouse=True)
def past(house: House) -> None:
    give_a_past(house)
    house.job("failed")


def loaded(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Loading…")).to_have_count(0, timeout=15_000)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("scheme", "size"), [("light", (1280, 900)), ("dark", NARROW)])
def test_every_page_is_accessible_and_fits(visit: Visits, path: str, scheme: str, size: tuple[int, int]) -> None:
    page = visit("admin", size=size, color_scheme=scheme).go(path)
    loaded(page, PAGES[path])
    for details in page.locator("details").all():
        details.evaluate("(element) => { element.open = true; }")
    axe(page)
    assert sideways_scroll(page) <= 0
    assert small_targets(page, 24) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_page_fits_at_two_hundred_percent(visit: Visits, path: str) -> None:
    page = visit("admin", size=(640, 400), device_scale_factor=2).go(path)
    loaded(page, PAGES[path])
    assert sideways_scroll(page) <= 0


@pytest.mark.parametrize("who", ["patient", "nurse", "physician"])
def test_nobody_else_gets_in(visit: Visits, who: str) -> None:
    page = visit(who).go("/system/jobs")
    expect(page.get_by_role("heading", level=1, name="Background jobs")).to_have_count(0)
    page.wait_for_url(lambda url: "/system" not in url)


def test_monitoring_tells_in_words_what_it_draws(visit: Visits, house: House) -> None:
    house.case()
    page = visit("admin").go("/monitoring")
    database = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Database", level=3)).first
    expect(database.get_by_role("img")).to_have_accessible_name(
        "Database: the last 24 hours, from the oldest to now. In words below."
    )
    expect(database).to_contain_text("97.92 % up")
    database.get_by_text("stretch").first.click()
    expect(database).to_contain_text("Down. No answer within 2 s.")
    expect(page.get_by_role("img", name="Requests per minute")).to_be_visible()
    page.get_by_text("The same as a table").first.click()
    table = page.get_by_role("table", name="Requests per minute")
    expect(table.get_by_role("row")).to_have_count(61)
    expect(table).to_contain_text("\u2013")
    page.get_by_text("Requests by route").click()
    expect(page.get_by_text("GET /api/worklist")).to_be_visible()
    expect(page.get_by_text("Cases waiting now")).to_be_visible()


def test_figures_over_time_are_drawn_and_told_for_each_range(visit: Visits) -> None:
    page = visit("admin").go("/monitoring")
    section = page.get_by_role("region", name="Over time")
    disk = section.get_by_role("figure").filter(has=page.get_by_role("heading", name="Disk used"))
    expect(disk.get_by_role("img")).to_have_accessible_name("Disk used Now: 30 %, at most 55 %.")
    expect(section.get_by_role("figure")).to_have_count(8)
    expect(section.get_by_text("Nobody has looked yet").first).to_be_visible()
    for choice, rows in (("1 hour", 61), ("24 hours", 97), ("7 days", 85)):
        section.get_by_role("radiogroup", name="Figures of").get_by_text(choice).click()
        disk.get_by_text("The same as a table").evaluate("(element) => { element.parentElement.open = true; }")
        expect(page.get_by_role("table", name="Disk used").get_by_role("row")).to_have_count(rows)
        expect(page.get_by_role("table", name="Disk used")).to_contain_text("\u2013")
    axe(page)
    expect(page.get_by_text("No procedure runs now")).to_be_visible()


def test_monitoring_asks_again_and_says_when_it_can_not(visit: Visits) -> None:
    one = visit("admin")
    page = one.go("/monitoring")
    loaded(page, "Monitoring")
    with page.expect_response("**/api/monitoring?**", timeout=20_000):
        pass
    one.context.route("**/api/monitoring?**", lambda route: route.abort())
    expect(page.get_by_text("Not live: this is as of")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("heading", name="Parts")).to_be_visible()
    axe(page)
    one.context.unroute("**/api/monitoring?**")
    expect(page.get_by_text("Not live: this is as of")).to_have_count(0, timeout=20_000)


def test_a_page_that_could_not_be_loaded_says_what_to_do(visit: Visits) -> None:
    one = visit("admin")
    one.context.route("**/api/monitoring?**", lambda route: route.abort())
    page = one.go("/monitoring")
    expect(page.get_by_text("No connection")).to_be_visible()
    one.context.unroute("**/api/monitoring?**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Parts")).to_be_visible()


def test_checks_are_run_again_at_a_press_and_found_by_filters(visit: Visits) -> None:
    page = visit("admin").go("/system/checks")
    expect(page.get_by_role("status").filter(has_text="Score:")).to_be_visible()
    with page.expect_response("**/api/checks/all/run"):
        page.get_by_role("button", name="Check all again").click()
    expect(page.get_by_role("heading", level=2, name="Parts")).to_be_visible()
    page.get_by_label("Find a check").fill("connection db")
    row = page.get_by_role("listitem").filter(
        has=page.get_by_role("heading", name="Database · Connection", exact=True, level=3)
    )
    expect(row).to_contain_text("Well")
    row.get_by_text("About db.connection").click()
    expect(row).to_contain_text("row security: binds the role")
    with page.expect_response("**/api/checks/db.connection/run"):
        row.get_by_role("button", name="Check now: db.connection").press("Enter")
    page.get_by_label("Status").select_option("Down")
    expect(page.get_by_text("No check fits", exact=True)).to_be_visible()
    axe(page)


def test_what_is_wrong_is_told_with_evidence_remedy_statements_and_procedure(visit: Visits) -> None:
    one = visit("admin", size=NARROW)
    page = one.go("/system/checks")
    with page.expect_response("**/api/checks/all/run") as answered:
        page.get_by_role("button", name="Check all again").click()
    found = answered.value.json()
    wrong = next(item for item in found["items"] if item["name"] == "disk.space")
    wrong["procedure"] = "maintenance.cleanup_old_data"
    wrong["last"] |= {"status": "down", "evidence": "99 % is used.", "remedy": "Free space.", "sql": ["VACUUM" * 30]}
    one.context.route("**/api/checks", lambda route: route.fulfill(json=found))
    page.reload()
    page.get_by_label("Status").select_option("Down")
    row = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Disk · Space", exact=True, level=3))
    expect(row).to_contain_text("What to do: Free space.")
    expect(row).to_contain_text("VACUUM")
    expect(row.get_by_role("link", name="maintenance.cleanup_old_data")).to_have_attribute(
        "href", "/system/procedures/maintenance.cleanup_old_data"
    )
    axe(page)
    assert sideways_scroll(page) <= 0


def test_without_a_database_what_is_down_is_told_all_the_same(visit: Visits) -> None:
    one = visit("admin")
    found = one.context.request.get(f"{one.address}/health").json()
    found["status"] = found["parts"][0]["status"] = "down"
    found["parts"][0] |= {"evidence": "No answer within 2 s.", "remedy": "Start PostgreSQL."}
    down = {"title": "Temporarily unavailable", "status": 503, "code": "unavailable", "detail": "Try again."}
    one.context.route("**/api/checks", lambda route: route.fulfill(status=503, json=down))
    one.context.route("**/health", lambda route: route.fulfill(status=503, json=found))
    page = one.go("/system/checks")
    expect(page.get_by_text("The database does not answer")).to_be_visible()
    expect(page.get_by_text("What to do: Start PostgreSQL.")).to_be_visible()
    axe(page)


def test_a_failed_job_is_tried_again_and_one_that_waits_cancelled(visit: Visits, house: House) -> None:
    failed = house.job("failed")
    page = visit("admin").go("/system/jobs")
    page.get_by_role("button", name=f"Try again: notify.deliver, number {failed}").click()
    page.get_by_role("button", name=f"Cancel: notify.deliver, number {failed}").click()
    row = page.get_by_role("listitem").filter(has_text=f"No. {failed}")
    expect(row).to_contain_text("Cancelled")
    assert house.sql("SELECT status::text FROM procrastinate_jobs WHERE id = %s", failed) == [("cancelled",)]


def test_a_scheduled_job_is_run_by_hand_and_the_list_filtered(visit: Visits) -> None:
    page = visit("admin").go("/system/jobs")
    expect(page.get_by_text("No worker reports")).to_be_visible()
    page.get_by_role("button", name="Run now: care.watch_breaches").click()
    expect(page.get_by_role("button", name="Waits: care.watch_breaches")).to_be_disabled()
    page.get_by_role("combobox", name="Job").click()
    page.get_by_role("option", name="care.watch_breaches").click()
    runs = page.get_by_role("region", name="Runs")
    expect(runs.get_by_role("listitem")).to_have_count(1)
    axe(page)


def test_settings_are_found_and_no_secret_is_shown(visit: Visits) -> None:
    page = visit("admin").go("/system/settings")
    page.get_by_label("Find a setting").fill("audit key")
    row = page.get_by_role("listitem").filter(has_text="AUDIT_KEY")
    expect(row).to_contain_text("set, hidden")
    page.get_by_label("Find a setting").fill("no such thing")
    expect(page.get_by_text("No setting fits")).to_be_visible()
    axe(page)
    page.get_by_label("Find a setting").fill("")
    page.get_by_role("switch", name="Only what somebody has set").check(force=True)
    expect(page.get_by_text("ORGANISATION")).to_be_visible()
    expect(page.get_by_text("LOG_LEVEL")).to_have_count(0)


def test_where_there_is_no_sample_data_nothing_can_be_reset(visit: Visits) -> None:
    page = visit("admin").go("/system/sample-data")
    expect(page.get_by_text("There is no sample data here")).to_be_visible()
    expect(page.get_by_role("button", name="Reset sample data")).to_have_count(0)


def test_the_keyboard_alone_reaches_and_runs_a_job(visit: Visits) -> None:
    page = visit("admin").go("/system/jobs")
    button = page.get_by_role("button", name="Run now: maintenance.cleanup_old_data")
    expect(button).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if button.evaluate("(element) => element === document.activeElement"):
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Waits: maintenance.cleanup_old_data")).to_be_visible()


def test_advice_on_the_database_is_told_with_the_statement_to_copy(visit: Visits, house: House) -> None:
    house.sql("CREATE TABLE planted_notes (id int PRIMARY KEY, patient_id uuid)")
    one = visit("admin")
    one.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = one.go("/system/database")
    advice = page.get_by_role("region", name="Advice")
    row = advice.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Row security"))
    expect(row).to_contain_text("planted_notes (off)", timeout=20_000)
    row.get_by_role("button", name="Copy the SQL: Row security").click()
    expect(row.get_by_role("button", name="Copied the SQL: Row security")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0] == 'ALTER TABLE "public"."planted_notes" ENABLE ROW LEVEL SECURITY;'
    expect(page.get_by_role("region", name="Connections")).to_contain_text("bedside_app")
    expect(page.get_by_text("Nobody waits for a lock.")).to_be_visible()
    house.sql("DROP TABLE planted_notes")
    page.get_by_role("button", name="Advise again").click()
    expect(row).to_have_count(0, timeout=20_000)
