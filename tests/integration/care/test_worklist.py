"""The worklist: order, counters, filters, breaches, pages; one audit event however long it is."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import ValidationError
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from bedside.care import service
from bedside.care.assessment_tables import Assessment
from bedside.care.jobs import WATCH_BREACHES
from bedside.care.schemas import Status
from bedside.care.tables import Conversation
from bedside.care.worklist_schemas import DecideRequest, Worklist, WorklistFilters, WorklistItem
from bedside.platform.access.actor import Actor
from bedside.platform.database.engine import sqlalchemy_url
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.database.urls import psycopg_url
from bedside.platform.errors import BadInput, Forbidden
from bedside.platform.metrics import WORKLIST
from bedside.triage.schemas import Level, Subject
from tests.support.care import Case, Ward, result
from tests.support.crowd import fill_worklist
from tests.support.postgres import TestCluster


async def listed(ward: Ward, filters: WorklistFilters | None = None, **page: object) -> Worklist:
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        return await service.worklist(ctx, filters, **page)  # type: ignore[arg-type]


async def shift(ward: Ward, case: Case, **values: timedelta) -> None:
    """Move a case's times, as if they had been then."""
    async with ward.runtime.unit_of_work(Actor.system()) as ctx:
        moved = {name: ctx.now() + by for name, by in values.items()}
        statement = update(Assessment).where(Assessment.id == case.assessment.id).values(**moved)
        await ctx.session.execute(statement, execution_options={"access": "test.shift", "synchronize_session": False})
        ctx.record("test.shift", "assessment")


async def test_most_urgent_first_then_the_soonest_due_then_the_longest_waiting(ward: Ward) -> None:
    routine = await ward.case(result(Level.ROUTINE))
    first_urgent = await ward.case(result(Level.URGENT))
    urgent = await ward.case(result(Level.URGENT))
    sooner = await ward.case(result(Level.URGENT, within=2))
    care = await ward.case(result(Level.SELF_CARE))
    emergency = await ward.case(result(Level.EMERGENCY))
    expected = [emergency, sooner, first_urgent, urgent, routine, care]
    assert [i.assessment_id for i in (await listed(ward)).items] == [c.assessment.id for c in expected]


async def test_an_item_says_what_a_nurse_needs_to_choose(ward: Ward) -> None:
    case = await ward.case(result(Level.URGENT, within=4, subject=Subject.CHILD, age=3.0))
    (item,) = (await listed(ward)).items
    assert (item.patient_name, item.about, item.age_years) == ("Paul Patient", Subject.CHILD, 3.0)
    assert (item.level, item.status, item.summary) == (Level.URGENT, "waiting", "Chest pain")
    assert (item.conversation_id, item.mine, item.breached) == (case.conversation.id, False, False)
    assert 0 <= item.waiting_seconds < 60
    assert item.due_at is not None


async def test_an_unsaid_age_is_taken_from_the_birth_date_of_whom_it_is_about(ward: Ward) -> None:
    own, child = await ward.case(), await ward.case(about=Subject.CHILD)
    async with ward.runtime.unit_of_work(Actor.system()) as ctx:
        born = ctx.now().date() - timedelta(days=round(40.5 * 365.2425))
        await ctx.session.execute(
            text("UPDATE patients SET birth_date = :born"),
            {"born": born},
            execution_options={"no_patient_data": True},
        )
    ages = {i.assessment_id: i.age_years for i in (await listed(ward)).items}
    assert ages == {own.assessment.id: 40.5, child.assessment.id: None}
    grown = await listed(ward, WorklistFilters(age_from=18))
    assert [i.assessment_id for i in grown.items] == [own.assessment.id]


async def test_filters(ward: Ward) -> None:
    mine = await ward.case(result(Level.URGENT))
    await ward.claim(mine)
    theirs = await ward.case(result(Level.ROUTINE, subject=Subject.CHILD, age=4.0))
    await ward.claim(theirs, ward.other_nurse)
    emergency = await ward.case(result(Level.EMERGENCY, age=71.0))
    asked = await ward.case(hand_over=False, found=result(Level.ROUTINE))

    async def ids(**filters: object) -> set[object]:
        return {i.assessment_id for i in (await listed(ward, WorklistFilters.model_validate(filters))).items}

    a, b, c = mine.assessment.id, theirs.assessment.id, emergency.assessment.id
    assert await ids() == {a, b, c}
    assert await ids(level="urgent") == {a}
    assert await ids(level="self-care") == set()
    assert await ids(status="waiting") == {c}
    assert await ids(status="claimed") == {a, b}
    assert await ids(status="decided") == set()
    assert await ids(mine=True) == {a}
    assert await ids(about="child") == {b}
    assert await ids(age_from=65) == {c}
    assert await ids(age_to=16) == {b}
    assert await ids(for_physician=True) == set()
    assert await ids(level="routine", status="claimed", about="child", age_from=1, age_to=5) == {b}
    assert asked.assessment.id not in await ids(status="open")  # its patient is in nobody's care


