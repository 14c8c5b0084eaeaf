"""Numbers, queries, ids, headers and methods that nobody should send: refused, and nothing is reached by them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.house import House
from tests.support.problems import MARKER, require_problem

pytestmark = pytest.mark.xdist_group("security-hostile-requests")

NUMBERS = ("NaN", "Infinity", "-Infinity", "1e400", "-1", "131", "1" + "0" * 5000, '"forty"', '"40"', "[]", "true")


@pytest.mark.parametrize("number", NUMBERS, ids=lambda value: value[:12])
def test_an_age_that_is_none_is_refused(house: House, number: str) -> None:
    headers = {"content-type": "application/json"}
    body = f'{{"age_years": {number}}}'.encode()
    require_problem(house.call("patient", "POST", "/api/conversations", content=body, headers=headers), 422)


QUERIES = [
    ("nurse", "/api/worklist", {"age_from": "nan"}),
    ("nurse", "/api/worklist", {"age_to": "inf"}),
    ("nurse", "/api/worklist", {"limit": "0"}),
    ("nurse", "/api/worklist", {"limit": "9" * 5000}),
    ("nurse", "/api/worklist", {"level": MARKER}),
    ("nurse", "/api/worklist", {MARKER: MARKER}),
    ("nurse", "/api/worklist", {"after": MARKER}),
    ("patient", "/api/conversations", {"after": "'; DROP TABLE conversations; --"}),
    ("patient", "/api/conversations", {"after": "\x00"}),
    ("patient", "/api/conversations", {"limit": "-1"}),
    ("physician", "/api/audit/events", {"until": "99999-01-01T00:00:00Z"}),
    ("physician", "/api/audit/events", {"since": "NaN"}),
    ("physician", "/api/audit/events", {"since": "1732233600"}),
    ("physician", "/api/audit/events", {"since": "2026-11-22T08:30:00"}),
    ("physician", "/api/audit/events", {"since": "2026-02-30T08:30:00Z"}),
    ("physician", "/api/audit/events", {"action": "\x00"}),
    ("physician", "/api/audit/events", {"flag": "\x00"}),
    ("physician", "/api/audit/events", {"after": "AAAA"}),
    ("physician", "/api/audit/events", {"after": "\udcff".encode("utf-8", "surrogateescape")}),
    ("physician", "/api/audit/access", {"actor_id": "1 OR 1=1"}),
    ("admin", "/api/users", {"after": MARKER}),
    ("admin", "/api/users", {"role": "system"}),
    ("patient", "/api/knowledge/search", {"q": ""}),
    ("patient", "/api/knowledge/search", {"q": "\u200b"}),
    ("patient", "/api/knowledge/search", {"q": MARKER * 1000}),
    ("patient", "/api/knowledge/search", {"q": "throat", "k": "1e9"}),
]


@pytest.mark.parametrize(("who", "path", "query"), QUERIES)
def test_a_query_that_means_nothing_is_refused(house: House, who: str, path: str, query: dict[str, Any]) -> None:
    require_problem(house.get(who, path, **query), 422)


FAR_AWAY = [
    ("nurse", "/api/worklist", {"after": "0_9999-12-31T23:59:59-14:00_00000000-0000-0000-0000-000000000000"}),
    ("nurse", "/api/worklist", {"after": "0_0001-01-01T00:00:00+14:00_00000000-0000-0000-0000-000000000000"}),
    ("physician", "/api/audit/events", {"since": "0001-01-01T00:00:00+14:00", "until": "9999-12-31T23:59:59-14:00"}),
    ("physician", "/api/audit/access", {"since": "0001-01-01T00:00:00+14:00", "until": "9999-12-31T23:59:59-14:00"}),
]


@pytest.mark.parametrize(("who", "path", "query"), FAR_AWAY)
def test_a_time_at_the_end_of_time_is_a_time(house: House, who: str, path: str, query: dict[str, Any]) -> None:
    assert house.get(who, path, **query).status_code == 200


PATHS = (
    "../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/",
    "..\\..\\windows",
    "%00",
    "%c0%ae%c0%ae",
    "1%20OR%201=1",
    "null",
    "-1",
    "00000000-0000-0000-0000-00000000000g",
    "%F0%9F%92%A9",
    "a" * 6000,
    f"{MARKER}%0d%0aSet-Cookie:%20a=b",
)


@pytest.mark.parametrize("part", PATHS, ids=lambda value: value[:24])
@pytest.mark.parametrize(
    "prefix", ["/api/conversations/", "/api/assessments/", "/api/patients/", "/api/knowledge/passages/", "/health/"]
)
def test_ids_lead_nowhere_else(house: House, prefix: str, part: str) -> None:
    answer = house.get("patient" if "patients" not in prefix else "nurse", prefix + part)
    assert "root:" not in answer.text
    assert "set-cookie" not in answer.headers
    assert MARKER not in answer.text
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["", "a b", "k" * 129, "k" * 9000, "schl\u00fcssel".encode()], ids=repr)
def test_an_idempotency_key_has_its_limits(house: House, key: str | bytes) -> None:
    headers: Any = {"Idempotency-Key": key}
    require_problem(house.call("patient", "POST", "/api/conversations", headers=headers), 422)


def test_a_header_that_http_forbids_is_no_request(house: House) -> None:
    headers: Any = {"Idempotency-Key": b"\x7f"}
    answer = house.call("patient", "POST", "/api/conversations", headers=headers)
    assert (answer.status_code, answer.text) == (400, "Invalid HTTP request received.")


def test_no_header_makes_another_method_of_a_request(house: House) -> None:
    names = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
    headers = dict.fromkeys(names, "DELETE")
    answer = house.call(
        "patient", "POST", "/api/auth/session?_method=DELETE", headers=headers, data={"_method": "DELETE"}
    )
    require_problem(answer, 403, 422)
    assert house.get("patient", "/api/auth/me").status_code == 200
    assert house.call("patient", "BREW", "/api/auth/session").status_code == 400  # no method that HTTP knows
    for method in ("TRACE", "PATCH", "PROPFIND"):
        refused = house.call("patient", method, "/api/auth/session")
        assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE, POST"), method
        assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Basic cGF0aWVudA==",
        f"Bearer {MARKER}",
        f"Bearer {'a' * 9000}",
        "Bearer a.b.c.d.e",
        b"Bearer \xff",
    ],
    ids=lambda value: str(value[:20]),
)
def test_an_authorisation_that_is_none_opens_nothing(house: House, value: str | bytes) -> None:
    headers: Any = {"Authorization": value}
    require_problem(house.call("nobody", "GET", "/api/conversations", headers=headers), 401)


def test_headers_without_end_are_refused_and_others_are_served(house: House) -> None:
    with httpx.Client(base_url=house.address, timeout=20, trust_env=False) as other:
        try:
            answer = other.get("/live", headers={f"x-{number}": "a" * 1000 for number in range(200)})
        except httpx.TransportError:
            pass  # the connection was closed, which is an answer too
        else:
            assert answer.status_code in {200, 400, 431}
        assert house.get("nobody", "/live").status_code == 200
