"""Row-level security on care's tables, for every role and for nobody, past the application's own code."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from bedside.care import service
from bedside.care.worklist_schemas import DecideRequest
from bedside.platform.access.actor import Actor
from bedside.platform.database.roles import DatabaseUrls
from bedside.triage.schemas import Level
from tests.support.care import Case, Ward, result

TABLES = ("patients", "conversations", "messages", "assessments", "assessment_events", "notes", "break_glass_grants")
CHART = ("patients", "conversations", "messages", "assessments")


@pytest.fixture
def sql(urls: DatabaseUrls) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection as the app's role, which sets its actor by hand."""
    with psycopg.connect(urls.app, autocommit=False) as connection:
        yield connection


def act(connection: psycopg.Connection[tuple[object, ...]], actor: Actor | None) -> None:
    connection.rollback()
    if actor is not None:
        connection.execute("SELECT set_config('bedside.actor_id', %s, true)", (str(actor.id or ""),))
        connection.execute("SELECT set_config('bedside.actor_role', %s, true)", (actor.role.value,))


def seen(connection: psycopg.Connection[tuple[object, ...]], table: str) -> set[object]:
    column = "id" if table == "patients" else "patient_id"
    return {row[0] for row in connection.execute(f"SELECT {column} FROM {table}")}  # type: ignore[arg-type]


@pytest.fixture
async def two(ward: Ward) -> tuple[Case, Case]:
    """A case in care, with a note and a decision, and one that was never handed over."""
    in_care = await ward.case()
    private = await ward.case(result(Level.ROUTINE), hand_over=False)
    await ward.claim(in_care)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        await service.add_note(ctx, in_care.assessment.id, "Sounds anxious")
        await service.decide(
            ctx, in_care.assessment.id, DecideRequest(level=Level.URGENT, reply="Come in today", reason=None)
        )
    return in_care, private


async def test_who_reads_whose_rows(
    ward: Ward, two: tuple[Case, Case], sql: psycopg.Connection[tuple[object, ...]]
) -> None:
    in_care, private = two
    one, other = in_care.patient_id, private.patient_id
    expected: list[tuple[Actor | None, str, set[UUID]]] = []
    for table in CHART:
        expected += [
            (None, table, set()),
            (in_care.patient, table, {one}),
            (private.patient, table, {other}),
            (ward.nurse, table, {one}),
            (ward.physician, table, {one}),
            (ward.admin, table, set()),
            (Actor.system(), table, {one, other}),
        ]
    for table in ("assessment_events", "notes"):
        everything = {one, other} if table == "assessment_events" else {one}
        expected += [
            (None, table, set()),
            (in_care.patient, table, set()),
            (ward.nurse, table, {one}),
            (ward.admin, table, set()),
            (Actor.system(), table, everything),
        ]
    for actor, table, whose in expected:
        act(sql, actor)
        assert seen(sql, table) == whose, (actor.role if actor else "nobody", table)


async def test_a_patients_faulty_query_over_everything_gives_their_own_rows_alone(
    ward: Ward, two: tuple[Case, Case], sql: psycopg.Connection[tuple[object, ...]]
) -> None:
    in_care, private = two
    act(sql, private.patient)
    rows = sql.execute("SELECT m.patient_id FROM messages m CROSS JOIN patients p WHERE true OR p.id <> m.patient_id")
    assert {row[0] for row in rows} == {private.patient_id}
    changed = sql.execute("UPDATE conversations SET status = 'closed'")
    assert changed.rowcount == 1
    act(sql, in_care.patient)
    assert sql.execute("SELECT status FROM conversations").fetchall() == [("open",)]


