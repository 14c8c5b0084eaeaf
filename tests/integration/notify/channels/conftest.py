"""A letter on its way, and receivers that are really there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bedside.kit.ids import new_id
from bedside.notify.channels.base import Channel, Errand
from bedside.notify.channels.registry import named_channels
from bedside.notify.letter import Letter
from bedside.notify.settings import NotifySettings
from tests.support.receiver import Receiver, receiving

ALERT = {"id": "01-alert", "rule": "disk_full", "title": "The disk is full", "part": "disk", "severity": "critical"}
LETTER = Letter(
    "Critical: The disk is full", "Räume auf.\n\nZeile <b>", "critical", kind="alert.firing",
    details={"alerts": [{**ALERT, "state": "firing"}]},
)  # fmt: skip
OVER = Letter(
    "Over: The disk is full",
    "Over.",
    "info",
    kind="alert.resolved",
    details={"alerts": [{**ALERT, "state": "resolved"}]},
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def channel(text: str) -> Channel:
    """The channel ``x`` of a NOTIFY_CHANNELS text."""
    return named_channels(f"x: {text}")["x"]


def errand(letter: Letter = LETTER, settings: NotifySettings | None = None, seconds: int = 5) -> Errand:
    return Errand(new_id(), letter, settings or NotifySettings(), datetime.now(UTC), seconds)
