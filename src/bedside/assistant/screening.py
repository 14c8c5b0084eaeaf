"""The safety screen of one message. Needs memory alone: it answers while everything else is down."""

from __future__ import annotations

from bedside.assistant.schemas import Safety
from bedside.triage import service as triage
from bedside.triage.schemas import Level, Numbers


def screen_message(text: str, numbers: Numbers, readings: triage.Readings | None = None) -> Safety | None:
    """Return what to do now when ``text`` tells of an emergency, else None. ``readings`` are the turn's.

    Raises BadInput or TooLarge for text that triage refuses to read.
    """
    found = triage.screen(text, readings=readings)
    if not found.emergency:
        return None
    return Safety(level=Level.EMERGENCY, advice=triage.filled(found.advice, numbers), reasons=found.reasons)
