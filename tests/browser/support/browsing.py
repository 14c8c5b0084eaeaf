"""A browser on a served Bedside: contexts by role, and what no page may ever do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from bedside.kit.ids import new_id
from tests.support.house import PASSWORD, House, login

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = (1280, 800)
NARROW = (320, 640)
PAGE_HEADERS = {"x-requested-with": "bedside"}
# Chromium says each answer of 400 and more on the console; such answers are part of what is tested.
_EXPECTED = ("Failed to load resource:",)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium with a new profile."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "Chromium is missing: bash scripts/browser.sh"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """One person's browser: a context with its page, and what went wrong in it."""

    address: str
    context: BrowserContext
    page: Page
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("page", self._watch)
        self.context.on("request", self._foreign)
        self._watch(self.page)

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.wrong.append(f"script error: {error}"))
        page.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        # A breach of the content security policy is an error on the console, too.
        if message.type in {"error", "warning"} and not message.text.startswith(_EXPECTED):
            self.wrong.append(f"console: {message.text}")

    def _foreign(self, request: Request) -> None:
        if not request.url.startswith((self.address, "blob:", "data:")):
            self.wrong.append(f"request to somewhere else: {request.url}")

    def go(self, path: str) -> Page:
        """Open a page of Bedside."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def sign_in(self, who: str, password: str = PASSWORD) -> None:
        """Sign in without the form; ``who`` is a name of PEOPLE or a login."""
        name = who if "@" in who else login(who)
        answer = self.context.request.post(
            f"{self.address}/api/auth/session", headers=PAGE_HEADERS, data={"username": name, "password": password}
        )
        assert answer.ok, answer.text()


@dataclass
class Visits:
    """Opens browsers for people, and closes them."""

    browser: Browser
    address: str
    house: House | None = None
    opened: list[Visit] = field(default_factory=list)

    def __call__(self, who: str | None = None, *, size: tuple[int, int] = WIDE, **options: Any) -> Visit:
        """Open a new browser context, signed in as ``who`` of PEOPLE. ``options`` are Playwright's."""
        settings: dict[str, Any] = {"reduced_motion": "reduce", "color_scheme": "light", "locale": "en-GB", **options}
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, **settings)
        context.set_default_timeout(15_000)
        visit = Visit(self.address, context, context.new_page())
        self.opened.append(visit)
        if who:
            visit.sign_in(who)
        return visit

    def patient(self, name: str = "Pia Example", **options: Any) -> Visit:
        """Open a browser for a new patient, whom no other test knows."""
        assert self.house is not None
        account = {"login": f"p{new_id()}@example.org", "display_name": name, "role": "patient", "password": PASSWORD}
        made = self.house.post("admin", "/api/users", account)
        assert made.status_code == 201, made.text
        visit = self(**options)
        visit.sign_in(account["login"])
        return visit

    def close(self) -> None:
        for visit in self.opened:
            visit.context.close()

    @property
    def wrong(self) -> list[str]:
        return [line for visit in self.opened for line in visit.wrong]
