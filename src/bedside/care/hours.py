"""Staffed hours: when somebody is there to read a case. Local wall-clock times, so daylight saving is heeded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ALWAYS = "always"
SEARCH_DAYS = 31
"""How far ahead an opening is looked for, in days."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RULE = re.compile(
    r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+(?P<from>\d{1,2}:\d{2})-(?P<to>\d{1,2}:\d{2})", re.IGNORECASE
)
_EXAMPLE = 'write it like "Mon-Fri 08:00-18:00; Sat 09:00-13:00", or "always"'


@dataclass(frozen=True)
class _Shift:
    weekdays: frozenset[int]
    starts: time
    ends: time
    next_day: bool


@dataclass(frozen=True)
class StaffedHours:
    """When the service is staffed. ``closed`` are local dates on which no shift begins (public holidays)."""

    zone: ZoneInfo
    shifts: tuple[_Shift, ...]
    closed: frozenset[date] = frozenset()

    @classmethod
    def parse(cls, text: str, time_zone: str, closed: str = "") -> StaffedHours:
        """Read ``Mon-Fri 08:00-18:00; Sat 09:00-13:00`` (or ``always``), an IANA time zone and ISO dates.

        A shift whose end is at or before its start ends on the next day; ``24:00`` is the day's end.
        Raises ValueError with a sentence that says what to write.
        """
        days = frozenset(_date(part) for part in closed.replace(",", " ").split())
        if text.strip().lower() == ALWAYS:
            if days:
                raise ValueError("closed days have no meaning while the service is always staffed")
            return cls(_zone(time_zone), ())
        rules = [part.strip() for part in text.split(";") if part.strip()]
        if not rules:
            raise ValueError(f"no hours are given; {_EXAMPLE}")
        return cls(_zone(time_zone), tuple(_shift(rule) for rule in rules), days)

    @cached_property
    def always(self) -> bool:
        """True where somebody is there at any time."""
        return not self.shifts

    def is_staffed(self, moment: datetime) -> bool:
        """Tell whether somebody is there at ``moment`` (aware)."""
        return self.always or any(start <= moment < end for start, end in self._around(moment))

    def next_opening(self, moment: datetime) -> datetime | None:
        """Return ``moment`` itself when staffed, else when the next shift begins, in UTC.

        None when none begins within ``SEARCH_DAYS``.
        """
        if self.is_staffed(moment):
            return moment
        return min((start for start, _ in self._ahead(moment) if start > moment), default=None)

    def last_staffed(self, start: datetime, end: datetime) -> datetime | None:
        """Return the last moment in [``start``, ``end``] at which somebody is there, None when there is none."""
        if self.is_staffed(end):
            return end
        days = (end - start) // timedelta(days=1) + 2
        shifts = (shift for day in range(days) for shift in self._around(start + timedelta(days=day)))
        return max((ends for begins, ends in shifts if begins < end and start < ends <= end), default=None)

    def _around(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the shifts which begin on the local day before ``moment``'s or on that day."""
        today = moment.astimezone(self.zone).date()
        yield from self._of_day(today - timedelta(days=1))
        yield from self._of_day(today)

    def _ahead(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        today = moment.astimezone(self.zone).date()
        for days in range(SEARCH_DAYS + 1):
            yield from self._of_day(today + timedelta(days=days))

    def _of_day(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self.closed:
            return
        for shift in self.shifts:
            if day.weekday() in shift.weekdays:
                last_day = day + timedelta(days=1) if shift.next_day else day
                # An hour that the clocks repeat counts from its first reading to its last (PEP 495).
                start = datetime.combine(day, shift.starts, self.zone).astimezone(UTC)
                end = datetime.combine(last_day, shift.ends, self.zone).replace(fold=1).astimezone(UTC)
                yield start, end


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("unknown time zone; use a name of the IANA list, like Europe/Berlin") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("closed days are ISO dates, like 2026-12-25, separated by commas") from None


def _shift(rule: str) -> _Shift:
    match = _RULE.fullmatch(rule)
    if match is None:
        raise ValueError(f"the hours can't be read; {_EXAMPLE}")
    first, last = _day(match["first"]), _day(match["last"] or match["first"])
    count = (last - first) % 7 + 1
    starts, is_midnight = _time(match["from"])
    ends, at_end_of_day = _time(match["to"])
    if is_midnight:
        raise ValueError("a shift can't begin at 24:00; write 00:00 of the next day")
    return _Shift(
        frozenset((first + n) % 7 for n in range(count)), starts, ends, next_day=at_end_of_day or ends <= starts
    )


def _day(text: str) -> int:
    try:
        return _DAYS.index(text.lower())
    except ValueError:
        raise ValueError(f"days are Mon Tue Wed Thu Fri Sat Sun; {_EXAMPLE}") from None


def _time(text: str) -> tuple[time, bool]:
    """Return the time of day, and whether it was written as 24:00."""
    hour, minute = (int(part) for part in text.split(":"))
    if (hour, minute) == (24, 0):
        return time(0), True
    if hour > 23 or minute > 59:
        raise ValueError(f"times run from 00:00 to 24:00; {_EXAMPLE}")
    return time(hour, minute), False
