"""Every role, and every way of not being one, against every route in the OpenAPI document."""

from __future__ import annotations

import json
import re
from uuid import uuid4

import httpx
import pytest

from tests.support.house import NOBODY, REFUSED, SECRET, Case, House
from tests.support.routes import ROLES, ROUTES, Ids, Route, ids_of

pytestmark = pytest.mark.xdist_group("security-routes")

ID_OF_A_CASE = re.compile(r"\{(assessment|conversation|patient)_id\}")
BREAK_GLASS = "POST /api/patients/{patient_id}/break-glass"
METHODS = {"get", "post", "put", "patch", "delete", "head", "options"}


def expected(who: str, route: Route) -> int:
    return route.own[ROLES.index(who)]


def strange(private: Case, house: House) -> Ids:
    """Ids of what is somebody else's."""
    session = house.sql("SELECT id FROM sessions WHERE account_id = %s LIMIT 1", house.accounts["other"])[0][0]
    return {**ids_of(private), "session_id": session, "user_id": house.accounts["other"]}


def made_up() -> Ids:
    names = (
        "assessment_id",
        "conversation_id",
        "patient_id",
        "session_id",
        "user_id",
        "passage_id",
        "run_id",
        "window_id",
        "round_id",
        "hold_id",
        "alert_id",
        "silence_id",
        "shift_id",
    )
    return {
        **{name: uuid4() for name in names},
        "job_id": 1,
        "channel": "nobody",
        "item": "backups",
        "name": "maintenance.cleanup_old_data",
    }


def test_the_table_holds_every_route_and_no_other(house: House) -> None:
    document = house.http.get("/api/openapi.json").json()
    there = {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item if method in METHODS
    }
    table = [route.name for route in ROUTES]
    assert len(table) == len(set(table))
    assert set(table) == there, "a new route has to be considered here, for each role"


def test_routes_that_need_a_sign_in_say_so(house: House) -> None:
    document = house.http.get("/api/openapi.json").json()
    for route in ROUTES:
        operation = document["paths"][route.path][route.method.lower()]
        assert bool(operation.get("security")) == route.is_signed_in, route.name


@pytest.mark.parametrize("who", ROLES)
def test_what_each_role_gets(house: House, shared: Case, who: str) -> None:
    got = {}
    for route in ROUTES:
        refused = expected(who, route) >= 400
        ids = ids_of(shared) if refused else {}
        if route.make and not (refused and ID_OF_A_CASE.search(route.path)):
            ids = route.make(house, who)
        if route.name == "DELETE /api/auth/session":  # ends the sign-in that it came by
            house.sign_in(who)
        answer = route.send(house, who, ids)
        got[route.name] = answer.status_code
        if route.name == "DELETE /api/auth/session":
            house.sign_in(who)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", route.name
    assert got == {route.name: expected(who, route) for route in ROUTES}


def test_what_nobody_gets(house: House, shared: Case) -> None:
    got = {}
    for route in ROUTES:
        answer = route.send(house, NOBODY, {**made_up(), **ids_of(shared), "part": "db"})
        got[route.name] = answer.status_code
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"] == "Bearer", route.name
            assert answer.headers["content-type"] == "application/problem+json", route.name
    assert got == {route.name: route.anonymous for route in ROUTES}


@pytest.mark.parametrize("token", REFUSED)
def test_a_token_that_is_not_in_force_opens_nothing(house: House, shared: Case, token: str) -> None:
    got = {}
    for route in ROUTES:
        if not route.is_signed_in:
            continue
        answer = route.send(house, token, {**made_up(), **ids_of(shared)}, as_role="patient")
        got[route.name] = answer.status_code
        assert answer.headers["content-type"] == "application/problem+json", route.name
        assert house.tokens[token] not in answer.text
    assert got == {route.name: 401 for route in ROUTES if route.is_signed_in}


@pytest.mark.parametrize("who", ROLES)
def test_what_is_another_patients_does_not_exist(house: House, private: Case, who: str) -> None:
    """What is somebody else's is answered as what is not there: the same status, the same words."""
    got, wanted = {}, {}
    for route in ROUTES:
        if route.foreign is None or route.name == BREAK_GLASS or (who == "admin" and "session_id" in route.path):
            continue
        answer = route.send(house, who, strange(private, house))
        nothing = route.send(house, who, made_up())
        got[route.name] = (answer.status_code, without_request(answer))
        wanted[route.name] = (route.foreign[ROLES.index(who)], without_request(nothing))
        leaks = (SECRET, "Other Example", "other@example.org", str(house.accounts["other"]))
        assert not [leak for leak in leaks if leak in answer.text], route.name
    assert len(got) >= 10
    assert got == wanted


def without_request(answer: httpx.Response) -> dict[str, object]:
    told: dict[str, object] = answer.json() if answer.content else {}
    return {name: value for name, value in told.items() if name != "request_id"}


@pytest.mark.parametrize("who", ROLES)
def test_no_list_shows_another_patient(house: House, private: Case, who: str) -> None:
    hidden = [str(value) for value in (private.assessment_id, private.conversation_id, private.patient_id)]
    hidden += [SECRET, "Other Example"]
    for path in ("/api/worklist", "/api/conversations", "/api/me/export"):
        text = house.get(who, path).text
        assert not [value for value in hidden if value in text], path
    detail = house.post(who, f"/api/conversations/{private.conversation_id}/messages", {"text": "Hello"})
    assert SECRET not in detail.text


def test_the_other_patient_reads_their_own(house: House, private: Case) -> None:
    """The answers above are of somebody's real case: its owner gets it whole."""
    read = house.get("other", f"/api/conversations/{private.conversation_id}")
    assert read.status_code == 200
    assert SECRET in read.text
    assert house.get("other", f"/api/assessments/{private.assessment_id}").status_code == 200
    assert SECRET in json.dumps(house.get("other", "/api/me/export").json())
