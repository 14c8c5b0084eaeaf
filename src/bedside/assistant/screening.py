"""The safety screen of one message. Needs memory alone: it answers while everything else is down."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bedside.assistant.schemas import Safety
from bedside.triage import service as triage
from bedside.triage.schemas import Level

# The protocols say "your local emergency number (999 in the UK, ...)"; here the service's own number is known.
_NUMBER = re.compile(
    r"\{emergency_number\}|(?:your|the) (?:local )?emergency number( now| at once)?(?: \([^)]*\d{3}[^)]*\))?",
    re.IGNORECASE,
)


def screen_message(
    text: str, number: str, readings: triage.Readings | None = None, crisis_line: str | None = None
) -> Safety | None:
    """Return what to do now when ``text`` tells of an emergency, else None. ``readings`` are the turn's.

    Raises BadInput or TooLarge for text that triage refuses to read.
    """
    found = triage.screen(text, readings=readings)
    if not found.emergency:
        return None
    return Safety(level=Level.EMERGENCY, advice=localised(found.advice, number, crisis_line), reasons=found.reasons)


def localised(lines: Iterable[str], number: str, crisis_line: str | None = None) -> list[str]:
    """Put the service's emergency number, and its crisis line where it names one, into advice."""
    filled = [_NUMBER.sub(lambda found: number + (found[1] or ""), line) for line in lines]
    return triage.with_crisis_line(filled, crisis_line)
