"""A populated database and whoever acts in it, past the application: for the row-level security tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg

from bedside.kit.ids import new_id
from tests.support.house import SECRET, Case, House
from tests.support.rows import REFUSED, ROLE_OF, TABLES, Table

Connection = psycopg.Connection[tuple[Any, ...]]
CHARTS = ("patients", "conversations", "messages", "assessments", "assessment_events", "notes", "break_glass_grants")
NO_ROW_SECURITY = {name for name in TABLES if name.startswith(("alembic_", "procrastinate_"))}


class Rows:
    """The populated database, who acts in it, and a connection as the app's role."""

    def __init__(self, house: House, app: Connection, patient: Case, other: Case) -> None:
        self.house, self.app = house, app
        self.actors: dict[str, UUID | None] = {
            "patient": house.accounts["patient"],
            "other": house.accounts["other"],
            "nurse": house.accounts["nurse"],
            "physician": house.accounts["physician"],
            "admin": house.accounts["admin"],
            "nurse with a grant": new_id(),
            "admin with a grant": new_id(),
        }
        self.known: dict[str, Any] = {"patient": patient.patient_id, "other": other.patient_id, "bare": new_id()}

    def values(self, actor: str) -> dict[str, Any]:
        return {**self.known, "actor": self.actors.get(actor), "role": ROLE_OF[actor]}

    def act(self, actor: str) -> None:
        """Begin a transaction in which ``actor`` acts, as the application does; nobody sets nothing."""
        self.app.rollback()
        if ROLE_OF[actor] is not None:
            self.app.execute("SELECT set_config('bedside.actor_id', %s, true)", (str(self.actors.get(actor) or ""),))
            self.app.execute("SELECT set_config('bedside.actor_role', %s, true)", (ROLE_OF[actor],))

    def run(self, actor: str, statement: str, *values: Any) -> list[tuple[Any, ...]] | str | int:
        """Return the rows, the number of rows reached, or REFUSED; then take it back."""
        self.act(actor)
        try:
            cursor = self.app.execute(statement, values or None)  # type: ignore[arg-type]  # tests' own statements
            return cursor.fetchall() if cursor.description else cursor.rowcount
        except psycopg.errors.InsufficientPrivilege:
            return REFUSED
        finally:
            self.app.rollback()

    def truth(self, actor: str, table: str, condition: str) -> set[str] | str:
        """Return which rows satisfy a condition, seen past every policy."""
        if condition == REFUSED:
            return REFUSED
        statement = f"SELECT ctid::text FROM {table} WHERE {condition}"
        with psycopg.connect(self.house.superuser_url) as connection:
            return {str(row[0]) for row in connection.execute(statement, self.values(actor))}  # type: ignore[arg-type]


def copy_of_a_row(rows: Rows, actor: str, table: str, expected: Table) -> tuple[str, str]:
    """Return an INSERT of a copy of one row, made by the superuser so that no SELECT right is needed, and its value."""
    fresh = [f"'{column}', {value}" for column, value in expected.fresh.items()]
    made = f"to_jsonb(t) || jsonb_build_object({', '.join(fresh)})" if fresh else "to_jsonb(t)"
    sample = f"SELECT ({made})::text FROM {table} t WHERE {expected.sample} LIMIT 1"
    columns = rows.house.sql(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' AND attidentity = '' ORDER BY attnum",
        table,
    )
    listed = ", ".join(name for (name,) in columns)
    with psycopg.connect(rows.house.superuser_url, cursor_factory=psycopg.ClientCursor) as connection:
        row = connection.execute(sample, rows.values(actor)).fetchone()  # type: ignore[arg-type]
    assert row is not None
    insert = f"INSERT INTO {table} ({listed}) SELECT {listed} FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"
    return insert, row[0]


@contextmanager
def populated(house: House) -> Iterator[Rows]:
    """Rows in every table: through the API where it makes them, else by the superuser."""
    for who in ("patient", "other"):
        assert house.post(who, "/api/conversations", **{"Idempotency-Key": "k1"}).status_code == 201
    decided, waiting, other = house.decided("nurse"), house.case(), house.private_case()
    for case in (decided, waiting):
        note = house.post("nurse", f"/api/assessments/{case.assessment_id}/notes", {"text": "Called back"})
        assert note.status_code == 201
    looking = house.call("nurse", "PUT", f"/api/assessments/{waiting.assessment_id}/presence")
    assert looking.status_code == 200
    house.post("nobody", "/api/auth/reset-request", {"login": "patient@example.org"})
    with psycopg.connect(house.urls.app) as app:
        made = Rows(house, app, waiting, other)
        _fill(made, other)
        empty = [name for name in TABLES if house.sql(f"SELECT count(*) FROM {name}") == [(0,)]]
        assert empty == []
        yield made


