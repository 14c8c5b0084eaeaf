"""Target times, warnings, and what the patient is told outside staffed hours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bedside.care.hours import StaffedHours
from bedside.care.settings import CareSettings
from bedside.care.targets import is_breached, promise, warns_from
from bedside.platform.config.core import CORE_SECTIONS
from bedside.platform.config.load import Settings
from bedside.triage.schemas import Level

BERLIN = ZoneInfo("Europe/Berlin")
ALWAYS = StaffedHours.parse("always", "UTC")
WEEK = StaffedHours.parse("Mon-Fri 08:00-18:00", "Europe/Berlin")
FRIDAY_EVENING = datetime(2026, 1, 9, 20, tzinfo=BERLIN)
MONDAY_MORNING = datetime(2026, 1, 12, 9, tzinfo=BERLIN)
TARGETS = CareSettings().targets


@pytest.mark.parametrize(
    ("level", "within", "target"),
    [
        (Level.EMERGENCY, None, timedelta(minutes=5)),
        (Level.URGENT, None, timedelta(hours=24)),
        (Level.URGENT, 4, timedelta(hours=4)),
        (Level.URGENT, 48, timedelta(hours=24)),
        (Level.EMERGENCY, 1, timedelta(minutes=5)),
        (Level.ROUTINE, 0.5, timedelta(minutes=30)),
        (Level.ROUTINE, None, timedelta(hours=72)),
        (Level.SELF_CARE, None, timedelta(hours=120)),
        (Level.URGENT, -3, timedelta(0)),
    ],
)
def test_a_rule_shortens_a_target_and_never_lengthens_it(level: Level, within: float | None, target: timedelta) -> None:
    assert TARGETS.time_for(level, within) == target
    assert TARGETS.due_at(MONDAY_MORNING, level, within) == MONDAY_MORNING + target


def test_a_breach_begins_with_the_due_moment_and_its_warning_a_quarter_before() -> None:
    due = MONDAY_MORNING + timedelta(hours=4)
    assert warns_from(MONDAY_MORNING, due) == MONDAY_MORNING + timedelta(hours=3)
    assert not is_breached(due, due - timedelta(microseconds=1))
    assert is_breached(due, due)


def test_in_staffed_hours_the_promise_is_the_target() -> None:
    told = promise(WEEK, MONDAY_MORNING, MONDAY_MORNING + timedelta(hours=4), Level.URGENT, "112")
    assert told.reply_by == MONDAY_MORNING + timedelta(hours=4)
    assert told.staffed
    assert told.until_then.startswith("A nurse answers by the time shown with your case. ")
    assert "112" in told.until_then


def test_a_target_after_closing_is_answered_before_closing() -> None:
    told = promise(WEEK, MONDAY_MORNING, datetime(2026, 1, 12, 22, tzinfo=BERLIN), Level.URGENT, "112")
    assert told.reply_by == datetime(2026, 1, 12, 18, tzinfo=BERLIN)


def test_with_nobody_there_before_the_target_the_next_shift_answers_and_the_patient_is_told_what_to_do() -> None:
    told = promise(WEEK, FRIDAY_EVENING, FRIDAY_EVENING + timedelta(hours=24), Level.URGENT, "999")
    assert told.reply_by == datetime(2026, 1, 12, 10, tzinfo=BERLIN)
    assert not told.staffed
    assert "Nobody is on duty" in told.until_then
    assert "out-of-hours" in told.until_then
    assert "999" in told.until_then


def test_an_urgent_case_that_cannot_wait_for_the_next_shift_is_sent_out_of_hours() -> None:
    sooner = promise(WEEK, FRIDAY_EVENING, FRIDAY_EVENING + timedelta(hours=4), Level.URGENT, "112")
    assert sooner.reply_by > FRIDAY_EVENING + timedelta(hours=4)
    assert "Do not wait for it: contact the out-of-hours medical service" in sooner.until_then
    in_time = promise(WEEK, FRIDAY_EVENING, MONDAY_MORNING + timedelta(hours=4), Level.URGENT, "112")
    assert "If you can't wait until then" in in_time.until_then
    assert not re.search(
        r"\d:\d", sooner.until_then + in_time.until_then
    )  # the page says reply_by in the reader's zone


@pytest.mark.parametrize("level", [Level.ROUTINE, Level.SELF_CARE])
def test_less_urgent_cases_are_told_when_and_what_if_it_gets_worse(level: Level) -> None:
    told = promise(WEEK, FRIDAY_EVENING, TARGETS.due_at(FRIDAY_EVENING, level), level, "112")
    assert not told.staffed
    assert "gets worse" in told.until_then


@pytest.mark.parametrize("hours", [ALWAYS, WEEK])
def test_an_emergency_is_never_told_to_wait(hours: StaffedHours) -> None:
    told = promise(hours, FRIDAY_EVENING, FRIDAY_EVENING + timedelta(minutes=5), Level.EMERGENCY, "112")
    assert told.until_then == "Call 112 now. Do not wait for an answer here."


def test_hours_that_never_open_promise_no_more_than_the_target() -> None:
    closed = " ".join(f"2026-{month:02}-{day:02}" for month in (1, 2) for day in range(1, 29))
    never = StaffedHours.parse("Mon 08:00-09:00", "Europe/Berlin", closed)
    told = promise(never, FRIDAY_EVENING, FRIDAY_EVENING + timedelta(hours=24), Level.URGENT, "112")
    assert told.reply_by == FRIDAY_EVENING + timedelta(hours=24)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STAFFED_HOURS", "whenever"),
        ("TIME_ZONE", "Moon/Base"),
        ("TARGET_URGENT_HOURS", "49"),
        ("TARGET_EMERGENCY_MINUTES", "0"),
        ("CLAIM_TIMEOUT_MINUTES", "1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's error names the field
        CareSettings(**{name: value})


def test_a_less_urgent_case_due_before_a_more_urgent_one_refuses_the_start() -> None:
    care = CareSettings(TARGET_ROUTINE_HOURS=12)
    settings = Settings({kind: kind() for kind in CORE_SECTIONS} | {CareSettings: care})
    assert any("TARGET_URGENT_HOURS" in problem for problem in care.problems(settings))
    assert list(CareSettings().problems(settings)) == []
