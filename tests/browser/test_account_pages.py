"""Signing up, a forgotten password, one's own account, and going away from the screen."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyotp
from playwright.sync_api import Page, expect

from bedside.kit.crypto import new_token, token_hash
from bedside.kit.ids import new_id
from tests.browser.support.browsing import NARROW, Visits
from tests.browser.support.gallery import say
from tests.browser.support.looks import axe, sideways_scroll, small_targets
from tests.support.house import PASSWORD, House


def fill(page: Page, **fields: str) -> None:
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " ")).first.fill(value)


def test_a_new_patient_signs_up_and_is_signed_in(visit: Visits) -> None:
    page = visit().go("/")
    page.get_by_role("link", name="Create an account").click()
    fill(page, Your_name="Nora New", **{"E-mail address": "nora.new@example.org"})
    page.get_by_label("Password", exact=True).fill("password")
    page.get_by_role("button", name="Create the account").click()
    assert page.url.endswith("/sign-up")  # too short: the browser says so
    page.get_by_label("Password", exact=True).fill("Nora New nora.new")
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose another password")
    axe(page)
    page.get_by_label("Password", exact=True).fill("six grey otters swim")
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url("**/conversations")
    page.get_by_role("button", name="Your menu").click()
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_visible()


def test_a_forgotten_password_is_set_anew_by_the_link(visit: Visits, house: House) -> None:
    page = visit().go("/sign-in")
    page.get_by_role("link", name="I forgot my password").click()
    fill(page, **{"E-mail address": "spare@example.org"})
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("status").filter(has_text="on its way")).to_be_visible()
    page.goto(f"{house.address}/reset#token={reset_token(house, 'spare')}")
    page.get_by_label("New password").fill("nine brown hares jump")
    assert "token" not in page.url
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Your password is set")).to_be_visible()
    visit().sign_in("spare", "nine brown hares jump")


def test_a_link_that_is_none_says_what_to_do(visit: Visits) -> None:
    page = visit().go("/reset#token=rubbish")
    page.get_by_label("New password").fill("nine brown hares jump")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("alert")).to_contain_text("This link is not valid")
    expect(page.get_by_role("link", name="Ask for another link")).to_be_visible()
    axe(page)


def test_everything_kept_about_a_patient_is_one_file(visit: Visits, tmp_path: Path) -> None:
    one = visit.patient()
    page = one.go("/conversations")
    say(page, "I have had a sore throat for two days, and zanzibarquince")
    page.get_by_role("link", name="Account").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all of it").click()
    file = tmp_path / "all.json"
    download.value.save_as(file)
    everything = json.loads(file.read_text(encoding="utf-8"))
    assert "zanzibarquince" in everything["messages"][0]["text"]
    assert download.value.suggested_filename == "bedside.json"


def test_the_second_factor_is_set_up_asked_for_and_taken_away(visit: Visits) -> None:
    one = visit.patient()
    page = one.go("/account")
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("button", name="Show my secret").click()
    secret = page.locator("pre").first.inner_text().replace(" ", "")
    code = page.get_by_role("img", name="QR code of the secret")
    expect(code).to_be_visible()
    size = code.evaluate("(e) => [e.clientWidth, e.clientHeight]")
    assert size[0] == size[1] >= 160
    recovery = page.locator("pre").nth(1).inner_text().split()
    axe(page)
    page.get_by_label("3. Type the code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_text("Signing in takes a code beside your password.")).to_be_visible()
    name = page.get_by_role("definition").nth(1).inner_text()

    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_label("E-mail address").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code", exact=True).fill(recovery[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/conversations")


def test_another_sign_in_can_be_ended(visit: Visits) -> None:
    one = visit.patient()
    page = one.go("/account")
    name = page.get_by_role("definition").nth(1).inner_text()
    visit().sign_in(name)
    page.reload()
    page.get_by_role("button", name="Sign out there").click()
    expect(page.get_by_role("button", name="Sign out there")).to_have_count(0)
    axe(page)


def test_whoever_goes_away_is_asked_and_then_signed_out(visit: Visits) -> None:
    one = visit("patient")
    one.page.clock.install()
    page = one.go("/conversations")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    minutes = page.request.get(f"{one.address}/api/site").json()["sign_in"]["idle_minutes"]
    page.clock.fast_forward((minutes * 60 - 45) * 1000)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Are you still there?")
    axe(page)
    page.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_have_count(0)
    page.clock.fast_forward((minutes * 60 - 30) * 1000)
    expect(dialog).to_be_visible()
    page.clock.fast_forward(40_000)
    page.wait_for_url("**/sign-in?why=idle")
    expect(page.get_by_text("You were signed out because nothing was done for a while.")).to_be_visible()


def test_the_pages_read_right_to_left_and_every_word_is_the_catalogue_s(visit: Visits) -> None:
    one = visit(size=NARROW, locale="ar-XB")
    page = one.go("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("⟦")
    assert page.evaluate("() => document.documentElement.dir") == "rtl"
    assert sideways_scroll(page) <= 0
    plain = page.evaluate(
        """() => [...document.querySelectorAll('main :is(h1, h2, button, a, ol li), header :is(a, button)')]
            .map((e) => e.innerText.trim()).filter((text) => text && !text.includes('⟦'))"""
    )
    assert [text for text in plain if text != "Example Hospital"] == []


def test_every_page_before_the_sign_in_fits_a_phone_and_a_finger(visit: Visits) -> None:
    for scheme in ("light", "dark"):
        one = visit(size=NARROW, color_scheme=scheme)
        for path in ("/", "/sign-in", "/sign-up", "/forgot", "/reset", "/nowhere"):
            page = one.go(path)
            axe(page)
            assert sideways_scroll(page) <= 0, path
            assert small_targets(page, 44) == [], path
        page.get_by_role("button", name="Emergency").click()
        expect(page.get_by_role("dialog")).to_contain_text("Call for any of these")
        axe(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name=re.compile("Emergency"))).to_be_focused()


def test_the_skip_link_leads_past_the_header(visit: Visits) -> None:
    page = visit("patient").go("/conversations")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_role("link", name="Skip to the content").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_colour_scheme_can_be_chosen_and_stays(visit: Visits) -> None:
    page = visit("patient").go("/conversations")
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    scheme = "() => document.documentElement.dataset.mantineColorScheme"
    assert page.evaluate(scheme) == "dark"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate(scheme) == "dark"


def reset_token(house: House, who: str) -> str:
    """Return the token of a link as the job makes it; the job itself sends mail, which tests/integration reads."""
    token = new_token()
    house.sql(
        "INSERT INTO one_time_links (id, created_at, account_id, token_hash, expires_at)"
        " VALUES (%s, now(), %s, %s, now() + interval '5 minutes')",
        new_id(),
        house.accounts[who],
        token_hash(token),
    )
    return token
