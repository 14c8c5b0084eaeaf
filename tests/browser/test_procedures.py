"""The administrator's pages of procedures: list, form, dry run, confirmed run, live progress, cancel, history."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

from bedside.bootstrap.runtime import build_runtime
from bedside.kit.ids import new_id
from tests.browser.support.browsing import NARROW, Visits
from tests.browser.support.looks import axe, sideways_scroll, small_targets
from tests.support.house import House

RETRY = "/system/procedures/jobs.retry_failed"
LOADED_MS = 15_000


def work(house: House) -> None:
    """Let a worker run what waits. In a thread of its own: the browser's event loop is in this one."""

    async def until_empty() -> None:
        async with build_runtime(house.settings, house.urls, process="worker").running() as runtime:
            await runtime.jobs.work(runtime, until_empty=True)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, until_empty()).result(60)


def begun(house: House, title: str = "Vacuum the tables", done: int = 3) -> str:
    """A run that goes on somewhere, in the middle of a step of ten; its id."""
    run_id, step = str(new_id()), {"title": title, "state": "running", "done": done, "total": 10}
    step["started_at"] = "2026-01-02T03:04:05Z"
    house.sql(
        "INSERT INTO procedure_runs (id, created_at, procedure, kind, lock, state, runner, dry_run, parameters,"
        " performed_by, actor_role, via, attempt, started_at, heartbeat_at, steps, findings, follow_up, failures,"
        " output) VALUES (%s, now(), 'jobs.retry_failed', 'emergency', 'jobs.retry_failed', 'running', 'worker',"
        " false, '{\"limit\": 5}', 'Ada Admin', 'admin', 'api', 2, now(), now(), %s, ARRAY['<b>much</b> was found'],"
        " ARRAY['Buy a disk'], ARRAY['One table was locked'], '{\"tables\": 7}')",
        run_id,
        json.dumps([step]),
    )
    house.sql(
        "INSERT INTO procedure_actions (id, run_id, action, state, begun_at)"
        " SELECT gen_random_uuid(), %s, 'Table ' || n, CASE n WHEN 2 THEN 'broken_off' ELSE 'done' END, now()"
        " FROM generate_series(1, 3) AS n",
        run_id,
    )
    return run_id


def loaded(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=LOADED_MS)
    expect(page.get_by_text("Loading…")).to_have_count(0, timeout=LOADED_MS)


@pytest.fixture(autouse=True)
def nothing_goes_on(house: House) -> None:
    house.sql("DELETE FROM procedure_runs")


@pytest.mark.parametrize(("scheme", "size"), [("light", (1280, 900)), ("dark", NARROW)])
def test_every_page_is_accessible_and_fits(visit: Visits, house: House, scheme: str, size: tuple[int, int]) -> None:
    run_id = begun(house)
    house.sql("UPDATE procedure_schedules SET since = now() - interval '60 days'")
    one = visit("admin", size=size, color_scheme=scheme)
    for path, title in {
        "/system/procedures": "Procedures",
        RETRY: "Run failed jobs again",
        "/system/procedures/maintenance.run": "Database maintenance",
        f"/system/procedures/runs/{run_id}": "Run failed jobs again",
    }.items():
        page = one.go(path)
        loaded(page, title)
        axe(page)
        assert sideways_scroll(page) <= 0, path
        assert small_targets(page, 24) == [], path


