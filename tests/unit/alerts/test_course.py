"""How one evaluation moves an alert: duration, hysteresis, silence, escalation, and clocks that jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bedside.notify.schemas import Severity
from bedside.ops.alerts.conditions import Bound, Health, StatusCondition, ValueCondition, histogram_quantile
from bedside.ops.alerts.course import STEP, Course, Stopwatch, advance
from bedside.ops.alerts.rules import Escalation, Level, Rule
from bedside.ops.alerts.states import State

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NONE = timedelta(0)
LEVELS = (
    Level("one", timedelta(minutes=15), timedelta(minutes=40), ("operators",), None),
    Level("two", timedelta(minutes=30), None, ("operators",), None),
)


def rule(hold: int = 5, resolve_hold: int = 2, **changes: object) -> Rule:
    made = {
        "name": "disk_full",
        "title": "Full",
        "part": "disk",
        "condition": ValueCondition("disk.space", Bound(90, is_above=True, resolve=80)),
        "hold": hold * MINUTE,
        "resolve_hold": resolve_hold * MINUTE,
        "severity": Severity.CRITICAL,
        "channels": ("operators",),
        "escalation": Escalation("night", LEVELS),
        "quiet": (),
        "remedy": "",
        "procedure": None,
        "source": None,
        "line": 1,
        **changes,
    }
    return Rule(**made)  # type: ignore[arg-type]  # a table of a test


class World:
    """Evaluations one after another, on two clocks: the database's, and this process's monotonic one."""

    def __init__(self, watched: Rule) -> None:
        self.rule, self.now, self.monotonic = watched, START, 0.0
        self.watch, self.course = Stopwatch(), Course(watched.name, seen_at=START)
        self.told: list[str] = []

    def look(
        self, value: float | None, *, quiet: str | None = None, after: timedelta = MINUTE, jump: timedelta | None = None
    ) -> State:
        """Let ``after`` pass, and let the database's clock jump besides; evaluate."""
        self.now += after + (jump or timedelta(0))
        self.monotonic += after.total_seconds()
        self.watch.begin(self.monotonic)
        advance(self.course, self.rule, value, quiet, self.now, self.watch.since(self.course.seen_at, self.now))
        self.told = [move.event.value for move in self.course.moves]
        self.course.moves.clear()
        return self.course.state

    def restart(self) -> None:
        self.watch = Stopwatch()


def firing(watched: Rule | None = None) -> World:
    world = World(watched or rule(hold=1))
    while world.look(95) is not State.FIRING:
        pass
    return world


def test_it_fires_when_the_condition_has_held_long_enough_and_not_before() -> None:
    world = World(rule(hold=5))
    assert [world.look(95) for _ in range(6)] == [State.PENDING] * 5 + [State.FIRING]
    assert world.told == ["hold"]
    assert world.course.fired_at == START + 6 * MINUTE


def test_without_a_duration_it_fires_at_once() -> None:
    world = World(rule(hold=0))
    assert world.look(95) is State.FIRING
    assert world.told == ["breach", "hold"]


def test_a_short_breach_is_forgotten() -> None:
    world = World(rule(hold=5))
    world.look(95)
    assert world.look(85) is State.GONE, "below the limit is not above it, although it is no recovery"
    quiet = World(rule())
    assert quiet.look(50) is State.NEW
    assert quiet.look(None) is State.NEW


def test_between_the_two_limits_it_goes_on_and_a_relapse_begins_the_recovery_anew() -> None:
    world = firing()
    for value in (85, 81, 89):
        assert world.look(value) is State.FIRING
        assert world.told == []
    assert [world.look(v) for v in (79, 79, 85, 79, 79)] == [State.FIRING] * 5
    assert world.look(79) is State.RESOLVED


def test_a_check_that_could_not_look_changes_nothing() -> None:
    world = firing()
    for _ in range(5):
        assert world.look(None) is State.FIRING
    assert world.look(50) is State.FIRING
    assert [world.look(50) for _ in range(2)][-1] is State.RESOLVED