async def test_without_an_actor_nothing_is_read_written_or_changed(
    two: tuple[Case, Case], sql: psycopg.Connection[tuple[object, ...]]
) -> None:
    for table in TABLES:
        act(sql, None)
        assert sql.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # type: ignore[arg-type]
    act(sql, None)
    assert sql.execute("UPDATE patients SET sex = 'other'").rowcount == 0
    for table in ("conversations", "messages", "assessments"):
        act(sql, None)
        assert sql.execute(f"UPDATE {table} SET created_at = now()").rowcount == 0  # type: ignore[arg-type]
    act(sql, None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        sql.execute(
            "INSERT INTO patients (id, account_id, display_name, version, created_at) VALUES (%s, %s, 'X', 1, now())",
            (uuid4(), uuid4()),
        )


FORGERIES = {
    "a message in the nurse's name": (
        "INSERT INTO messages"
        " (id, conversation_id, patient_id, ordinal, author, author_id, text, citations, created_at)"
        " SELECT gen_random_uuid(), id, patient_id, 99, 'nurse', actor_id(), 'All well', '[]', now() FROM conversations"
    ),
    "a message in the assistant's name": (
        "INSERT INTO messages (id, conversation_id, patient_id, ordinal, author, text, citations, created_at)"
        " SELECT gen_random_uuid(), id, patient_id, 99, 'assistant', 'All well', '[]', now() FROM conversations"
    ),
    "a changed message": "UPDATE messages SET text = 'something else'",
    "an assessment": (
        "INSERT INTO assessments SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid()))).*"
        " FROM assessments a"
    ),
    "a lower level": "UPDATE assessments SET level = 'self-care'",
    "a claim": "UPDATE assessments SET status = 'claimed', claimed_by = actor_id()",
    "a decision": (
        "UPDATE assessments SET status = 'decided', decided_by = actor_id(), decided_level = 'self-care',"
        " decided_at = now()"
    ),
    "a wider view for clinicians": "UPDATE patients SET in_care_until = now() + interval '1 year'",
    "a note": (
        "INSERT INTO notes (id, assessment_id, patient_id, text, created_at)"
        " SELECT gen_random_uuid(), id, patient_id, 'x', now() FROM assessments"
    ),
    "a false history": (
        "INSERT INTO assessment_events"
        " (id, assessment_id, patient_id, event, to_status, actor_role, created_at)"
        " SELECT gen_random_uuid(), id, patient_id, 'decide', 'decided', 'patient', now() FROM assessments"
    ),
}

UNREACHED = {"a changed message", "a wider view for clinicians"}  # no row is open to the UPDATE


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_patients_transaction_writes_only_what_the_patient_said(
    ward: Ward, forgery: str, sql: psycopg.Connection[tuple[object, ...]]
) -> None:
    case = await ward.case()
    act(sql, case.patient)
    if forgery in UNREACHED:
        assert sql.execute(FORGERIES[forgery]).rowcount == 0  # type: ignore[arg-type]
    else:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sql.execute(FORGERIES[forgery])  # type: ignore[arg-type]


async def test_a_nurse_cannot_speak_for_a_physician_nor_an_administrator_for_anybody(
    ward: Ward, sql: psycopg.Connection[tuple[object, ...]]
) -> None:
    case = await ward.case()
    statement = (
        "INSERT INTO messages"
        " (id, conversation_id, patient_id, ordinal, author, author_id, text, citations, created_at)"
        " VALUES (gen_random_uuid(), %s, %s, 99, %s, %s, 'x', '[]', now())"
    )
    for actor, author in ((ward.nurse, "physician"), (ward.admin, "nurse"), (ward.admin, "patient")):
        act(sql, actor)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sql.execute(statement, (case.conversation.id, case.patient_id, author, actor.id))


async def test_nothing_is_deleted_and_history_is_not_rewritten(
    ward: Ward, sql: psycopg.Connection[tuple[object, ...]]
) -> None:
    """Rows of sample patients alone may be deleted (migration 0009), and nobody here is one."""
    case = await ward.case()
    for actor in (Actor.system(), ward.nurse, ward.admin, case.patient):
        act(sql, actor)
        for table in TABLES:
            assert sql.execute(f"DELETE FROM {table}").rowcount == 0, (actor.role, table)  # type: ignore[arg-type]
    act(sql, Actor.system())
    assert case.patient_id in seen(sql, "patients")
    for statement in (
        "UPDATE patients SET is_sample = true",
        "UPDATE assessment_events SET event = 'update'",
        "UPDATE notes SET text = 'x'",
        "UPDATE break_glass_grants SET expires_at = now() + interval '1 year'",
    ):
        act(sql, Actor.system())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sql.execute(statement)  # type: ignore[arg-type]


async def test_a_message_cannot_name_another_patient_than_its_conversation(
    two: tuple[Case, Case], sql: psycopg.Connection[tuple[object, ...]]
) -> None:
    in_care, private = two
    act(sql, Actor.system())
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        sql.execute(
            "INSERT INTO messages (id, conversation_id, patient_id, ordinal, author, text, citations, created_at)"
            " VALUES (gen_random_uuid(), %s, %s, 99, 'assistant', 'x', '[]', now())",
            (in_care.conversation.id, private.patient_id),
        )


async def test_break_glass_in_sql_is_for_oneself_for_staff_and_for_about_an_hour(
    two: tuple[Case, Case], ward: Ward, sql: psycopg.Connection[tuple[object, ...]]
) -> None:
    _, private = two
    statement = (
        "INSERT INTO break_glass_grants (id, grantee_id, patient_id, reason, expires_at, created_at)"
        " VALUES (gen_random_uuid(), %s, %s, 'found unconscious', now() + %s::interval, now())"
    )
    for actor, grantee, lasts in (
        (ward.nurse, ward.other_nurse, "1 hour"),
        (ward.nurse, ward.nurse, "2 hours"),
        (two[0].patient, two[0].patient, "1 hour"),
    ):
        act(sql, actor)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sql.execute(statement, (grantee.id, private.patient_id, lasts))
    for actor in (ward.nurse, ward.admin):
        act(sql, actor)
        assert private.patient_id not in seen(sql, "patients")
        sql.execute(statement, (actor.id, private.patient_id, "1 hour"))
        for table in CHART:
            assert private.patient_id in seen(sql, table)
        assert private.patient_id not in seen(sql, "notes")
    act(sql, ward.other_nurse)
    assert private.patient_id not in seen(sql, "patients")


async def test_a_grant_that_has_expired_opens_nothing(
    two: tuple[Case, Case], ward: Ward, sql: psycopg.Connection[tuple[object, ...]]
) -> None:
    _, private = two
    act(sql, ward.nurse)
    sql.execute(
        "INSERT INTO break_glass_grants (id, grantee_id, patient_id, reason, expires_at, created_at)"
        " VALUES (gen_random_uuid(), %s, %s, 'found unconscious', now() - interval '1 second', now())",
        (ward.nurse.id, private.patient_id),
    )
    assert private.patient_id not in seen(sql, "patients")
