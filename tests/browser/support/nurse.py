"""What a nurse does in the browser, and cases of new patients to do it with."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.support.browsing import PAGE_HEADERS, Visit

_MOST_QUESTIONS = 30


def patient_case(patient: Visit, text: str, *, answer: str = "no") -> dict[str, Any]:
    """Let a signed-in patient begin a conversation and answer what is asked until the case is with a nurse."""
    requests, api = patient.context.request, f"{patient.address}/api/conversations"
    begun = requests.post(api, headers=PAGE_HEADERS, data={})
    assert begun.ok, begun.text()
    conversation = begun.json()["id"]
    for _ in range(_MOST_QUESTIONS):
        sent = requests.post(f"{api}/{conversation}/messages", headers=PAGE_HEADERS, data={"text": text})
        assert sent.ok, sent.text()
        turn = sent.json()
        text = answer
        if turn["assessment"] and turn["assessment"]["status"] != "open":
            break
    assessment = requests.get(f"{api}/{conversation}").json()["assessment"]
    assert assessment["status"] == "waiting", assessment["status"]
    return {"conversation_id": conversation, "assessment_id": assessment["id"]}


def open_case(visit: Visit, assessment_id: object) -> Page:
    """Open a case by its address and wait until it is there."""
    page = visit.go(f"/worklist/{assessment_id}")
    page.get_by_role("heading", name="Why this level").wait_for()
    return page


def reply_field(page: Page) -> Locator:
    return page.get_by_label("Reply to the patient")


def decide(page: Page, reply: str) -> None:
    """Write the reply and send it by keyboard; opens the form where it is not open."""
    if not reply_field(page).is_visible():
        page.get_by_role("button", name="Accept", exact=True).click()
    reply_field(page).fill(reply)
    page.keyboard.press("Control+Enter")
