"""How one evaluation moves one alert: by what was measured, by silences, and by time that really passed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from bedside.kit.ids import new_id
from bedside.ops.alerts.conditions import Bound, check_of
from bedside.ops.alerts.rules import Rule
from bedside.ops.alerts.states import ENDED, Event, State, next_state

STEP = timedelta(seconds=150)
"""The most that one step of ``for`` counts where nobody knows whether the time passed: evaluations come each minute."""
_JITTER = timedelta(seconds=2)
"""An evaluation that comes this much early still counts as the one that is due."""
UNKNOWN = "not evaluated any more"


@dataclass(frozen=True)
class Elapsed:
    """How much time passed since the alert was last looked at.

    ``sure`` never counts a jump of the clock nor a time in which nobody looked; ``whole`` counts the latter, because
    nobody answered in it either.
    """

    sure: timedelta
    whole: timedelta


class Stopwatch:
    """Bounds what the database's clock says by this process's monotonic one. One for each process that evaluates."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._bound: timedelta | None = None

    def begin(self, monotonic: float) -> None:
        """Begin an evaluation at this reading of the monotonic clock."""
        self._bound = None if self._last is None else timedelta(seconds=monotonic - self._last)
        self._last = monotonic

    def since(self, seen_at: datetime, now: datetime) -> Elapsed:
        """Return how much time passed: no more than this process lived through since it last evaluated.

        A clock that was set back counts for nothing. A process that evaluates for the first time believes the clock
        where waiting too long is the worse fault (nobody answered), and STEP of it where firing too early is.
        """
        passed = max(timedelta(0), now - seen_at)
        if self._bound is None:
            return Elapsed(min(passed, STEP), passed)
        # Another process may have evaluated meanwhile, so its step is shorter; never longer.
        bounded = min(passed, self._bound + _JITTER)
        return Elapsed(min(bounded, STEP), bounded)


@dataclass(frozen=True)
class Move:
    """One change, as it is kept."""

    version: int
    event: Event
    state: State
    level: int
    value: float | None
    reason: str | None


@dataclass
class Course:
    """An alert while it is evaluated: what is stored of it, and the moves that this evaluation makes."""

    rule: str
    seen_at: datetime
    id: UUID = field(default_factory=new_id)
    state: State = State.NEW
    version: int = 0
    value: float | None = None
    changed_at: datetime | None = None
    fired_at: datetime | None = None
    held: timedelta = timedelta(0)
    clear: timedelta | None = None
    level: int = 0
    level_time: timedelta = timedelta(0)
    acknowledged_until: datetime | None = None
    silenced_reason: str | None = None
    moves: list[Move] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.read_version, self.was_new = self.version, self.state is State.NEW

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def move(self, event: Event, reason: str | None = None) -> None:
        """Apply ``event``. Raises Conflict where the table of moves has none."""
        self.state = next_state(self.state, event)
        self.version += 1
        self.moves.append(Move(self.version, event, self.state, self.level, self.value, reason))


def advance(course: Course, rule: Rule, value: float | None, quiet: str | None, now: datetime, passed: Elapsed) -> None:
    """Move ``course`` by one evaluation. ``quiet``: why the rule is silent now, if it is."""
    bound: Bound = rule.condition.bound
    is_new = course.state is State.NEW
    if value is None and check_of(rule.condition) is not None and not is_new:
        # A check that could not look says neither that it goes on nor that it is over.
        course.seen_at = now
        return
    breached = value is not None and bound.breached(value)
    if is_new and not breached:
        return
    course.value, course.seen_at = value, now
    if is_new:
        course.move(Event.BREACH)
        passed = Elapsed(timedelta(0), timedelta(0))
    if course.state is State.PENDING:
        _wait(course, rule, breached, quiet, now, passed)
    else:
        _follow(course, rule, value is None or bound.recovered(value), quiet, now, passed)


def end(course: Course, now: datetime) -> None:
    """End an alert whose rule is no longer evaluated."""
    course.seen_at = now
    course.move(Event.CLEAR, UNKNOWN)


def _wait(course: Course, rule: Rule, breached: bool, quiet: str | None, now: datetime, passed: Elapsed) -> None:
    if not breached:
        course.move(Event.CLEAR)
        return
    course.held += passed.sure
    if course.held + _JITTER < rule.hold:
        return
    course.fired_at = now
    if quiet:
        _silence(course, quiet)
    else:
        course.move(Event.HOLD)


def _follow(course: Course, rule: Rule, recovered: bool, quiet: str | None, now: datetime, passed: Elapsed) -> None:
    if recovered:
        course.clear = timedelta(0) if course.clear is None else course.clear + passed.sure
        if course.clear + _JITTER >= rule.resolve_hold or rule.resolve_hold <= timedelta(0):
            course.move(Event.CLEAR)
            return
    else:
        course.clear = None
    before = course.state
    _heed_people(course, quiet, now)
    # A level that is told just now has had no time to answer yet.
    if course.state is before and course.state in (State.FIRING, State.ACKNOWLEDGED):
        course.level_time += passed.whole
        _escalate(course, rule)


def _heed_people(course: Course, quiet: str | None, now: datetime) -> None:
    in_hand = course.state is State.ACKNOWLEDGED
    if in_hand and course.acknowledged_until is not None and course.acknowledged_until > now:
        return
    if quiet and course.state is not State.SILENCED:
        _silence(course, quiet)
    elif not quiet and course.state is State.SILENCED:
        course.silenced_reason, course.level_time = None, timedelta(0)
        course.move(Event.UNSILENCE)
    elif in_hand and not quiet:
        course.acknowledged_until, course.level_time = None, timedelta(0)
        course.move(Event.EXPIRE)


def _silence(course: Course, reason: str) -> None:
    course.silenced_reason = reason
    course.move(Event.SILENCE, reason)


def _escalate(course: Course, rule: Rule) -> None:
    levels = rule.escalation.levels if rule.escalation else ()
    if course.level + 1 >= len(levels):
        return
    level = levels[course.level]
    limit = level.respond_within if course.state is State.FIRING else level.resolve_within
    if limit is None or course.level_time + _JITTER < limit:
        return
    course.level, course.level_time = course.level + 1, timedelta(0)
    course.move(Event.ESCALATE)