async def test_counters_are_of_the_whole_list_whatever_is_filtered(ward: Ward) -> None:
    await ward.case(result(Level.EMERGENCY))
    mine = await ward.case()
    await ward.claim(mine)
    await ward.case()
    found = await listed(ward, WorklistFilters(level=Level.ROUTINE))
    assert found.items == []
    levels = {"emergency": 1, "urgent": 2, "routine": 0, "self-care": 0}
    standing = {"waiting": 2, "claimed": 1, "breached": 0, "warning": 0, "mine": 1, "total": 3}
    pages = {"for-physician": 0, "emergency-waiting": 1, "over-1h": 0, "over-4h": 0, "over-24h": 0}
    ages = {"age-child": 0, "age-adult": 0, "age-older": 0, "age-unknown": 3}
    assert found.counts == levels | standing | pages | ages


async def test_each_filter_finds_as_many_as_its_counter_says(ward: Ward) -> None:
    people = ((3.0, Subject.CHILD, 0), (15.99, Subject.CHILD, 2), (16.0, Subject.SELF, 5), (64.5, Subject.SELF, 30))
    for age, subject, hours in (*people, (65.0, Subject.SELF, 1), (None, Subject.SELF, 23)):
        case = await ward.case(result(Level.ROUTINE, subject=subject, age=age))
        await shift(ward, case, handed_over_at=timedelta(hours=-hours, minutes=-1))
    emergency = await ward.case(result(Level.EMERGENCY))
    await ward.claim(emergency)
    counts = (await listed(ward)).counts

    async def number(**filters: object) -> int:
        return len((await listed(ward, WorklistFilters.model_validate(filters))).items)

    for band, expected in (("child", 2), ("adult", 2), ("older", 1), ("unknown", 2)):
        assert await number(age=band) == counts[f"age-{band}"] == expected
    for over, expected in ((1, 5), (4, 3), (24, 1)):
        assert await number(waiting_over_minutes=over * 60) == counts[f"over-{over}h"] == expected
    assert await number(waiting_over_minutes=0) == 7
    assert await number(age_from=0) == 5
    assert await number(age_to=0) == 0
    assert await number(level="emergency", status="waiting") == counts["emergency-waiting"] == 0
    assert await number(for_physician=False) == 7


async def test_an_item_begins_with_the_patients_own_words(ward: Ward) -> None:
    first = await ward.case(text="My chest\n  hurts   since\nyesterday")
    await ward.say(first, "And my arm too")
    long = await ward.case(text="It hurts. " * 30)
    said = {item.assessment_id: item.complaint for item in (await listed(ward)).items}
    assert said[first.assessment.id] == "My chest hurts since yesterday"
    shown = said[long.assessment.id]
    assert shown is not None
    assert shown.startswith("It hurts. It hurts.")
    assert shown.endswith("…")
    assert len(shown) <= 200


async def test_a_second_case_begins_with_its_own_first_message(ward: Ward) -> None:
    case = await ward.case(text="My chest hurts")
    await ward.claim(case)
    async with ward.runtime.unit_of_work(ward.nurse) as ctx:
        await service.decide(ctx, case.assessment.id, DecideRequest(level=Level.URGENT, reply="Come in today."))
    await ward.say(case, "Now I have a cough")
    await ward.assess(case.conversation.id, result(Level.ROUTINE))
    (item,) = (await listed(ward)).items
    assert item.complaint == "Now I have a cough"
    decided = await listed(ward, WorklistFilters(status=Status.DECIDED))
    assert [one.complaint for one in decided.items] == ["My chest hurts"]


async def test_an_item_says_from_when_it_warns(ward: Ward) -> None:
    await ward.case(result(Level.URGENT))
    (item,) = (await listed(ward)).items
    assert item.due_at is not None
    assert item.warns_at == item.due_at - timedelta(hours=6)


