"""The line through points, and when it reaches a limit: histories whose answers are known."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from bedside.ops.capacity.schemas import Outlook
from bedside.ops.capacity.service import project
from bedside.ops.capacity.trend import FARTHEST, Point, fit, reach
from bedside.ops.capacity.wording import figure
from bedside.ops.series.schemas import SeriesName, SeriesUnit

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
LIMITS = (("warning", 85.0), ("critical", 90.0))


def days(values: list[float], every: int = 1) -> list[Point]:
    return [Point(START + n * every * DAY, value) for n, value in enumerate(values)]


def test_a_straight_line_reaches_its_limit_on_its_day() -> None:
    line = fit(days([50 + 0.5 * n for n in range(41)]))  # 70 on day 40
    assert line is not None
    assert (line.level, line.slope, line.low, line.high) == pytest.approx((70, 0.5, 0.5, 0.5))
    found = reach(line, 85)
    assert [found.at, found.earliest, found.latest] == [START + 70 * DAY] * 3
    assert not found.reached


def test_a_quarter_of_odd_days_does_not_bend_the_line() -> None:
    values = [50 + 0.5 * n for n in range(41)]
    for n in range(0, 41, 4):
        values[n] = 500.0
    line = fit(days(values))
    assert line is not None
    assert line.slope == pytest.approx(0.5, abs=0.02)
    assert line.level == pytest.approx(70, abs=1)


def test_gaps_do_not_matter() -> None:
    points = [point for n, point in enumerate(days([2.0 * n for n in range(60)])) if n % 7 not in (5, 6)]
    line = fit(points)
    assert line is not None
    assert line.slope == pytest.approx(2.0)


def test_the_interval_holds_the_true_slope_about_as_often_as_it_says() -> None:
    seeded = random.Random(4)
    held = 0
    for _ in range(200):
        line = fit(days([10 + 0.2 * n + seeded.gauss(0, 2) for n in range(40)]))
        assert line is not None
        held += line.low <= 0.2 <= line.high
    assert 180 <= held <= 200


@pytest.mark.parametrize(
    ("points", "outlook", "told"),
    [
        ([], Outlook.UNKNOWN, "not enough history: 0 days, 7 are needed."),
        (days([1.0] * 6), Outlook.UNKNOWN, "6 days, 7 are needed. It was 1.0 % on the last."),
        (days([40.0] * 30), Outlook.STEADY, "without clear growth over 30 days"),
        (days([80.0 - n for n in range(30)]), Outlook.STEADY, "-1.0 % a day"),
        (days([80.0 + n for n in range(8)]), Outlook.REACHED, "85.0 % (warning) is reached."),
        (days([10 + 0.001 * n for n in range(30)]), Outlook.GROWING, "not within ten years"),
        (days([50 + 0.5 * n for n in range(41)]), Outlook.GROWING, "85.0 % (warning): 2026-03-12"),
    ],
)
def test_each_history_has_its_outlook_in_words(points: list[Point], outlook: Outlook, told: str) -> None:
    found = project(SeriesName.DISK_USE, "", points, LIMITS)
    assert found.outlook is outlook
    assert told in found.summary
    assert len(found.limits) == 2
    assert project(SeriesName.DATABASE_SIZE, "", points, ()).outlook in {Outlook.NO_LIMIT, Outlook.UNKNOWN}


def test_seven_points_of_one_day_are_no_history() -> None:
    assert fit([Point(START + n * timedelta(hours=1), float(n)) for n in range(24)]) is None
    slow = fit(days([float(n) for n in range(10)]))
    assert slow is not None
    assert reach(slow, 9 + FARTHEST.days + 1).at is None


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.0, SeriesUnit.BYTES, "0 B"),
        (1536.0, SeriesUnit.BYTES, "1.5 KiB"),
        (2.0**80, SeriesUnit.BYTES, "1073741824.0 PiB"),
        (12345.6, SeriesUnit.COUNT, "12,346"),
        (0.25, SeriesUnit.PERCENT, "0.250 %"),
        (-3.0, SeriesUnit.MILLISECONDS, "-3.0 ms"),
    ],
)
def test_figures_have_units(value: float, unit: SeriesUnit, told: str) -> None:
    assert figure(value, unit) == told