def _fill(rows: Rows, other: Case) -> None:
    """What the API does not make, or not for these people: links, the queue's own rows, knowledge, grants."""
    sql_of, known = rows.house.sql, rows.known
    for grantee in ("nurse with a grant", "admin with a grant"):
        sql_of(
            "INSERT INTO break_glass_grants (id, created_at, grantee_id, patient_id, reason, expires_at)"
            " VALUES (gen_random_uuid(), now(), %s, %s, 'Found unconscious', now() + interval '1 hour')",
            rows.actors[grantee],
            known["other"],
        )
    sql_of(
        "INSERT INTO presences (assessment_id, account_id, role, name, since, seen_at)"
        " VALUES (%s, %s, 'nurse', 'Grace Granted', now(), now())",
        other.assessment_id,
        rows.actors["nurse with a grant"],
    )
    sql_of(
        "INSERT INTO notes (id, created_at, assessment_id, patient_id, author_id, text)"
        " VALUES (gen_random_uuid(), now(), %s, %s, gen_random_uuid(), %s)",
        other.assessment_id,
        known["other"],
        SECRET,
    )
    sql_of(
        "INSERT INTO accounts (id, created_at, login, display_name, role, is_sample, version)"
        " VALUES (%s, now(), 'bare@example.org', 'Bare', 'patient', false, 1)",
        known["bare"],
    )
    for who in ("patient", "other"):
        sql_of(
            "INSERT INTO one_time_links (id, created_at, account_id, token_hash, expires_at)"
            " VALUES (gen_random_uuid(), now(), %s, sha256(gen_random_uuid()::text::bytea), now())",
            rows.actors[who],
        )
    sql_of(
        "INSERT INTO check_results (name, checked_at, part, status, evidence, response_time_ms)"
        " VALUES ('db.connection', now(), 'db', 'healthy', '', 1)"
    )
    sql_of("INSERT INTO check_states VALUES ('db.connection', 'healthy', now(), now(), '{}')")
    sql_of("INSERT INTO traffic_minutes VALUES (now(), 'GET /health', gen_random_uuid(), 1, 0, 0, ARRAY[1])")
    sql_of("INSERT INTO samples VALUES ('disk.used', '', 60, now(), 42, 43, 1)")
    sql_of(
        "INSERT INTO procedure_runs (id, created_at, procedure, kind, lock, state, runner, dry_run, parameters,"
        " performed_by, actor_role, via, attempt, steps, findings, follow_up, failures, output)"
        " VALUES (gen_random_uuid(), now(), 'a.one', 'routine', 'a.one', 'completed', 'worker', false, '{}',"
        " 'Ada Admin', 'admin', 'api', 1, '[]', '{}', '{}', '{}', '{}')"
    )
    sql_of(
        "INSERT INTO procedure_actions (id, run_id, action, state, begun_at)"
        " SELECT gen_random_uuid(), id, 'Look', 'done', now() FROM procedure_runs"
    )
    sql_of(
        "INSERT INTO rounds (id, created_at, period, run_id, performed_by, figures)"
        " VALUES (gen_random_uuid(), now(), 'daily', gen_random_uuid(), 'Ada Admin', '{}')"
    )
    sql_of(
        "INSERT INTO round_items (round_id, item, position, state, told)"
        " SELECT id, 'health', 0, 'well', '{}' FROM rounds"
    )
    _alerts(rows)
    sql_of("INSERT INTO procedure_schedules VALUES ('a.one', '0 1 * * *', now())")
    sql_of(
        "INSERT INTO maintenance_windows (id, created_at, starts_at, ends_at, reason, planned_by_name)"
        " VALUES (gen_random_uuid(), now(), now(), now() + interval '1 hour', 'New disks', 'Ada Admin')"
    )
    for lifted in (None, "Settled"):
        sql_of(
            "INSERT INTO legal_holds (id, created_at, patient_id, reason, placed_by_name, lifted_at, lift_reason)"
            " VALUES (gen_random_uuid(), now(), %s, 'Court order', 'Ada Admin',"
            " CASE WHEN %s::text <> '' THEN now() END, %s)",
            known["patient"],
            lifted,
            lifted,
        )
    sql_of("INSERT INTO procrastinate_workers DEFAULT VALUES")
    sql_of("INSERT INTO procrastinate_periodic_defers (task_name, periodic_id) VALUES ('x', 'x')")
    source = new_id()
    sql_of(
        "INSERT INTO knowledge_sources (id, created_at, key, title, publisher, kind, content_hash, status, updated_at)"
        " VALUES (%s, now(), 'k', 'Sore throat', 'Bedside', 'starter', 'h', 'active', now())",
        source,
    )
    sql_of(
        "INSERT INTO knowledge_passages (id, created_at, source_id, ordinal, heading, text, sentences, content_hash)"
        " VALUES (gen_random_uuid(), now(), %s, 1, 'Sore throat', 'Rest.', '[]', 'h')",
        source,
    )
    sql_of("INSERT INTO knowledge_words (word, passages) VALUES ('throat', 1)")


def _alerts(rows: Rows) -> None:
    """An alert that was told, a silence, a shift and a sample."""
    sql_of = rows.house.sql
    sql_of(
        "INSERT INTO alerts (id, created_at, rule, title, part, severity, state, version, changed_at, seen_at, told,"
        " held_seconds, level, level_seconds)"
        " VALUES (gen_random_uuid(), now(), 'disk', 'Disk', 'disk', 'warning', 'firing', 1, now(), now(), '', 0, 0, 0)"
    )
    sql_of("INSERT INTO alert_events SELECT id, 1, now(), 'fire', 'firing', 0 FROM alerts")
    sql_of("INSERT INTO alert_messages SELECT id, 1, 'operators', gen_random_uuid() FROM alerts")
    sql_of(
        "INSERT INTO alert_silences (id, created_at, starts_at, ends_at, reason, created_by_name)"
        " VALUES (gen_random_uuid(), now(), now(), now() + interval '1 hour', 'New disks', 'Ada Admin')"
    )
    sql_of(
        "INSERT INTO on_call_shifts"
        " VALUES (gen_random_uuid(), now(), 'on_call', 'Ada Admin', 'operators', now(), 'UTC', 'Ada Admin')"
    )
    sql_of("INSERT INTO metric_samples VALUES (gen_random_uuid(), now(), now(), '{}')")
