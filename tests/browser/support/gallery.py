"""The pages of which `make screenshots` takes pictures. A new page or state adds a line to PAGES."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.support.browsing import Visit
from tests.browser.support.operations import give_a_past
from tests.support.crowd import fill_worklist
from tests.support.house import House

Prepare = Callable[[Page, House], None]


@dataclass(frozen=True)
class Shot:
    """One picture: whose page, where, and what is done before it is taken."""

    name: str
    who: str | None
    path: str
    prepare: Prepare = lambda page, house: None


def say(page: Page, text: str) -> None:
    """Begin a conversation as a patient and wait for its first reply."""
    page.get_by_label("Say what is wrong").fill(text)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/conversations/.+"))
    settled(page)


def settled(page: Page) -> None:
    """Wait until the assistant has answered."""
    expect(page.get_by_role("log")).to_have_attribute("aria-busy", "false", timeout=30_000)


def answer_all(page: Page, choice: str = "No", most: int = 12) -> None:
    """Answer every question with ``choice`` until the care card is there."""
    for _ in range(most):
        button = page.get_by_role("log").get_by_role("button", name=choice, exact=True)
        card = page.get_by_role("heading", name="How soon").or_(page.get_by_text("Whom to contact"))
        expect(button.or_(card).first).to_be_visible(timeout=30_000)
        if not button.is_visible():
            return
        text = page.get_by_role("log").get_by_role("heading").inner_text()
        button.click()
        expect(page.get_by_role("log").get_by_role("heading", name=text, exact=True)).to_have_count(0, timeout=30_000)
        settled(page)
    raise AssertionError(f"still asked after {most} answers")


def _question(page: Page, _: House) -> None:
    say(page, "My left calf is swollen and sore since a long flight yesterday")
    page.get_by_role("button", name="Why do you ask?").click()


def _card(page: Page, _: House) -> None:
    say(page, "I have had a sore throat and a runny nose for two days")
    answer_all(page)


def _emergency(page: Page, _: House) -> None:
    say(page, "I have crushing chest pain that spreads into my left arm and I can't breathe")


def _dialog(page: Page, _: House) -> None:
    page.get_by_role("button", name="Emergency").click()


def _wrong_password(page: Page, _: House) -> None:
    page.get_by_label("E-mail address").fill("patient@example.org")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()


def _some_cases(page: Page, house: House) -> None:
    if house.get("nurse", "/api/worklist").json()["counts"]["total"] < 12:
        fill_worklist(house.superuser_url, 12)
        page.reload()
    expect(page.get_by_role("list", name="Cases, most urgent first").get_by_role("link").first).to_be_visible()


def _open_case(page: Page, house: House) -> None:
    _some_cases(page, house)
    page.get_by_role("list", name="Cases, most urgent first").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Why this level")).to_be_visible()


def _decision(page: Page, house: House) -> None:
    _open_case(page, house)
    page.keyboard.press("a")
    expect(page.get_by_label("Reply to the patient")).to_be_visible()


def _past(page: Page, house: House) -> None:
    give_a_past(house)
    page.reload()
    expect(page.get_by_role("heading", name="Parts")).to_be_visible()


def _new_user(page: Page, _: House) -> None:
    page.get_by_role("button", name="Add somebody").click()


def _one_user(page: Page, _: House) -> None:
    page.get_by_role("list", name="Users").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Sign-ins in force")).to_be_visible()


def _event(page: Page, _: House) -> None:
    page.get_by_role("region", name="Events").get_by_role("listitem").first.get_by_role("button").click()


PAGES: list[Shot] = [
    Shot("landing", None, "/"),
    Shot("emergency-dialog", None, "/", _dialog),
    Shot("sign-in", None, "/sign-in"),
    Shot("sign-in-wrong", None, "/sign-in", _wrong_password),
    Shot("sign-up", None, "/sign-up"),
    Shot("forgot", None, "/forgot"),
    Shot("reset", None, "/reset#token=abc"),
    Shot("patient-start", "patient", "/conversations"),
    Shot("patient-question", "patient", "/conversations", _question),
    Shot("patient-card", "patient", "/conversations", _card),
    Shot("patient-emergency", "patient", "/conversations", _emergency),
    Shot("patient-account", "patient", "/account"),
    Shot("not-found", "patient", "/nowhere"),
    Shot("nurse-worklist", "nurse", "/worklist", _some_cases),
    Shot("nurse-case", "nurse", "/worklist", _open_case),
    Shot("nurse-decision", "nurse", "/worklist", _decision),
    Shot("admin-monitoring", "admin", "/monitoring", _past),
    Shot("admin-checks", "admin", "/system/checks"),
    Shot("admin-procedures", "admin", "/system/procedures"),
    Shot("admin-procedure", "admin", "/system/procedures/maintenance.run"),
    Shot("admin-rounds", "admin", "/system/rounds"),
    Shot("admin-database", "admin", "/system/database"),
    Shot("admin-jobs", "admin", "/system/jobs"),
    Shot("admin-settings", "admin", "/system/settings"),
    Shot("admin-sample-data", "admin", "/system/sample-data"),
    Shot("admin-users", "admin", "/users"),
    Shot("admin-new-user", "admin", "/users", _new_user),
    Shot("admin-user", "admin", "/users", _one_user),
    Shot("admin-audit", "admin", "/audit"),
    Shot("admin-audit-access", "admin", "/audit/access"),
    Shot("admin-audit-event", "admin", "/audit", _event),
]


def take(shot: Shot, visit: Visit, house: House, file: str) -> None:
    """Go there, prepare, and write the whole page."""
    page = visit.go(shot.path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    shot.prepare(page, house)
    page.wait_for_timeout(300)  # the last of the layout: nothing tells when it is done
    # As tall as its content: what sticks to the top or the bottom stands there, not in the middle of the picture.
    width = page.viewport_size["width"] if page.viewport_size else 0
    height = int(page.evaluate("() => document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": max(height, 600)})
    page.screenshot(path=file)
