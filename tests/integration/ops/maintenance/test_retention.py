"""What is older than its retention goes, exactly as counted; what a legal hold keeps stays, whoever deletes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from bedside.bootstrap.retention import RETENTION
from bedside.care import service as care
from bedside.care.settings import CareSettings
from bedside.care.worklist_schemas import DecideRequest
from bedside.ops.maintenance.procedures import PROCEDURES, Task
from bedside.ops.maintenance.schemas import LiftHold, PlaceHold
from bedside.ops.maintenance.service import holds
from bedside.ops.maintenance.settings import MaintenanceSettings
from bedside.ops.procedures.schemas import RunView
from bedside.ops.procedures.states import RunState
from bedside.platform.access.actor import Actor
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import BadInput, NotFound, Unavailable
from bedside.platform.retention import HOLDS_LOCK
from bedside.platform.runtime import Runtime
from tests.support.care import Case, Ward
from tests.support.maintenance import OPERATOR, Yard, actions
from tests.support.postgres import TestCluster

CLEANUP = {each.name: each for each in PROCEDURES}["maintenance.cleanup_old_data"]
DAY = timedelta(days=1)
CHART = ("conversations", "messages", "assessments", "assessment_events", "notes")


@pytest.fixture
def yard(runtime: Runtime, urls: DatabaseUrls, cluster: TestCluster) -> Yard:
    runtime.settings = runtime.settings.replace(
        runtime.settings.get(CareSettings).model_copy(update={"conversation_retention_days": 30}),
        runtime.settings.get(MaintenanceSettings).model_copy(update={"batch_rows": 2}),
    )
    runtime.units.settings = runtime.settings
    return Yard.of(runtime, urls, cluster)


@pytest.fixture
def ward(yard: Yard) -> Ward:
    return Ward(yard.runtime)


async def decided(ward: Ward) -> Case:
    """A case from its first word to its decision, with a note."""
    case = await ward.case()
    await ward.claim(case)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        await care.add_note(ctx, case.assessment.id, "Called back")
        await care.decide(ctx, case.assessment.id, DecideRequest(level=case.assessment.level, reply="Rest."))
    return case


async def forget(yard: Yard, *, dry_run: bool = False, **parameters: Any) -> RunView:
    return await yard.run_one(CLEANUP, parameters, dry_run=dry_run)


def age(yard: Yard, days: int, conversation: UUID | None = None) -> None:
    """Make conversations, or one, with everything in them older."""
    cases = "SELECT id FROM assessments WHERE conversation_id = coalesce(%s, conversation_id)"
    for table, column, which in (
        ("assessment_events", "created_at", f"assessment_id IN ({cases})"),
        ("notes", "created_at", f"assessment_id IN ({cases})"),
        ("assessments", "created_at", "conversation_id = coalesce(%s, conversation_id)"),
        ("messages", "created_at", "conversation_id = coalesce(%s, conversation_id)"),
        ("conversations", "created_at", "id = coalesce(%s, id)"),
    ):
        yard.sql(f"UPDATE {table} SET {column} = {column} - interval '{days} days' WHERE {which}", conversation)


def rows(yard: Yard, *tables: str) -> dict[str, int]:
    return {table: yard.sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables or CHART}


async def place(yard: Yard, patient: UUID | None = None) -> UUID:
    async with yard.runtime.unit_of_work(OPERATOR) as ctx:
        request = PlaceHold(patient_id=patient, everything=patient is None, reason="Court order 12/2026")
        return (await holds.place(ctx, request)).id


async def lift(yard: Yard, hold: UUID) -> None:
    async with yard.runtime.unit_of_work(OPERATOR) as ctx:
        await holds.lift(ctx, hold, LiftHold(reason="The case is settled"))


async def test_a_dry_run_counts_exactly_what_a_run_deletes_of_every_kind(yard: Yard, ward: Ward) -> None:
    for _ in range(3):
        await decided(ward)
    recent = await decided(ward)
    age(yard, 31)
    age(yard, -5, recent.conversation.id)
    waiting = await ward.case()
    age(yard, 400, waiting.conversation.id)
    plant_old_rows(yard)
    audited = rows(yard, "audit_events")

    planned = await forget(yard, dry_run=True)
    assert rows(yard)["conversations"] == 5
    done = await forget(yard)
    assert done.state is RunState.COMPLETED, done
    assert actions(done) == actions(planned)
    assert done.output == planned.output
    counted = done.output["cleanup_old_data"]
    assert counted["conversations"] == 3
    # Of each kind 5 old rows are planted, in batches of two, and a young one.
    for kind in ("notifications", "sign_ins", "idempotency_keys", "check_history", "request_history", "jobs", "outbox"):
        assert counted[kind] == 5, kind
    assert set(counted) == {kind.name for kind in RETENTION}
    left = yard.sql("SELECT id FROM conversations ORDER BY id")
    assert {id_ for (id_,) in left} == {recent.conversation.id, waiting.conversation.id}
    assert rows(yard)["assessments"] == 2
    assert not any((await forget(yard, dry_run=True)).output["cleanup_old_data"].values())
    # Each conversation is told by an event of its deletion, and no event has gone.
    assert rows(yard, "audit_events")["audit_events"] > audited["audit_events"]
    events = yard.sql(
        "SELECT cardinality(entity_ids), cardinality(patient_ids), actor_role FROM audit_events"
        " WHERE action = 'conversation.forget' AND entity_ids <> '{}' ORDER BY recorded_at"
    )
    assert events == [(2, 2, "system"), (1, 1, "system")]


async def test_conversations_are_kept_for_good_unless_a_setting_says_otherwise(yard: Yard, ward: Ward) -> None:
    yard.runtime.settings = yard.runtime.settings.replace(
        yard.runtime.settings.get(CareSettings).model_copy(update={"conversation_retention_days": None})
    )
    await decided(ward)
    age(yard, 4000)
    run = await forget(yard, retention_days=1)
    assert rows(yard)["conversations"] == 1
    assert any("kept for good (CONVERSATION_RETENTION_DAYS" in line for line in run.findings)


async def test_days_for_one_run_never_concern_records_of_patients(yard: Yard, ward: Ward) -> None:
    await decided(ward)
    age(yard, 20)
    plant_old_rows(yard, days=10)
    assert (await forget(yard, dry_run=True)).output["cleanup_old_data"]["notifications"] == 0
    counted = (await forget(yard, retention_days=9)).output["cleanup_old_data"]
    assert (counted["notifications"], counted["conversations"]) == (5, 0)
    assert rows(yard)["conversations"] == 1


async def test_a_hold_on_a_patient_keeps_that_patients_record_until_it_is_lifted(yard: Yard, ward: Ward) -> None:
    held, free = await decided(ward), await decided(ward)
    age(yard, 31)
    patient = yard.sql("SELECT patient_id FROM conversations WHERE id = %s", held.conversation.id)[0][0]
    hold = await place(yard, patient)

    planned = await forget(yard, dry_run=True)
    done = await forget(yard)
    assert planned.output["cleanup_old_data"]["conversations"] == done.output["cleanup_old_data"]["conversations"] == 1
    assert yard.sql("SELECT id FROM conversations") == [(held.conversation.id,)]
    assert yard.sql("SELECT count(*) FROM conversations WHERE id = %s", free.conversation.id) == [(0,)]

    # PostgreSQL itself keeps it, from whatever of Bedside's deletes: the first statement of a faulty one, too.
    with psycopg.connect(yard.urls.app) as app:
        app.execute("SELECT set_config('bedside.actor_role', 'system', true)")
        for table in reversed(CHART):
            assert app.execute(f"DELETE FROM {table}").rowcount == 0, table  # type: ignore[arg-type]
        app.rollback()

    await lift(yard, hold)
    assert (await forget(yard)).output["cleanup_old_data"]["conversations"] == 1
    assert rows(yard) == dict.fromkeys(CHART, 0)
    events = yard.sql(
        "SELECT action, patient_ids, actor_role, convert_from(body, 'utf8') LIKE '%Court order%' FROM audit_events"
        " WHERE entity = 'legal_hold' ORDER BY recorded_at"
    )
    assert events == [
        ("legal_hold.create", [patient], "admin", False),
        ("legal_hold.update", [patient], "admin", False),
    ]


async def test_a_hold_on_everything_keeps_all_evidence_and_samples_go_all_the_same(yard: Yard, ward: Ward) -> None:
    await decided(ward)
    age(yard, 31)
    plant_old_rows(yard)
    hold = await place(yard)
    counted = (await forget(yard)).output["cleanup_old_data"]
    kept = {kind.name for kind in RETENTION if kind.evidence}
    assert {"conversations", "notifications", "sign_ins"} <= kept
    assert {name for name in counted if counted[name]} == {kind.name for kind in RETENTION if kind.name not in kept} & {
        "idempotency_keys",
        "check_history",
        "request_history",
        "jobs",
        "outbox",
    }
    assert rows(yard)["conversations"] == 1

    # Sample patients are invented: resetting them goes on.
    yard.sql("UPDATE patients SET is_sample = true")
    with psycopg.connect(yard.urls.app) as app:
        app.execute("SELECT set_config('bedside.actor_role', 'system', true)")
        assert app.execute("DELETE FROM notes").rowcount == rows(yard)["notes"]
        assert app.execute("DELETE FROM assessment_events").rowcount > 0
        app.rollback()
    await lift(yard, hold)


async def test_a_hold_that_is_placed_waits_for_the_batch_that_runs_and_stops_the_next(yard: Yard) -> None:
    """While something is deleted nobody places a hold, and the other way round: neither slips past the other."""
    with psycopg.connect(yard.superuser_url) as deleting:
        deleting.execute("SELECT pg_advisory_xact_lock_shared(%s)", (HOLDS_LOCK,))
        with pytest.raises(Unavailable):
            async with yard.runtime.unit_of_work(OPERATOR) as ctx:
                await (await ctx.session.connection()).exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
                await holds.place(ctx, PlaceHold(everything=True, reason="Court order"))
        assert rows(yard, "legal_holds") == {"legal_holds": 0}
        deleting.rollback()
    assert await place(yard)


async def test_what_can_not_be_a_hold_is_refused(yard: Yard) -> None:
    unknown = UUID(int=7)
    for request, error in (
        (PlaceHold(reason="Neither"), BadInput),
        (PlaceHold(reason="Both", everything=True, patient_id=unknown), BadInput),
        (PlaceHold(reason="Nobody", patient_id=unknown), NotFound),
    ):
        with pytest.raises(error):
            async with yard.runtime.unit_of_work(OPERATOR) as ctx:
                await holds.place(ctx, request)
    hold = await place(yard)
    await lift(yard, hold)
    with pytest.raises(NotFound):
        await lift(yard, hold)


async def test_a_kind_that_can_not_be_deleted_keeps_no_other_from_it(yard: Yard) -> None:
    plant_old_rows(yard)
    yard.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'secret of %', OLD.subject; END $$"
    )
    yard.sql("CREATE TRIGGER refuse BEFORE DELETE ON notifications FOR EACH ROW EXECUTE FUNCTION refuse()")
    run = await yard.run(Task.CLEANUP_OLD_DATA)
    assert run.state is RunState.PARTIAL
    assert len(run.failures) == 1
    assert run.failures[0].startswith("Notifications that were sent")
    assert "secret" not in str(run.model_dump())
    assert run.output["cleanup_old_data"]["check_history"] == 5
    assert rows(yard, "notifications")["notifications"] == 6


async def test_nothing_deletes_audit_events(yard: Yard) -> None:
    async with yard.runtime.unit_of_work(Actor.system()) as ctx:
        ctx.record("test.act", "test")
    yard.sql("UPDATE audit_events SET recorded_at = recorded_at - interval '20 years'")
    before = rows(yard, "audit_events")["audit_events"]
    assert before > 0
    await yard.run(retention_days=1)
    assert rows(yard, "audit_events")["audit_events"] >= before
    assert AuditEvent.__tablename__ not in {kind.name for kind in RETENTION}
    for statement in ("DELETE FROM audit_events", "TRUNCATE audit_events"):
        with psycopg.connect(yard.urls.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)  # type: ignore[arg-type]


def plant_old_rows(yard: Yard, days: int = 400) -> None:
    """Five old rows of each kind and one that is young."""
    account = "00000000-0000-4000-8000-000000000001"
    yard.sql(
        "INSERT INTO accounts (id, created_at, login, display_name, role, is_sample, version)"
        " VALUES (%s, now(), 'old@example.org', 'Old', 'patient', false, 1)",
        account,
    )
    ages = [f"interval '{days} days'"] * 5 + ["interval '0 days'"]
    for number, ago in enumerate(ages):
        then = f"now() - {ago} - interval '{number} seconds'"
        for statement in (
            f"INSERT INTO notifications (id, created_at, kind, severity, subject, status, attempts)"
            f" VALUES (gen_random_uuid(), {then}, 'test', 'info', 'Old news', 'sent', 1)",
            "INSERT INTO sessions"
            " (id, created_at, account_id, refresh_hash, generation, expires_at, last_used_at, client)"
            f" VALUES (gen_random_uuid(), {then}, '{account}', '\\x00', 1, {then}, {then}, 'cli')",
            f"INSERT INTO idempotency_keys VALUES ('{account}', 'test', 'key {number}', '\\x00', '{{}}', {then})",
            f"INSERT INTO traffic_minutes VALUES ({then}, 'GET /x', gen_random_uuid(), 1, 0, 0, ARRAY[1])",
            f"INSERT INTO check_results (checked_at, name, part, status, evidence, response_time_ms)"
            f" VALUES ({then}, 'test', 'test', 'healthy', '', 1)",
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'test', 'succeeded')",
            "INSERT INTO procrastinate_events (job_id, type, at)"
            f" SELECT max(id), 'succeeded', {then} FROM procrastinate_jobs",
        ):
            yard.sql(statement)
        outbox = yard.runtime.settings.home / "outbox"
        outbox.mkdir(exist_ok=True)
        letter = outbox / f"{number}.eml"
        letter.write_text("Old news")
        when = (datetime.now(UTC) - (days * DAY if number < 5 else timedelta())).timestamp()
        os.utime(letter, (when, when))
