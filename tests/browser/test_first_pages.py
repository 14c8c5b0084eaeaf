"""Signing in, and the first page of each role."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.support.browsing import NARROW, Visits
from tests.browser.support.looks import axe, sideways_scroll
from tests.support.house import PASSWORD

HOMES = {"patient": "/conversations", "nurse": "/worklist", "physician": "/worklist", "admin": "/monitoring"}


def test_the_first_page_names_the_emergency_number_before_any_sign_in(visit: Visits) -> None:
    one = visit()
    said: list[str] = []
    one.page.on("console", lambda message: said.append(message.text))
    page = one.go("/")
    expect(page.get_by_role("main").get_by_role("link", name="Call 112")).to_have_attribute("href", "tel:112")
    axe(page)
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_label("E-mail address")).to_be_visible()
    assert said == []  # not even a refused question after who is signed in


@pytest.mark.parametrize("who", HOMES)
def test_signing_in_with_the_form_leads_to_the_role_s_own_page(visit: Visits, who: str) -> None:
    page = visit().go("/sign-in")
    page.get_by_label("E-mail address").fill(f"{who}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{HOMES[who]}")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    # The header knows it at once, without a reload.
    expect(page.get_by_role("button", name="Your menu")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name="Account")).to_be_visible()


def test_a_wrong_password_is_said_and_nothing_is_lost(visit: Visits) -> None:
    page = visit().go("/sign-in")
    page.get_by_label("E-mail address").fill("patient@example.org")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Sign-in failed")
    expect(page.get_by_label("E-mail address")).to_have_value("patient@example.org")
    axe(page)


@pytest.mark.parametrize("who", HOMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_role_s_first_page_is_accessible_and_fits_a_phone(visit: Visits, who: str, scheme: str) -> None:
    one = visit(who, size=NARROW, color_scheme=scheme)
    page = one.go("/")
    page.wait_for_url(f"**{HOMES[who]}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe(page)
    assert sideways_scroll(page) <= 0


def test_a_role_s_pages_are_closed_to_the_others(visit: Visits) -> None:
    page = visit("patient").go("/worklist")
    page.wait_for_url("**/conversations")


def test_a_deep_link_asks_for_the_sign_in_and_then_leads_there(visit: Visits) -> None:
    page = visit().go("/audit")
    page.wait_for_url("**/sign-in?**")
    page.get_by_label("E-mail address").fill("admin@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/audit")


def test_signing_out_in_one_tab_signs_out_the_other(visit: Visits) -> None:
    one = visit("patient")
    page = one.go("/conversations")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    other = one.context.new_page()
    other.goto(f"{one.address}/conversations")
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/sign-in**")
    other.wait_for_url("**/sign-in**")