def test_a_dry_run_then_a_run_are_followed_live_to_their_end(visit: Visits, house: House) -> None:
    house.sql("DELETE FROM procrastinate_jobs")
    failed = house.job("failed")
    house.sql("INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'failed', now())", failed)
    page = visit("admin").go("/system/procedures")
    page.get_by_role("link", name="Run failed jobs again").first.click()
    loaded(page, "Run failed jobs again")
    page.get_by_label("Name").fill("notify.deliver")
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("status").filter(has_text="Waits")).to_be_visible()
    work(house)
    # Heard of by the stream of changes: nobody loads the page again.
    expect(page.get_by_role("status").filter(has_text="Completed")).to_be_visible(timeout=LOADED_MS)
    expect(page.get_by_role("region", name="Would be done")).to_contain_text(f"Run job {failed} again")
    assert house.sql("SELECT status::text FROM procrastinate_jobs WHERE id = %s", failed) == [("failed",)]

    page.get_by_role("link", name="To the procedure").click()
    page.get_by_label("Name").fill("notify.deliver")
    page.get_by_role("button", name="Run", exact=True).click()
    dialog = page.get_by_role("dialog")
    axe(page)
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Waits")).to_be_visible()
    work(house)
    expect(page.get_by_role("status").filter(has_text="Completed")).to_be_visible(timeout=LOADED_MS)
    expect(page.get_by_role("region", name="Figures")).to_contain_text("put_back")
    assert house.sql("SELECT output FROM procedure_runs WHERE NOT dry_run") == [({"failed": 1, "put_back": 1},)]
    page.get_by_role("link", name="To the procedure").click()
    history = page.get_by_role("region", name="History")
    expect(history.get_by_role("listitem")).to_have_count(2)
    expect(history).to_contain_text("By Admin Example")


def test_progress_is_told_as_it_comes_and_the_run_cancelled(visit: Visits, house: House) -> None:
    run_id = begun(house)
    page = visit("admin").go(f"/system/procedures/runs/{run_id}")
    loaded(page, "Run failed jobs again")
    bar = page.get_by_role("progressbar", name="Vacuum the tables")
    expect(bar).to_have_attribute("value", "3")
    expect(page.get_by_role("region", name="Found")).to_contain_text("<b>much</b> was found")
    expect(page.get_by_role("region", name="Done", exact=True)).to_contain_text(
        "Table 2 · broken off: see whether it was done"
    )
    house.sql(
        "WITH changed AS (UPDATE procedure_runs SET steps = jsonb_set(steps, '{0,done}', '8') WHERE id = %s)"
        " SELECT pg_notify('bedside', json_build_object('topic', 'procedure', 'run_id', %s::text)::text)",
        run_id,
        run_id,
    )
    expect(bar).to_have_attribute("value", "8", timeout=LOADED_MS)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("It ends at its next step.")).to_be_visible()
    assert house.sql("SELECT cancelled_by FROM procedure_runs WHERE id = %s", run_id) == [("Admin Example",)]


def test_what_destroys_is_confirmed_by_its_name(visit: Visits, house: House) -> None:
    page = visit("admin").go("/system/procedures/maintenance.cleanup_old_data")
    page.get_by_label("Retention Days").fill("0")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("At least 1.")).to_be_visible()
    page.get_by_label("Retention Days").fill("3000")
    page.get_by_role("button", name="Run", exact=True).click()
    dialog = page.get_by_role("dialog")
    run = dialog.get_by_role("button", name="Run", exact=True)
    expect(run).to_be_disabled()
    dialog.get_by_label("Type maintenance.cleanup_old_data to go on").fill("maintenance.cleanup")
    expect(run).to_be_disabled()
    dialog.get_by_label("Type maintenance.cleanup_old_data to go on").fill("maintenance.cleanup_old_data")
    # By the keyboard: Enter in the field is the button.
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Waits")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status").filter(has_text="Cancelled")).to_be_visible()
    assert house.sql("SELECT state, parameters FROM procedure_runs") == [("cancelled", {"retention_days": 3000})]


def test_who_may_not_never_gets_in_and_a_run_that_is_gone_is_said(visit: Visits) -> None:
    page = visit("nurse").go("/system/procedures")
    page.wait_for_url(lambda url: "/system" not in url)
    page = visit("admin").go(f"/system/procedures/runs/{new_id()}")
    expect(page.get_by_text("There is no such run")).to_be_visible()
    axe(page)
