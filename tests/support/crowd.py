"""Hundreds of open cases at once, for tests of the worklist at its size: real triage of a few invented messages.

Written past the services, as the superuser, since five hundred conversations through the API take minutes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import psycopg

from bedside.kit.ids import new_id
from bedside.triage.schemas import Numbers, Subject, TriageInput, TriageResult
from bedside.triage.service import assess, with_numbers

NUMBER = "112"
TEXTS: tuple[tuple[str, Subject, float | None], ...] = (
    ("I have crushing chest pain that spreads into my left arm and I feel sick", Subject.SELF, 61),
    ("My son has had a fever of 39.2 since yesterday and drinks less", Subject.CHILD, 3),
    ("It burns when I pee and my side has been aching since yesterday", Subject.SELF, 34),
    ("I have had an itchy rash on my arm for two weeks, it comes and goes", Subject.SELF, 27),
    ("My mother fell this morning and her hip hurts when she stands", Subject.OTHER, 82),
    ("I have had a sore throat for two days", Subject.SELF, None),
    ("My eye has been red and sticky since this morning, I can see well", Subject.SELF, 42),
)
_TARGETS = {"emergency": 5 / 60, "urgent": 24.0, "routine": 72.0, "self-care": 120.0}
_FOREVER = datetime(9000, 1, 1, tzinfo=UTC)


@cache
def _assessed(number: int) -> TriageResult:
    """The message's assessment with every question answered by no, or where that is no choice, the last one."""
    text, subject, age = TEXTS[number]
    answers: dict[str, str] = {}
    while True:
        found = assess(TriageInput(utterances=[text], answers=answers, subject=subject, age_years=age))
        if not found.questions:
            return with_numbers(found, Numbers(emergency=NUMBER))
        question = found.questions[0]
        values = [choice.value for choice in question.choices]
        answers[question.id] = "no" if "no" in values else values[-1]


def fill_worklist(url: str, count: int = 500, *, emergencies: bool = True) -> list[UUID]:
    """Add ``count`` waiting cases of as many patients and return the assessments' ids, oldest first.

    ``url`` is the superuser's. Cases of a level wait from one minute on, the last one the longest, so some are over
    their target.
    """
    now = datetime.now(UTC)
    ids = []
    with psycopg.connect(url) as connection:
        for place in range(count):
            number = place % len(TEXTS)
            if not emergencies and _assessed(number).level == "emergency":
                number = 2
            ids.append(_add(connection, now, place, number))
    return ids


def _add(connection: psycopg.Connection[Any], now: datetime, place: int, number: int) -> UUID:
    text, subject, age = TEXTS[number]
    found = _assessed(number)
    plain = found.model_dump(mode="json")
    handed_over = now - timedelta(minutes=1 + place * 7 % 2000)
    hours = min(_TARGETS[found.level or "urgent"], found.within_hours or 999)
    patient, conversation, message, assessment = (new_id() for _ in range(4))
    _insert(
        connection,
        "patients",
        id=patient,
        created_at=handed_over,
        account_id=new_id(),
        display_name=f"Person {place + 1:03}",
        in_care_until=_FOREVER,
        version=1,
    )
    _insert(
        connection,
        "conversations",
        id=conversation,
        created_at=handed_over,
        patient_id=patient,
        account_id=new_id(),
        about=subject.value,
        subject_age_years=age,
        status="open",
        last_ordinal=1,
        last_message_at=handed_over,
        version=1,
    )
    _insert(
        connection,
        "messages",
        id=message,
        created_at=handed_over,
        conversation_id=conversation,
        patient_id=patient,
        ordinal=1,
        author="patient",
        text=text,
        citations="[]",
        turn="replied",
    )
    _insert(
        connection,
        "assessments",
        id=assessment,
        created_at=handed_over,
        conversation_id=conversation,
        patient_id=patient,
        level=found.level or "urgent",
        status="waiting",
        within_hours=found.within_hours,
        handed_over_at=handed_over,
        due_at=handed_over + timedelta(hours=hours),
        for_physician=False,
        nurse_review=found.nurse_review,
        **{name: json.dumps(plain[name]) for name in ("reasons", "findings", "questions", "protocols", "record")},
        answers=json.dumps(found.record.answered),
        advice=found.advice,
        safety_net=found.safety_net,
        protocol_id=found.protocol.id,
        protocol_version=found.protocol.version,
        protocol_hash=found.protocol.hash,
        engine_version=found.record.engine,
        raised_by_model=False,
        version=1,
    )
    return assessment


def _insert(connection: psycopg.Connection[Any], table: str, **values: Any) -> None:
    columns, places = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)  # type: ignore[arg-type]
