"""Each route that touches patient data leaves its events in the audit; where it can't, it gives nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.audit_events import BREAK_GLASS, BY_CLINICIAN, BY_PATIENT, DENIED, Events
from tests.support.house import EMERGENCY, NOBODY, PASSWORD, SECRET, Case, House, login
from tests.support.routes import CLINICIANS, ROLES, ROUTES, Ids, Route, ids_of

pytestmark = pytest.mark.xdist_group("security-audit")

BREAK_GLASS_ROUTE = "POST /api/patients/{patient_id}/break-glass"
PROBES = ("/health", "/ready", "/live", "/metrics")
NO_PATIENT_DATA = (*PROBES, "/api/events", "/api/knowledge/", "/api/site", "/api/triage")
PRESENCE = "/api/assessments/{assessment_id}/presence"
"""Tells of clinicians alone; the reading of the case was recorded when it was opened."""
ACCOUNTS_AND_AUDIT = ("/api/auth/", "/api/users", "/api/audit/")
OPERATIONS = (
    "/api/alerts",
    "/api/channels",
    "/api/on-call",
    "/api/monitoring",
    "/api/checks",
    "/api/database",
    "/api/settings",
    "/api/jobs",
    "/api/procedures",
    "/api/rounds",
    "/api/capacity",
    "/api/sample-data",
)
MAINTENANCE = ("/api/maintenance/",)
"""Legal holds name patients; what they leave is in tests/integration/ops/maintenance."""
ELSEWHERE = (*NO_PATIENT_DATA, PRESENCE, *ACCOUNTS_AND_AUDIT, *OPERATIONS, *MAINTENANCE)
TOUCHING = [route for route in ROUTES if not route.path.startswith(ELSEWHERE)]
CHARTS = ("patients", "conversations", "messages", "assessments", "assessment_events", "notes", "break_glass_grants")


def expected_of(who: str) -> dict[str, Events]:
    return BY_PATIENT if who == "patient" else BY_CLINICIAN if who in CLINICIANS else {}


def seen(house: House) -> set[object]:
    return {row[0] for row in house.sql("SELECT id FROM audit_events")}


def left(house: House, before: set[object]) -> Events:
    """Return the events since ``before``."""
    rows = house.sql("SELECT id, actor_role, action || ' ' || entity FROM audit_events")
    return Counter(f"system:{name}" if role == "system" else name for id_, role, name in rows if id_ not in before)


def own_ids(house: House, shared: Case, route: Route, who: str) -> Ids:
    """Ids of a fresh case where the route will change it, else of the shared one."""
    may = route.own[ROLES.index(who)] < 400
    return route.make(house, who) if route.make and may else ids_of(shared)


def test_every_route_is_in_the_table() -> None:
    table = {*BY_PATIENT, *BY_CLINICIAN, BREAK_GLASS_ROUTE}
    assert {route.name for route in TOUCHING} == table


@pytest.mark.parametrize("who", ROLES)
def test_which_events_each_role_leaves(house: House, shared: Case, who: str) -> None:
    got, wanted = {}, {}
    for route in TOUCHING:
        if route.name == BREAK_GLASS_ROUTE:
            continue
        ids, before = own_ids(house, shared, route, who), seen(house)
        status = route.send(house, who, ids).status_code
        got[route.name] = left(house, before)
        # What is not there for somebody was not accessed; what somebody may not do at all is recorded.
        wanted[route.name] = DENIED if status == 403 else expected_of(who)[route.name] if status < 400 else Counter()
        assert status == route.own[ROLES.index(who)], route.name
    assert got == wanted


@pytest.mark.parametrize("who", ["nurse", "physician", "admin"])
def test_break_glass_leaves_its_events(house: House, who: str) -> None:
    case, before = house.private_case(), seen(house)
    if house.get(who, f"/api/patients/{case.patient_id}").status_code == 404:
        before = seen(house)
        answer = house.post(who, f"/api/patients/{case.patient_id}/break-glass", {"reason": "Found unconscious"})
        assert answer.status_code == 201
        assert left(house, before) == BREAK_GLASS


def test_an_event_names_whom_and_what_and_holds_no_content(house: House, private: Case) -> None:
    before = seen(house)
    house.get("other", f"/api/conversations/{private.conversation_id}")
    rows = house.sql("SELECT id, actor_id, entity_ids, patient_ids, outcome, request_id, body FROM audit_events")
    found = [row for row in rows if row[0] not in before]
    assert len(found) == 3
    assert {row[1] for row in found} == {house.accounts["other"]}
    assert all(row[3] == [private.patient_id] and row[4] == "success" and row[5] for row in found)
    assert private.conversation_id in {id_ for row in found for id_ in row[2]}
    assert private.message_id in {id_ for row in found for id_ in row[2]}
    assert SECRET not in "".join(row[6].decode() for row in rows)


def test_reading_the_audit_and_the_accounts_is_recorded(house: House) -> None:
    user = house.accounts["spare"]
    for path, event in (
        ("/api/audit/events", "audit.list audit_event"),
        ("/api/audit/access", "audit.access audit_event"),
        ("/api/users", "account.list account"),
        (f"/api/users/{user}", "account.read account"),
        (f"/api/users/{user}/sessions", "account.sessions_read account"),
    ):
        before = seen(house)
        assert house.get("admin", path).status_code == 200
        assert left(house, before) == Counter([event]), path


def test_what_operators_read_and_do_is_recorded(house: House) -> None:
    failed, waiting = house.job("failed"), house.job("todo")
    for method, path, events in (
        ("GET", "/api/settings", ["settings.read settings"]),
        ("POST", f"/api/jobs/{failed}/retry", ["job.retry job"]),
        ("POST", f"/api/jobs/{waiting}/cancel", ["job.cancel job"]),
        ("POST", f"/api/jobs/{waiting}/cancel", []),
        ("POST", "/api/jobs/schedule/care.watch_breaches/run", ["job.run job"]),
        ("POST", "/api/channels/operators/test", ["channel.test channel"]),
        ("GET", "/api/monitoring?hours=168", ["system:monitoring.count conversation"]),
    ):
        before = seen(house)
        house.call("admin", method, path)
        assert left(house, before) == Counter(events), path


def test_the_audit_is_found_by_whom_it_is_about_and_how_it_went(house: House, private: Case) -> None:
    house.get("other", f"/api/conversations/{private.conversation_id}")
    house.get("patient", "/api/worklist")
    house.post("admin", f"/api/patients/{private.patient_id}/break-glass", {"reason": "Found unconscious"})
    queries: tuple[dict[str, str], ...] = (
        {"patient_id": str(private.patient_id)},
        {"actor_id": str(house.accounts["other"])},
        {"action": "conversation."},
        {"outcome": "denied"},
        {"flag": "break-glass"},
        {"since": "2026-01-01T00:00:00Z", "until": "2100-01-01T00:00:00+02:00"},
    )
    for query in queries:
        found = house.get("physician", "/api/audit/events", **query, limit=200).json()["items"]
        assert found, query
        assert all(_matches(event, query) for event in found), query
        assert house.get("physician", "/api/audit/access", **query).status_code == 200
    nobody = house.get("physician", "/api/audit/events", patient_id=str(house.accounts["other"]))
    assert nobody.json()["items"] == []


def _matches(event: dict[str, Any], query: dict[str, str]) -> bool:
    return (
        query.get("patient_id", "") in ["", *event["patient_ids"]]
        and query.get("actor_id") in (None, event["actor_id"])
        and event["action"].startswith(query.get("action", ""))
        and query.get("outcome") in (None, event["outcome"])
        and query.get("flag", "") in ["", *event["flags"]]
    )


def test_each_writers_numbers_have_no_gap(house: House) -> None:
    gap = "count(*) <> max(writer_seq) OR min(writer_seq) <> 1"
    assert house.sql(f"SELECT writer_id FROM audit_events GROUP BY writer_id HAVING {gap}") == []


@contextmanager
def unwritable_audit(house: House) -> Iterator[None]:
    """No event can be written meanwhile."""
    house.sql("ALTER TABLE audit_events ADD CONSTRAINT nothing_more CHECK (false) NOT VALID")
    try:
        yield
    finally:
        house.sql("ALTER TABLE audit_events DROP CONSTRAINT nothing_more")


def rows_of(house: House) -> dict[str, str]:
    """Return what all patients' rows hold, in short."""
    content = "SELECT md5(coalesce(string_agg(to_jsonb(t)::text, '' ORDER BY t.id), '')) FROM {} t"
    return {table: house.sql(content.format(table))[0][0] for table in CHARTS}


