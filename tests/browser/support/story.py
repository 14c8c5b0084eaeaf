"""The main job, by the pages alone with the sample logins: a patient asks, a nurse decides, the patient reads it."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Browser, Page, expect

from tests.browser.support.gallery import answer_all, say

WORDS = "My left calf is swollen and sore since a long flight yesterday"
REPLY = "Please come to the clinic today. Ask for me at the desk."
# Generous for a loaded machine; what the story takes is told apart from what it may.
PATIENCE_MS = 60_000


def tell_the_story(browser: Browser, address: str) -> dict[str, float]:
    """Tell the story in two browsers; return the seconds since the start at which each of its steps was done."""
    began = time.monotonic()
    done: dict[str, float] = {}

    def step(name: str) -> None:
        done[name] = round(time.monotonic() - began, 1)

    patient, nurse = (_opened(browser, address) for _ in range(2))
    try:
        patient.get_by_role("button", name="Sam Patient").click()
        say(patient, WORDS)
        answer_all(patient)
        expect(patient.get_by_text("Sent to a nurse.")).to_be_visible()
        step("patient has told it and is sent to a nurse")
        nurse.get_by_role("button", name="(nurse)").click()
        nurse.wait_for_url("**/worklist")
        nurse.get_by_role("link", name=re.compile(WORDS[:20])).first.click()
        nurse.get_by_role("button", name="Claim", exact=True).click()
        expect(patient.get_by_text("A nurse is reading it now.")).to_be_visible()
        step("nurse has claimed it, and the patient's page says so")
        nurse.get_by_role("button", name="Accept", exact=True).click()
        nurse.get_by_label("Reply to the patient").fill(REPLY)
        nurse.get_by_role("button", name="Accept and send").click()
        expect(patient.get_by_role("log")).to_contain_text(REPLY)
        step("the patient reads the nurse's reply")
    finally:
        for page in (patient, nurse):
            page.context.close()
    return done


def _opened(browser: Browser, address: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    return page
