"""Every role against every table, past the application: what PostgreSQL itself lets a connection of the app do."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.support.house import SECRET, House
from tests.support.row_world import CHARTS, NO_ROW_SECURITY, Rows, copy_of_a_row
from tests.support.rows import ACTORS, REFUSED, TABLES

pytestmark = pytest.mark.xdist_group("security-rows")


def test_the_table_of_expectations_holds_every_table(house: House) -> None:
    there = {name for (name,) in house.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert there == set(TABLES), "a new table has to be considered in tests/support/rows.py, for each role"


def test_nothing_goes_around_the_policies(house: House) -> None:
    unforced = house.sql(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    assert {name for (name,) in unforced} == NO_ROW_SECURITY
    extensions = "SELECT 1 FROM pg_depend d WHERE d.objid = o.oid AND d.deptype = 'e'"
    as_owner = f"SELECT proname FROM pg_proc o WHERE prosecdef AND NOT EXISTS ({extensions})"
    assert house.sql(f"{as_owner} AND pronamespace = 'public'::regnamespace") == []
    views = f"SELECT relname FROM pg_class o WHERE relkind IN ('v', 'm', 'f') AND NOT EXISTS ({extensions})"
    assert house.sql(f"{views} AND relnamespace = 'public'::regnamespace") == []


@pytest.mark.parametrize("table", TABLES)
def test_which_rows_each_role_reads(rows: Rows, table: str) -> None:
    got, wanted = {}, {}
    for actor in ACTORS:
        found = rows.run(actor, f"SELECT ctid::text FROM {table}")
        got[actor] = found if isinstance(found, str) else {row[0] for row in found}  # type: ignore[union-attr]
        wanted[actor] = rows.truth(actor, table, TABLES[table].read[actor])
    assert got == wanted


@pytest.mark.parametrize("table", TABLES)
def test_which_rows_each_role_changes(rows: Rows, table: str) -> None:
    """Twice: an UPDATE that reads nothing is bound by its own policies alone, one that returns rows by SELECT's too."""
    update = f"UPDATE {table} SET {TABLES[table].assign}"
    got, wanted = {}, {}
    for actor in ACTORS:
        reached = rows.run(actor, update)
        which = rows.run(actor, f"{update} RETURNING old.ctid::text")
        got[actor] = (reached, which if isinstance(which, str) else {row[0] for row in which})  # type: ignore[union-attr]
        there = rows.truth(actor, table, TABLES[table].change[actor])
        wanted[actor] = (there if there == REFUSED else len(there), there)
    assert got == wanted


@pytest.mark.parametrize("table", TABLES)
def test_which_rows_each_role_deletes(rows: Rows, table: str) -> None:
    got, wanted = {}, {}
    for actor in ACTORS:
        got[actor] = rows.run(actor, f"DELETE FROM {table}")
        there = rows.truth(actor, table, TABLES[table].delete[actor])
        wanted[actor] = there if there == REFUSED else len(there)
    assert got == wanted


@pytest.mark.parametrize("table", TABLES)
def test_who_adds_rows(rows: Rows, table: str) -> None:
    got = {actor: rows.run(actor, *copy_of_a_row(rows, actor, table, TABLES[table])) for actor in ACTORS}
    assert got == {actor: 1 if actor in TABLES[table].add else REFUSED for actor in ACTORS}


@pytest.mark.parametrize("actor", ["patient", "other", "nobody"])
def test_a_faulty_query_over_everything_gives_a_patient_their_own_rows_alone(rows: Rows, actor: str) -> None:
    """Joins without a condition, every table at once: the mistake that a WHERE clause would have hidden."""
    readable = [name for name in TABLES if TABLES[name].read[actor] != REFUSED]
    everything = " UNION ALL ".join(f"SELECT to_jsonb(t)::text FROM {name} t" for name in readable)
    joined = " LEFT JOIN ".join([CHARTS[0], *(f"{name} ON true" for name in CHARTS[1:])])
    found = [*_texts(rows, actor, everything), *_texts(rows, actor, f"SELECT * FROM {joined} LIMIT 50000")]
    own = {"patient": rows.known["patient"], "other": rows.known["other"], "nobody": None}[actor]
    for whose in ("patient", "other"):
        if rows.known[whose] == own:
            assert any(str(own) in text for text in found)
            continue
        hidden = [row[0] for name in CHARTS for row in rows.house.sql(*_ids(name, rows.known[whose]))]
        hidden += [rows.known[whose], rows.actors[whose], f"{whose.title()} Example", f"{whose}@example.org"]
        assert [value for value in hidden if any(str(value) in text for text in found)] == []
    assert any(SECRET in text for text in found) == (actor == "other")


def test_the_app_reads_of_the_queue_how_it_goes_and_no_arguments(rows: Rows) -> None:
    assert rows.run("patient", "SELECT id, status, scheduled_at, task_name FROM procrastinate_jobs") != REFUSED
    for columns in ("args", "lock", "*"):
        assert rows.run("patient", f"SELECT {columns} FROM procrastinate_jobs") == REFUSED


def test_whose_record_it_is_can_not_be_changed(rows: Rows) -> None:
    for actor in ACTORS:
        for column in ("account_id", "id", "created_at"):
            assert rows.run(actor, f"UPDATE patients SET {column} = {column}") == REFUSED


def test_nobody_writes_history_in_anothers_name(rows: Rows) -> None:
    for table in ("audit_events", "assessment_events"):
        insert, value = copy_of_a_row(rows, "physician", table, TABLES[table])
        assert rows.run("physician", insert, value) == 1
        for actor in set(ACTORS) - {"physician"}:
            assert rows.run(actor, insert, value) == REFUSED, (table, actor)


def _ids(table: str, patient_id: UUID) -> tuple[str, UUID]:
    return f"SELECT id::text FROM {table} WHERE {'id' if table == 'patients' else 'patient_id'} = %s", patient_id


def _texts(rows: Rows, actor: str, query: str) -> list[str]:
    found = rows.run(actor, query)
    assert isinstance(found, list)
    return [" ".join(map(str, row)) for row in found]