async def test_a_case_warns_before_it_breaches(ward: Ward) -> None:
    case = await ward.case()
    await shift(ward, case, handed_over_at=timedelta(hours=-19), due_at=timedelta(hours=5))
    (item,) = (await listed(ward)).items
    assert (item.urgency, item.waiting_seconds // 3600) == ("warning", 19)
    await shift(ward, case, handed_over_at=timedelta(hours=-25), due_at=timedelta(hours=-1))
    found = await listed(ward, WorklistFilters(breached=True))
    assert [(i.urgency, i.breached) for i in found.items] == [("breached", True)]
    assert (found.counts["breached"], found.counts["warning"]) == (1, 0)


async def test_pages_cover_everything_once_in_order_even_as_cases_arrive(ward: Ward) -> None:
    cases = [await ward.case(result(level)) for level in (Level.ROUTINE, Level.URGENT, Level.EMERGENCY) for _ in "123"]
    seen, after = [], None
    while True:
        page = await listed(ward, limit=2, after=after)
        seen += [i.assessment_id for i in page.items]
        if page.next is None:
            break
        after = page.next
        if len(seen) == 4:
            await ward.case(result(Level.EMERGENCY))
    assert len(seen) == len(set(seen)) == len(cases)
    order = (await listed(ward)).items
    assert [i.assessment_id for i in order if i.assessment_id in set(seen)] == seen


@pytest.mark.parametrize(
    "after", ["", "x", "0_0_0", "9_2026-01-01T00:00:00+00:00_" + "0" * 32, "0_2026-01-01_" + "0" * 32]
)
async def test_a_forged_cursor_is_refused(ward: Ward, after: str) -> None:
    with pytest.raises(BadInput, match="cursor"):
        await listed(ward, after=after)


async def test_reading_the_list_is_one_event_that_names_all_whom_it_showed(ward: Ward) -> None:
    cases = [await ward.case() for _ in range(7)]
    before = len(await ward.events())
    await listed(ward)
    new = (await ward.events())[before:]
    assert [(e.action, e.actor_id) for e in new] == [("worklist.list", ward.nurse.id)]
    assert new[0].patient_ids == sorted(c.patient_id for c in cases)
    assert new[0].entity_ids == sorted(c.assessment.id for c in cases)


async def test_when_the_audit_cannot_be_written_nothing_is_read(ward: Ward, urls: DatabaseUrls) -> None:
    case = await ward.case()
    engine = create_async_engine(sqlalchemy_url(urls.require("owner")))
    async with engine.begin() as owner:
        await owner.exec_driver_sql("REVOKE INSERT ON audit_events FROM bedside_app")
    released = []
    with pytest.raises(Exception, match="audit_events"):
        async with ward.runtime.unit_of_work(ward.nurse) as ctx:
            released.append(await service.worklist(ctx))
    with pytest.raises(Exception, match="audit_events"):
        await ward.claim(case)
    async with engine.begin() as owner:
        await owner.exec_driver_sql("GRANT INSERT ON audit_events TO bedside_app")
    await engine.dispose()
    (item,) = (await listed(ward)).items
    assert item.status == "waiting"


async def test_patients_and_administrators_have_no_worklist(ward: Ward) -> None:
    case = await ward.case()
    for actor in (case.patient, ward.admin):
        with pytest.raises(Forbidden):
            async with ward.runtime.unit_of_work(actor) as ctx:
                await service.worklist(ctx)


async def test_a_breach_is_told_once(ward: Ward) -> None:
    case = await ward.case()
    await shift(ward, case, handed_over_at=timedelta(hours=-25), due_at=timedelta(hours=-1))

    async def watch() -> tuple[int, list[object]]:
        async with ward.runtime.unit_of_work(Actor.system("job")) as ctx:
            return await service.watch_breaches(ctx), [ids.get("assessment_id") for _, ids in ctx.notices]

    assert await watch() == (1, [case.assessment.id])
    assert await watch() == (0, [])
    assert [e.patient_ids for e in await ward.events("assessment.breach")] == [[case.patient_id]]


async def test_a_claim_that_its_nurse_left_lapses(ward: Ward) -> None:
    left, fresh = await ward.case(), await ward.case()
    await ward.claim(left)
    await ward.claim(fresh)
    await shift(ward, left, claimed_at=timedelta(minutes=-61))
    await WATCH_BREACHES(ward.runtime)
    states = {i.assessment_id: (i.status, i.claimed_by_name) for i in (await listed(ward)).items}
    assert states == {left.assessment.id: ("waiting", None), fresh.assessment.id: ("claimed", "Nora Nurse")}
    await service.measure_worklist(ward.runtime)
    assert WORKLIST.labels("urgent")._value.get() == 2


async def test_a_case_whose_patient_fell_silent_goes_to_the_nurse(ward: Ward) -> None:
    silent, talking = await ward.case(hand_over=False), await ward.case(hand_over=False)
    async with ward.runtime.unit_of_work(Actor.system()) as ctx:
        row = (
            await ctx.session.execute(select(Conversation).where(Conversation.id == silent.conversation.id))
        ).scalar_one()
        row.last_message_at = ctx.now() - timedelta(minutes=16)
    for _ in range(2):
        await WATCH_BREACHES(ward.runtime)
    items = (await listed(ward)).items
    assert [(i.assessment_id, i.status) for i in items] == [(silent.assessment.id, "waiting")]
    assert talking.assessment.id not in {i.assessment_id for i in items}


async def test_five_hundred_cases_are_listed_quickly(ward: Ward, urls: DatabaseUrls) -> None:
    case = await ward.case()
    engine = create_async_engine(sqlalchemy_url(urls.require("owner")))
    copies = (
        "INSERT INTO {0} SELECT (jsonb_populate_record(t, {1})).* FROM {0} t, generate_series(1, 500) n"
        " WHERE {2} = '" + str(case.patient_id) + "'"
    )
    made = "lpad(to_hex(n), 8, '0') || '-0000-7000-8000-00000000000{0}'"
    id_, patient, conversation = (made.format(digit) for digit in "123")
    async with engine.begin() as owner:
        for table in ("patients", "conversations", "assessments"):
            await owner.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        for table, values, where in (
            ("patients", f"jsonb_build_object('id', {patient}, 'account_id', {patient})", "t.id"),
            ("conversations", f"jsonb_build_object('id', {conversation}, 'patient_id', {patient})", "t.patient_id"),
            (
                "assessments",
                f"jsonb_build_object('id', {id_}, 'patient_id', {patient}, 'conversation_id', {conversation})",
                "t.patient_id",
            ),
        ):
            await owner.exec_driver_sql(copies.format(table, values, where))
    await engine.dispose()
    await listed(ward)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        found = await listed(ward, limit=50)
        took.append(time.perf_counter() - start)
    assert found.counts["total"] == 501
    assert len(found.items) == 50
    assert sorted(took)[2] < 0.25
    print(f"worklist of 501: {[round(t * 1000) for t in took]} ms")  # noqa: T201


async def test_a_crowd_comes_in_pages_each_case_once_in_order(
    ward: Ward, urls: DatabaseUrls, cluster: TestCluster
) -> None:
    database = str(conninfo_to_dict(psycopg_url(urls.require("app")))["dbname"])
    made = await asyncio.to_thread(fill_worklist, cluster.superuser_url(database), 500)
    seen: list[WorklistItem] = []
    after = None
    while True:
        page = await listed(ward, limit=200, after=after)
        seen += page.items
        after = page.next
        if after is None:
            break
    assert page.counts["total"] == len(seen) == len({item.assessment_id for item in seen}) == 500
    assert {item.assessment_id for item in seen} == set(made)
    keys = [(item.level.rank if item.level else 9, item.due_at) for item in seen]
    assert keys == sorted(keys)
    assert {item.level for item in seen} >= {Level.EMERGENCY, Level.URGENT, Level.ROUTINE}
    assert all(item.complaint for item in seen)


@pytest.mark.parametrize(
    "id_",
    [
        "",
        "abc",
        "g" * 8,
        "%" * 8,
        "_" * 8,
        "ABCDEF12",
        "0" * 33,
        "a\x00bcdef",
        "aaaaaa' OR 1=1 --",
        "\uff41" * 6,
        "aaaaaa\n",
    ],
)
def test_what_is_no_id_is_refused_before_the_database(id_: str) -> None:
    with pytest.raises(ValidationError):
        WorklistFilters.model_validate({"id": id_})


async def test_an_id_finds_its_own_case_by_either_end_in_any_status(ward: Ward) -> None:
    one, other = await ward.case(result(Level.URGENT)), await ward.case(result(Level.ROUTINE))
    hidden = await ward.case(hand_over=False)
    digits = one.assessment.id.hex

    async def found(id_: str, **filters: object) -> list[object]:
        chosen = WorklistFilters.model_validate({"id": id_, **filters})
        return [item.assessment_id for item in (await listed(ward, chosen)).items]

    assert await found(digits) == [one.assessment.id]
    assert await found(digits[-8:]) == [one.assessment.id]
    assert await found(digits[:12]) in ([one.assessment.id], [one.assessment.id, other.assessment.id])
    assert await found(digits[4:-4]) == []
    assert await found(digits[-8:], status="decided") == []
    assert await found(hidden.assessment.id.hex) == []
    assert await found("0" * 32) == []
