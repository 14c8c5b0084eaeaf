"""Users and the audit: what an administrator does about people, and finds out about what was done."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.browsing import NARROW, Visits
from tests.browser.support.looks import axe, sideways_scroll, small_targets
from tests.browser.support.operations import HOSTILE
from tests.support.house import PASSWORD, House


@pytest.fixture
def somebody(house: House) -> Callable[..., str]:
    """Add an account; return its id."""

    def add(name: str = "Una Example", role: str = "nurse") -> str:
        body = {"login": f"u{uuid4().hex[:10]}@example.org", "display_name": name, "role": role, "password": PASSWORD}
        answer = house.post("admin", "/api/users", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    return add


def confirmed(page: Page, button: str) -> None:
    """Press a button and, in the dialog that it opens, its namesake."""
    page.get_by_role("button", name=button, exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    axe(page)
    dialog.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize(("scheme", "size"), [("light", (1280, 900)), ("dark", NARROW)])
@pytest.mark.parametrize("path", ["/users", "/users/{id}", "/audit", "/audit/access"])
def test_every_page_is_accessible_and_fits(
    visit: Visits, house: House, somebody: Callable[..., str], path: str, scheme: str, size: tuple[int, int]
) -> None:
    if path == "/audit/access":
        house.claimed("nurse")
    page = visit("admin", size=size, color_scheme=scheme).go(path.format(id=somebody()))
    expect(page.get_by_role("main").get_by_role("listitem").first).to_be_visible() if "{" not in path else expect(
        page.get_by_role("heading", name="Una Example")
    ).to_be_visible()
    axe(page)
    assert sideways_scroll(page) <= 0
    assert small_targets(page, 24) == []


def test_somebody_is_invited_found_and_given_another_role(visit: Visits, house: House) -> None:
    login = f"ines.{uuid4().hex[:8]}@example.org"
    page = visit("admin").go("/users")
    page.get_by_role("button", name="Add somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill(login)
    dialog.get_by_label("Name, as others read it").fill("Ines Invited")
    axe(page)
    dialog.get_by_role("button", name="Add and send the link").click()
    expect(dialog).to_contain_text(login)
    dialog.get_by_role("button", name="Close").last.click()
    page.get_by_label("Search").fill(login)
    row = page.get_by_role("list", name="Users").get_by_role("listitem")
    expect(row).to_have_count(1)
    row.get_by_role("link").click()
    page.wait_for_url("**/users/*")
    assert "Ines" not in page.title()
    page.get_by_label("New role").select_option("physician")
    confirmed(page, "Change role")
    expect(page.get_by_text("The role was changed.")).to_be_visible()
    assert house.sql("SELECT role FROM accounts WHERE login = %s", login) == [("physician",)]


def test_a_login_that_is_taken_is_said_and_the_form_kept(visit: Visits) -> None:
    page = visit("admin").go("/users")
    page.get_by_role("button", name="Add somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill("nurse@example.org")
    dialog.get_by_label("Name, as others read it").fill("Again")
    dialog.get_by_role("button", name="Add and send the link").click()
    expect(dialog.get_by_role("alert")).to_contain_text("can't be used")
    expect(dialog.get_by_label("E-mail address")).to_have_value("nurse@example.org")
    dialog.get_by_label("E-mail address").fill(f"again.{uuid4().hex[:8]}@example.org")
    dialog.get_by_role("button", name="Add and send the link").click()
    expect(dialog).to_contain_text("can sign in now")


def test_an_account_is_disabled_and_enabled(visit: Visits, somebody: Callable[..., str]) -> None:
    page = visit("admin").go(f"/users/{somebody()}")
    confirmed(page, "Disable")
    expect(page.get_by_text("The account is disabled.")).to_be_visible()
    confirmed(page, "Enable")
    expect(page.get_by_text("The account is enabled.")).to_be_visible()
    confirmed(page, "Reset password")
    expect(page.get_by_text("The link is on its way.")).to_be_visible()


def test_a_sign_in_is_ended(visit: Visits, house: House, somebody: Callable[..., str]) -> None:
    who = somebody()
    login = house.sql("SELECT login FROM accounts WHERE id = %s", who)[0][0]
    theirs = visit()
    theirs.sign_in(login)
    page = visit("admin").go(f"/users/{who}")
    page.get_by_role("button", name=re.compile("^End the sign-in")).click()
    expect(page.get_by_text("The sign-in was ended.")).to_be_visible()
    expect(page.get_by_text("Nobody is signed in with this account.")).to_be_visible()
    assert theirs.context.request.get(f"{theirs.address}/api/auth/me").status == 401


def test_a_locked_account_is_unlocked(visit: Visits, house: House, somebody: Callable[..., str]) -> None:
    who = somebody()
    login = house.sql("SELECT login FROM accounts WHERE id = %s", who)[0][0]
    for _ in range(12):
        if house.http.post("/api/auth/token", data={"username": login, "password": "wrong"}).status_code == 429:
            break
    page = visit("admin").go(f"/users/{who}")
    expect(page.get_by_text("Too many sign-ins failed.")).to_be_visible()
    axe(page)
    confirmed(page, "Unlock")
    expect(page.get_by_text("The account is unlocked.")).to_be_visible()
    expect(page.get_by_text("Locked until")).to_have_count(0)


def test_a_name_is_text_wherever_it_stands(visit: Visits, somebody: Callable[..., str]) -> None:
    who = somebody(HOSTILE)
    page = visit("admin").go("/users")
    page.get_by_label("Search").fill("onerror")
    expect(page.get_by_role("link", name=HOSTILE)).to_be_visible()
    page.goto(page.url.replace("/users", f"/users/{who}"))
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    assert page.evaluate("() => window.__broken") is None


def test_what_can_not_be_done_says_why_and_changes_nothing(visit: Visits, somebody: Callable[..., str]) -> None:
    one = visit("admin")
    page = one.go(f"/users/{somebody()}")
    one.context.route("**/disable", lambda route: route.abort())
    page.get_by_role("button", name="Disable", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Disable", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("No connection")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Disable", exact=True)).to_be_focused()


def test_the_audit_is_searched_and_an_event_opened_whole(visit: Visits, house: House) -> None:
    house.get("patient", "/api/worklist")
    page = visit("admin").go("/audit")
    page.get_by_label("Action begins with").fill("access.")
    page.get_by_label("How it ended").select_option("denied")
    page.get_by_role("button", name="Search", exact=True).click()
    rows = page.get_by_role("region", name="Events").get_by_role("listitem")
    expect(rows.first).to_contain_text("access.denied")
    rows.first.get_by_role("button").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Denied")
    axe(page)
    drawer.get_by_role("button", name="All of this request").click()
    expect(drawer).to_have_count(0)
    expect(page.get_by_label("Request's id")).not_to_have_value("")
    expect(rows.first).to_contain_text("access.denied")


def test_what_makes_no_sense_is_said_before_it_is_sent(visit: Visits) -> None:
    page = visit("admin").go("/audit")
    page.get_by_role("button", name="More filters").click()
    page.get_by_label("Patient's id").fill("Ruth Sample")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("An id looks like")).to_be_visible()
    assert "Ruth" not in page.url
    axe(page)
    page.get_by_label("Patient's id").fill("01a203df-7e18-76d9-86a7-570a85de922f")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("No event fits")).to_be_visible()
    axe(page)


def test_the_audit_is_exported_with_the_filters(visit: Visits) -> None:
    page = visit("admin").go("/audit")
    page.get_by_label("Action begins with").fill("account.")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="Table for people (CSV)").click()
    text = started.value.path().read_text(encoding="utf-8")
    assert started.value.suggested_filename.endswith(".csv")
    assert "account." in text
    assert "audit.list" not in text


def test_physicians_read_the_audit_too(visit: Visits) -> None:
    page = visit("physician").go("/audit")
    expect(page.get_by_role("region", name="Events").get_by_role("listitem").first).to_be_visible()


def test_events_of_one_request_are_shown_together(visit: Visits, house: House) -> None:
    case = house.claimed("nurse")
    events = house.get("admin", "/api/audit/events", patient_id=str(case.patient_id), action="assessment.").json()
    request = next(event["request_id"] for event in events["items"] if event["action"] == "assessment.claim")
    together = house.get("admin", "/api/audit/events", request_id=request).json()["items"]
    assert len(together) > 2
    page = visit("admin").go("/audit")
    page.get_by_role("button", name="More filters").click()
    page.get_by_label("Request's id").fill(request)
    page.get_by_role("button", name="Search", exact=True).click()
    events_list = page.get_by_role("region", name="Events")
    expect(events_list.get_by_role("status")).to_have_text(f"{len(together)} events")
    lines = events_list.locator("button[aria-haspopup=dialog]")
    expect(lines.filter(visible=True)).to_have_count(1)
    expect(lines.filter(visible=True)).to_contain_text("assessment.claim")  # a change says more than the readings do
    more = events_list.get_by_role("button", name=re.compile(f"{len(together) - 1} more"))
    expect(more).to_have_attribute("aria-expanded", "false")
    more.click()
    expect(lines.filter(visible=True)).to_have_count(len(together))
    axe(page)


def test_who_reached_one_patients_record(visit: Visits, house: House) -> None:
    case = house.claimed("nurse")
    page = visit("admin").go("/audit")
    page.get_by_role("link", name="Who reached patients").click()
    page.get_by_label("Patient's id").fill("Ruth Sample")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("An id looks like")).to_be_visible()
    page.get_by_label("Patient's id").fill(str(case.patient_id))
    page.get_by_role("button", name="Search", exact=True).click()
    row = (
        page.get_by_role("region", name="Who reached patients").get_by_role("listitem").filter(has_text="Nurse Example")
    )
    expect(row).to_contain_text("1 patient")
    assert str(case.patient_id) not in page.url
    row.get_by_role("button", name="Show these events").click()
    page.wait_for_url("**/audit")
    expect(page.get_by_label("Patient's id")).to_have_value(str(case.patient_id))
    rows = page.get_by_role("region", name="Events").get_by_role("listitem")
    expect(rows.first).to_contain_text("Nurse Example")
    physician = visit("physician").go("/audit/access")
    row = physician.get_by_role("region", name="Who reached patients").get_by_role("listitem")
    expect(row.first).to_be_visible()
    expect(physician.get_by_text("Nurse Example")).to_have_count(0)  # names of staff are for administrators