def test_silence_keeps_quiet_and_its_end_tells() -> None:
    world = World(rule(hold=1))
    world.look(95)
    assert world.look(95, quiet="maintenance") is State.SILENCED
    assert world.look(95, quiet="maintenance") is State.SILENCED
    assert world.told == []
    assert world.look(95) is State.FIRING
    assert world.told == ["unsilence"]
    assert world.look(95, quiet="maintenance") is State.SILENCED
    assert [world.look(50, quiet="maintenance") for _ in range(3)][-1] is State.RESOLVED


def test_nobody_answers_so_the_next_level_is_told_once() -> None:
    world = firing()
    events = []
    for _ in range(120):
        world.look(95)
        events += world.told
    assert events == ["escalate"]
    assert world.course.level == 1


def test_an_acknowledgement_stops_the_escalation_until_it_runs_out_or_takes_too_long() -> None:
    world = firing()
    world.course.state, world.course.acknowledged_until = State.ACKNOWLEDGED, world.now + timedelta(minutes=30)
    world.course.level_time = timedelta(0)
    assert {world.look(95) for _ in range(29)} == {State.ACKNOWLEDGED}
    assert world.course.level == 0
    assert world.look(95) is State.FIRING
    assert world.told == ["expire"]
    long = firing()
    long.course.state, long.course.acknowledged_until = State.ACKNOWLEDGED, long.now + timedelta(days=1)
    for _ in range(40):
        long.look(95)
    assert (long.course.state, long.course.level) == (State.ACKNOWLEDGED, 1), "in hand, and not over in time"


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=400), timedelta(hours=-1), timedelta(days=-400)])
def test_a_clock_that_jumps_neither_fires_nor_resolves_nor_escalates(jump: timedelta) -> None:
    world = World(rule(hold=5))
    world.look(95)
    assert world.look(95, jump=jump) is State.PENDING
    # How much passed in the step in which the clock was set back nobody knows: it counts for nothing.
    lost = 1 if jump < NONE else 0
    assert [world.look(95) for _ in range(4 + lost)] == [State.PENDING] * (3 + lost) + [State.FIRING]
    world.look(50)
    assert world.look(50, jump=jump) is State.FIRING, "one minute of recovery, whatever the clock says"
    escalating = firing()
    escalating.look(95, jump=jump)
    assert escalating.course.level == 0
    for _ in range(16):
        escalating.look(95)
    assert escalating.course.level == 1


def test_a_time_in_which_nobody_looked_fires_nothing_but_counts_as_no_answer() -> None:
    world = World(rule(hold=60))
    world.look(95)
    world.restart()
    assert world.look(95, after=timedelta(hours=3)) is State.PENDING
    assert world.course.held == STEP
    answered = firing()
    answered.restart()
    answered.look(95, after=timedelta(minutes=20))
    assert answered.course.level == 1, "it was told before, and nobody has answered since"


def test_a_status_is_as_bad_as_the_rule_says() -> None:
    degraded, down = (StatusCondition("db.connection", health).bound for health in (Health.DEGRADED, Health.DOWN))
    assert [degraded.breached(rank) for rank in (0, 1, 2)] == [False, True, True]
    assert [down.breached(rank) for rank in (0, 1, 2)] == [False, False, True]
    assert [down.recovered(rank) for rank in (0, 1, 2)] == [True, True, False]


@pytest.mark.parametrize(
    ("share", "buckets", "wanted"),
    [
        (0.5, [(1.0, 10.0), (2.0, 20.0), (float("inf"), 20.0)], 1.0),
        (0.75, [(1.0, 10.0), (2.0, 20.0), (float("inf"), 20.0)], 1.5),
        (0.95, [(1.0, 0.0), (float("inf"), 5.0)], 1.0),
        (0.95, [(1.0, 0.0), (float("inf"), 0.0)], None),
        (0.95, [], None),
    ],
)
def test_a_quantile_is_what_prometheus_says(
    share: float, buckets: list[tuple[float, float]], wanted: float | None
) -> None:
    assert histogram_quantile(share, buckets) == wanted
