"""By when a case must be answered, and what the patient is told about it.

Targets run on the clock, not on opening hours: an illness does not wait for a shift. What opening hours
change is the promise (``reply_by``) and what the patient is told to do until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bedside.care.hours import StaffedHours
from bedside.triage.schemas import Level

WARNING_SHARE = 0.25
"""The last quarter of a target's time is the warning before a breach."""
FIRST_WORK = timedelta(hours=2)
"""After an opening, how long the first answers may take where a case came in while nobody was there."""


@dataclass(frozen=True)
class Targets:
    """Longest time from hand-over to decision, by level."""

    emergency: timedelta
    urgent: timedelta
    routine: timedelta
    self_care: timedelta

    def time_for(self, level: Level, within_hours: float | None = None) -> timedelta:
        """Return the target for ``level``, shortened by a rule's ``within_hours``; a rule never lengthens it."""
        target = {
            Level.EMERGENCY: self.emergency,
            Level.URGENT: self.urgent,
            Level.ROUTINE: self.routine,
            Level.SELF_CARE: self.self_care,
        }[level]
        return target if within_hours is None else min(target, timedelta(hours=max(within_hours, 0)))

    def due_at(self, handed_over_at: datetime, level: Level, within_hours: float | None = None) -> datetime:
        """Return when the case is due."""
        return handed_over_at + self.time_for(level, within_hours)


def is_breached(due_at: datetime, now: datetime) -> bool:
    """Tell whether an undecided case is over its target."""
    return now >= due_at


def warns_from(handed_over_at: datetime, due_at: datetime) -> datetime:
    """Return when the warning before the breach begins."""
    return due_at - (due_at - handed_over_at) * WARNING_SHARE


@dataclass(frozen=True)
class Promise:
    """What the patient is told: by when somebody answers, and what to do until then.

    ``until_then`` names no time: whoever shows it says ``reply_by`` beside it, in the reader's own time zone.
    """

    reply_by: datetime
    staffed: bool
    until_then: str


def promise(
    hours: StaffedHours, handed_over_at: datetime, due_at: datetime, level: Level, emergency_number: str
) -> Promise:
    """Return the promise for a case handed over at ``handed_over_at``.

    ``reply_by`` is the target where somebody is there at it; else the last staffed moment before it; where nobody is
    there before the target at all, the hours after the next opening. ``staffed`` says whether anybody is
    there at the hand-over.
    """
    staffed = hours.is_staffed(handed_over_at)
    reply_by = hours.last_staffed(handed_over_at, due_at)
    if reply_by is None:
        opening = hours.next_opening(handed_over_at)
        reply_by = due_at if opening is None else opening + min(due_at - handed_over_at, FIRST_WORK)
    late = reply_by > due_at
    return Promise(reply_by, staffed, _until_then(level, staffed, late, emergency_number))


_ANSWERS = "a nurse answers by the time shown with your case"


def _until_then(level: Level, staffed: bool, late: bool, number: str) -> str:
    if level is Level.EMERGENCY:
        return f"Call {number} now. Do not wait for an answer here."
    worse = f"If it gets worse, do not wait for the answer: write here at once, and in an emergency call {number}."
    if staffed:
        return f"{_ANSWERS.capitalize()}. {worse}"
    if level is Level.URGENT and late:
        return (
            f"Nobody is on duty before that is needed; {_ANSWERS}. Do not wait for it: contact the "
            f"out-of-hours medical service of your area now. In an emergency call {number}."
        )
    if level is Level.URGENT:
        return (
            f"Nobody is on duty now; {_ANSWERS}. If you can't wait until then, contact the "
            f"out-of-hours medical service of your area. In an emergency call {number}."
        )
    return f"Nobody is on duty now; {_ANSWERS}. {worse}"
