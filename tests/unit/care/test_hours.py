"""Staffed hours over weekends, nights, holidays and the clock changes of two hemispheres."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bedside.care.hours import StaffedHours

BERLIN = "Europe/Berlin"
WEEK = "Mon-Fri 08:00-18:00; Sat 09:00-13:00"


def at(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("moment", "staffed"),
    [
        ("2026-01-05T08:00", True),  # a Monday
        ("2026-01-05T07:59:59", False),
        ("2026-01-05T17:59:59", True),
        ("2026-01-05T18:00", False),
        ("2026-01-10T12:00", True),  # Saturday
        ("2026-01-10T13:00", False),
        ("2026-01-11T12:00", False),  # Sunday
    ],
)
def test_who_is_there_when(moment: str, staffed: bool) -> None:
    assert StaffedHours.parse(WEEK, BERLIN).is_staffed(at(moment)) is staffed


def test_a_shift_over_midnight_belongs_to_the_day_it_began() -> None:
    hours = StaffedHours.parse("Fri 22:00-06:00", BERLIN)
    assert hours.is_staffed(at("2026-01-10T05:59"))
    assert not hours.is_staffed(at("2026-01-10T06:00"))
    assert not hours.is_staffed(at("2026-01-09T05:00"))


def test_a_day_to_midnight() -> None:
    hours = StaffedHours.parse("Mon-Sun 00:00-24:00", BERLIN)
    assert all(hours.is_staffed(at("2026-01-05T00:00") + timedelta(hours=h)) for h in range(24 * 7))


def test_a_range_of_days_over_the_end_of_the_week() -> None:
    hours = StaffedHours.parse("Sat-Mon 10:00-11:00", BERLIN)
    assert [day for day in range(5, 12) if hours.is_staffed(at(f"2026-01-{day:02}T10:30"))] == [5, 10, 11]


def test_the_next_opening_after_friday_is_on_saturday_and_after_that_on_monday() -> None:
    hours = StaffedHours.parse(WEEK, BERLIN)
    assert hours.next_opening(at("2026-01-09T18:30")) == at("2026-01-10T09:00")
    assert hours.next_opening(at("2026-01-10T13:00")) == at("2026-01-12T08:00")
    assert hours.next_opening(at("2026-01-12T08:30")) == at("2026-01-12T08:30")


def test_no_shift_begins_on_a_closed_day() -> None:
    hours = StaffedHours.parse(WEEK, BERLIN, "2026-12-24, 2026-12-25")
    assert hours.next_opening(at("2026-12-23T18:30")) == at("2026-12-26T09:00")


def test_an_opening_that_never_comes() -> None:
    every_monday = ",".join(f"2026-{month:02}-{day:02}" for month in (1, 2) for day in range(1, 29))
    assert StaffedHours.parse("Mon 08:00-09:00", BERLIN, every_monday).next_opening(at("2026-01-02T00:00")) is None


def test_opening_time_is_the_wall_clocks_before_and_after_the_clocks_change() -> None:
    hours = StaffedHours.parse("Mon-Sun 08:00-18:00", BERLIN)
    # Summer time begins on 2026-03-29 and ends on 2026-10-25.
    assert hours.next_opening(at("2026-03-28T20:00")) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert hours.next_opening(at("2026-03-27T20:00")) == datetime(2026, 3, 28, 7, tzinfo=UTC)
    assert hours.next_opening(at("2026-10-24T20:00")) == datetime(2026, 10, 25, 7, tzinfo=UTC)
    # New York changes on another date than Berlin.
    newyork = StaffedHours.parse("Mon-Sun 08:00-18:00", "America/New_York")
    assert newyork.next_opening(datetime(2026, 3, 8, 5, tzinfo=UTC)) == datetime(2026, 3, 8, 12, tzinfo=UTC)


def test_a_night_shift_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    hours = StaffedHours.parse("Sat 22:00-06:00", BERLIN)

    def length(evening: str) -> int:
        begin = at(evening).astimezone(UTC)
        return sum(hours.is_staffed(begin + timedelta(minutes=m)) for m in range(0, 720, 60))

    assert length("2026-03-28T22:00") == 7
    assert length("2026-10-24T22:00") == 9
    assert length("2026-06-06T22:00") == 8


def test_an_opening_in_the_hour_that_spring_skips_is_at_its_end() -> None:
    hours = StaffedHours.parse("Sun 02:30-06:00", BERLIN)
    opening = hours.next_opening(at("2026-03-29T00:00"))
    assert opening == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert not hours.is_staffed(datetime(2026, 3, 29, 1, 29, tzinfo=UTC))


def test_a_closing_in_the_hour_that_autumn_repeats_is_at_its_second_reading() -> None:
    hours = StaffedHours.parse("Sun 00:00-02:30", BERLIN)
    assert hours.is_staffed(datetime(2026, 10, 25, 1, 29, tzinfo=UTC))
    assert not hours.is_staffed(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


def test_the_last_staffed_moment_of_a_span() -> None:
    hours = StaffedHours.parse(WEEK, BERLIN)
    start, end = at("2026-01-09T17:00"), at("2026-01-10T17:00")
    assert hours.last_staffed(start, end) == at("2026-01-10T13:00")
    assert hours.last_staffed(start, at("2026-01-09T17:30")) == at("2026-01-09T17:30")
    assert hours.last_staffed(at("2026-01-10T13:00"), at("2026-01-12T07:00")) is None


def test_always() -> None:
    hours = StaffedHours.parse(" Always ", "UTC")
    moment = datetime(2026, 1, 1, 3, tzinfo=UTC)
    assert hours.always
    assert hours.is_staffed(moment)
    assert hours.next_opening(moment) == moment


@pytest.mark.parametrize(
    ("text", "zone", "closed", "says"),
    [
        ("", BERLIN, "", "no hours"),
        (";;;", BERLIN, "", "no hours"),
        ("Mon-Fri 8-18", BERLIN, "", "can't be read"),
        ("Mo-Fr 08:00-18:00", BERLIN, "", "can't be read"),
        ("Mon-Xyz 08:00-18:00", BERLIN, "", "Mon Tue"),
        ("Mon 25:00-26:00", BERLIN, "", "00:00 to 24:00"),
        ("Mon 08:61-09:00", BERLIN, "", "00:00 to 24:00"),
        ("Mon 24:00-06:00", BERLIN, "", "24:00"),
        ("Mon 08:00-18:00\x00", BERLIN, "", "can't be read"),
        (WEEK, "Mars/Olympus", "", "IANA"),
        (WEEK, "../../etc/passwd", "", "IANA"),
        (WEEK, "", "", "IANA"),
        (WEEK, BERLIN, "25.12.2026", "ISO"),
        ("always", BERLIN, "2026-12-25", "always"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(text: str, zone: str, closed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        StaffedHours.parse(text, zone, closed)
