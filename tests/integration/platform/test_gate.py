"""The audited gate: what touches patient data is recorded in the same transaction, or refused."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Mapped

from bedside.care.tables import Conversation, Patient
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.database.base import Base, PatientData, Row
from bedside.platform.errors import Conflict, Fault, Unavailable
from bedside.platform.runtime import Runtime

SYSTEM = Actor.system()


async def _patient(runtime: Runtime, name: str = "Ada Planted") -> Patient:
    async with runtime.unit_of_work(SYSTEM) as ctx:
        patient = Patient(account_id=new_id(), display_name=name, created_at=ctx.now())
        ctx.session.add(patient)
    return patient


async def _events(runtime: Runtime) -> list[AuditEvent]:
    async with runtime.unit_of_work(SYSTEM) as ctx:
        return list((await ctx.session.execute(select(AuditEvent).order_by(AuditEvent.id))).scalars())


async def test_adding_a_row_is_an_event_with_names_of_fields_and_no_content(runtime: Runtime) -> None:
    patient = await _patient(runtime)
    (event,) = await _events(runtime)
    assert (event.action, event.entity_ids, event.patient_ids) == ("patient.create", [patient.id], [patient.id])
    body = json.loads(event.body)
    assert {"display_name", "account_id"} <= set(body["fields"])
    assert body["commitment"]
    assert b"Planted" not in event.body


async def test_reading_a_list_is_one_event_named_by_its_purpose(runtime: Runtime) -> None:
    patients = [await _patient(runtime) for _ in range(3)]
    async with runtime.unit_of_work(SYSTEM) as ctx:
        ctx.purpose("worklist.list")
        await ctx.session.execute(select(Patient))
        await ctx.session.execute(select(Patient))
    event = (await _events(runtime))[-1]
    assert event.action == "worklist.list"
    assert event.patient_ids == sorted(p.id for p in patients)


async def test_changing_a_row_names_the_changed_fields_alone(runtime: Runtime) -> None:
    patient = await _patient(runtime)
    async with runtime.unit_of_work(SYSTEM) as ctx:
        row = (await ctx.session.execute(select(Patient).where(Patient.id == patient.id))).scalar_one()
        row.sex = "female"
    changed = [e for e in await _events(runtime) if e.action == "patient.update"]
    assert [json.loads(e.body)["fields"] for e in changed] == [["sex"]]


async def test_rows_that_were_read_to_be_changed_are_in_the_event_of_the_change(runtime: Runtime) -> None:
    patient = await _patient(runtime)
    before = len(await _events(runtime))
    async with runtime.unit_of_work(SYSTEM) as ctx:
        (await ctx.session.execute(select(Patient))).scalar_one().sex = "female"
    (event,) = (await _events(runtime))[before:]
    assert (event.action, event.entity_ids, event.patient_ids) == ("patient.update", [patient.id], [patient.id])


async def test_a_row_that_was_read_beside_the_changed_one_is_told(runtime: Runtime) -> None:
    patients = [await _patient(runtime) for _ in range(3)]
    async with runtime.unit_of_work(SYSTEM) as ctx:
        ctx.purpose("patient.review")
        rows = (await ctx.session.execute(select(Patient).order_by(Patient.id))).scalars().all()
        rows[0].sex = "female"
        await ctx.session.flush()
        rows[0].sex = "male"
    events = {event.action: event for event in (await _events(runtime))[-2:]}
    assert events["patient.update"].entity_ids == [patients[0].id]
    assert events["patient.review"].entity_ids == sorted(patient.id for patient in patients)


async def test_reading_nothing_leaves_no_event(runtime: Runtime) -> None:
    async with runtime.unit_of_work(SYSTEM) as ctx:
        await ctx.session.execute(select(Patient).where(Patient.id == new_id()))
    assert await _events(runtime) == []


@pytest.mark.parametrize(
    "statement",
    [
        select(Patient.display_name),
        select(func.count()).select_from(Patient),
        select(Patient, Conversation.about),
        update(Patient).values(display_name="x"),
        select(func.count()).select_from(select(Patient.id).subquery()),
        select(Patient.__table__),
    ],
)
async def test_what_the_gate_can_not_see_is_refused(runtime: Runtime, statement: object) -> None:
    with pytest.raises(Fault, match="does not say"):
        async with runtime.unit_of_work(SYSTEM) as ctx:
            await ctx.session.execute(statement)  # type: ignore[call-overload]


async def test_textual_sql_is_refused(runtime: Runtime) -> None:
    with pytest.raises(Fault, match="Textual"):
        async with runtime.unit_of_work(SYSTEM) as ctx:
            await ctx.session.execute(text("SELECT * FROM patients"))


async def test_a_declared_count_is_an_event(runtime: Runtime) -> None:
    await _patient(runtime)
    async with runtime.unit_of_work(SYSTEM) as ctx:
        counted = select(func.count()).select_from(Patient).execution_options(access="patient.count")
        assert (await ctx.session.execute(counted)).scalar_one() == 1
    assert (await _events(runtime))[-1].action == "patient.count"


async def test_a_bulk_change_that_is_not_recorded_is_rolled_back(runtime: Runtime) -> None:
    await _patient(runtime)
    change = update(Patient).values(display_name="changed").execution_options(access="patient.rename")
    with pytest.raises(Fault, match=r"patient\.rename"):
        async with runtime.unit_of_work(SYSTEM) as ctx:
            await ctx.session.execute(change)
    async with runtime.unit_of_work(SYSTEM) as ctx:
        await ctx.session.execute(change)
        ctx.record("patient.rename", "patient", fields=["display_name"])
    assert "patient.rename" in [e.action for e in await _events(runtime)]


async def test_two_changes_of_one_row_never_overwrite_silently(runtime: Runtime) -> None:
    patient = await _patient(runtime)
    chosen = select(Patient).where(Patient.id == patient.id)
    with pytest.raises(Conflict):
        async with runtime.unit_of_work(SYSTEM) as first:
            mine = (await first.session.execute(chosen)).scalar_one()
            async with runtime.unit_of_work(SYSTEM) as second:
                (await second.session.execute(chosen)).scalar_one().sex = "female"
            mine.sex = "male"
    async with runtime.unit_of_work(SYSTEM) as ctx:
        assert (await ctx.session.execute(chosen)).scalar_one().sex == "female"


async def test_an_actor_is_set_for_one_transaction_only(runtime: Runtime) -> None:
    patient = await _patient(runtime)

    async def seen_by(actor: Actor) -> list[UUID]:
        async with runtime.unit_of_work(actor) as ctx:
            return [p.id for p in (await ctx.session.execute(select(Patient))).scalars()]

    assert await seen_by(Actor(Role.PATIENT, patient.account_id)) == [patient.id]
    assert await seen_by(Actor(Role.PATIENT, new_id())) == []
    assert await seen_by(Actor(Role.NURSE, new_id())) == []
    assert await seen_by(SYSTEM) == [patient.id]
    async with runtime.database.session() as session:
        assert (await session.execute(select(Patient))).scalars().all() == []


async def test_a_database_that_is_gone_is_unavailable(runtime: Runtime, urls: object) -> None:
    with pytest.raises(Unavailable):
        async with runtime.unit_of_work(SYSTEM) as ctx:
            await ctx.session.execute(
                text("SELECT pg_terminate_backend(pg_backend_pid())"), execution_options={"no_patient_data": True}
            )


async def test_a_table_declared_later_is_guarded_too(runtime: Runtime) -> None:
    class LateNote(Row, PatientData, Base):
        __tablename__ = "late_notes"
        entity = "late_note"
        patient_id: Mapped[UUID]

    try:
        with pytest.raises(Fault, match="late_note"):
            async with runtime.unit_of_work(SYSTEM) as ctx:
                await ctx.session.execute(select(LateNote.id))
    finally:
        Base.registry._dispose_cls(LateNote)
        Base.metadata.remove(Base.metadata.tables["late_notes"])