@pytest.mark.parametrize("who", ["patient", "nurse", "admin"])
def test_what_cannot_be_recorded_is_not_done(house: House, shared: Case, who: str) -> None:
    asked = [(route, own_ids(house, shared, route, who)) for route in TOUCHING]
    before, answers = rows_of(house), {}
    with unwritable_audit(house):
        for route, ids in asked:
            answers[route.name] = route.send(house, who, ids)
    assert rows_of(house) == before
    not_there = {route.name for route, _ in asked if route.own[ROLES.index(who)] in {404, 409}}
    for name, answer in answers.items():
        assert answer.status_code in ({404, 409} if name in not_there else {500, 503}), name
        assert answer.headers["content-type"] == "application/problem+json", name
        assert not {"items", "messages", "patient", "reply", "id", "cases"} & set(answer.json()), name


def test_nobody_signs_in_unrecorded_and_safety_is_told_all_the_same(house: House, shared: Case) -> None:
    with unwritable_audit(house):
        form = {"username": login("nurse"), "password": PASSWORD}
        signed_in = house.call(NOBODY, "POST", "/api/auth/token", data=form)
        told = house.post("patient", f"/api/conversations/{shared.conversation_id}/messages", {"text": EMERGENCY})
    assert signed_in.status_code in {500, 503}
    assert "access_token" not in signed_in.text
    assert told.status_code in {500, 503}
    assert told.json()["safety"]["level"] == "emergency"
    assert house.get("nurse", "/api/auth/me").status_code == 200
