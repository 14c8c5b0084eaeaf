"""Time that tests can hold still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Gives the present moment, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def in_words(moment: datetime) -> str:
    """Return an aware ``moment`` as people of its own time zone say it: ``Monday 5 January, 08:00 CET``."""
    # Zones without an abbreviation of their own are named by their offset: "+03".
    name = moment.tzname() or ""
    zone = f"UTC{name}" if name[:1] in {"+", "-"} else name
    return f"{moment:%A} {moment.day} {moment:%B}, {moment:%H:%M} {zone}"


class FixedClock:
    """A clock that stands where it was put; ``moment`` may be set again."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment
