"""Identity over real HTTP: the contract, cookies, CSRF, and hostile requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bedside.bootstrap.runtime import build_runtime
from bedside.identity.service.accounts import add_account
from bedside.platform.access.actor import Actor, Role
from bedside.platform.config import Settings
from bedside.platform.config.core import ServerSettings
from bedside.platform.database.roles import DatabaseUrls
from tests.conftest import serving
from tests.support.passwords import hashed_once

PASSWORD = "seven quiet herons wade"
LOGINS = {role: f"{role}@example.org" for role in (Role.PATIENT, Role.NURSE, Role.PHYSICIAN, Role.ADMIN)}
PAGE = {"x-requested-with": "bedside"}


@pytest.fixture
async def people(settings: Settings, urls: DatabaseUrls) -> dict[Role, str]:
    """One account of each role; their ids."""
    ids = {}
    async with build_runtime(settings, urls, process="test").running() as runtime:
        for role, login in LOGINS.items():
            hashed = await hashed_once(PASSWORD)
            async with runtime.unit_of_work(Actor.system()) as ctx:
                account = await add_account(ctx, login=login, name=role.title(), role=role, password_hash=hashed)
                ids[role] = str(account.id)
    return ids


def token_for(http: httpx.Client, role: Role) -> dict[str, Any]:
    answer = http.post("/api/auth/token", data={"username": LOGINS[role], "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def bearer(http: httpx.Client, role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_for(http, role)['access_token']}"}


@pytest.mark.usefixtures("people")
def test_the_contract_of_the_token_endpoint(http: httpx.Client) -> None:
    body = token_for(http, Role.PATIENT)
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)
    oauth = {"grant_type": "password", "scope": "", "username": LOGINS[Role.NURSE], "password": PASSWORD}
    answer = http.post("/api/auth/token", data=oauth)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


def test_me_says_who_and_what_is_permitted(http: httpx.Client, people: dict[Role, str]) -> None:
    me = http.get("/api/auth/me", headers=bearer(http, Role.NURSE)).json()
    assert (me["id"], me["role"], me["display_name"]) == (people[Role.NURSE], "nurse", "Nurse")
    assert "decide_assessment" in me["permissions"]
    assert "manage_users" not in me["permissions"]
    answer = http.get("/api/auth/me")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.usefixtures("people")
def test_tokens_are_refreshed_and_revoked(http: httpx.Client) -> None:
    first = token_for(http, Role.NURSE)
    second = http.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    again = http.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert (again.status_code, again.json()["code"]) == (409, "refreshed-already")
    assert http.post("/api/auth/revoke", json={"token": second.json()["refresh_token"]}).status_code == 204
    assert http.post("/api/auth/revoke", json={"token": "made up"}).status_code == 204
    ended = http.get("/api/auth/me", headers={"Authorization": f"Bearer {second.json()['access_token']}"})
    assert (ended.status_code, ended.json()["code"]) == (401, "not-signed-in")


@pytest.mark.usefixtures("people")
def test_the_pages_sign_in_with_cookies_that_scripts_can_not_read(http: httpx.Client) -> None:
    body = {"username": LOGINS[Role.NURSE], "password": PASSWORD}
    assert http.post("/api/auth/session", json=body).status_code == 403
    answer = http.post("/api/auth/session", json=body, headers=PAGE)
    assert answer.json() == {"expires_in": 900}
    access, refresh, hint = answer.headers.get_list("set-cookie")
    for cookie in (access, refresh, hint):
        assert "samesite=strict" in cookie.lower()
    assert "HttpOnly" in access
    assert "HttpOnly" in refresh
    assert hint.startswith("bedside_signed_in=1;")
    assert "HttpOnly" not in hint
    assert "Path=/;" in access + ";"
    assert "Path=/api/auth" in refresh
    assert http.get("/api/auth/me").json()["role"] == "nurse"
    assert http.post("/api/auth/password", json={"current": "x", "new": "y"}).status_code == 403  # no CSRF header
    assert http.post("/api/auth/refresh").status_code == 403
    renewed = http.post("/api/auth/refresh", headers=PAGE)
    assert renewed.json() == {"expires_in": 900}
    assert http.get("/api/auth/me").status_code == 200
    assert http.delete("/api/auth/session").status_code == 403
    assert http.delete("/api/auth/session", headers=PAGE).status_code == 204
    assert dict(http.cookies) == {}
    assert http.get("/api/auth/me").status_code == 401
    assert http.get("/api/auth/me", headers={"cookie": "bedside_signed_in=1"}).status_code == 401  # it opens nothing
    assert http.post("/api/auth/refresh", headers=PAGE).status_code == 401


@pytest.fixture
def https_server(settings: Settings, urls: DatabaseUrls) -> Iterator[str]:
    forced = settings.get(ServerSettings).model_copy(update={"force_https": True})
    with serving(settings.replace(forced), urls) as address:
        yield address


@pytest.mark.usefixtures("people")
def test_cookies_are_secure_behind_tls(https_server: str) -> None:
    body = {"username": LOGINS[Role.NURSE], "password": PASSWORD}
    answer = httpx.post(f"{https_server}/api/auth/session", json=body, headers=PAGE, trust_env=False, timeout=20)
    assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))
    assert len(answer.headers.get_list("set-cookie")) == 3


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 422),
        ({"username": LOGINS[Role.NURSE]}, 422),
        ({"username": "", "password": ""}, 422),
        ({"username": LOGINS[Role.NURSE], "password": "x" * 257}, 422),
        ({"username": "x" * 255, "password": "x"}, 422),
        ({"username": LOGINS[Role.NURSE], "password": "planted wrong"}, 401),
        ({"username": "planted\x00@example.org", "password": "x"}, 401),
        ({"username": "<script>alert(1)</script>", "password": "x"}, 401),
        ({"username": LOGINS[Role.NURSE], "password": PASSWORD, "totp": "1"}, 422),
    ],
)
def test_a_bad_form_gets_a_clear_answer_without_its_input(
    form: dict[str, str], status: int, http: httpx.Client
) -> None:
    answer = http.post("/api/auth/token", data=form)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    for planted in ("planted", "script", "xxxxx"):
        assert planted not in answer.text


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/api/auth/token", b"\xff\xfe\x00" * 100, "application/x-www-form-urlencoded"),
        ("/api/auth/token", b'{"username": "a@example.org", "password": "x"}', "application/json"),
        ("/api/auth/token", b"username=%ff%fe&password=%00", "application/x-www-form-urlencoded"),
        ("/api/auth/session", b"[" * 20_000, "application/json"),
        ("/api/auth/session", b"not json", "application/json"),
        ("/api/auth/session", json.dumps({"username": ["a"], "password": {"b": 1}}).encode(), "application/json"),
        ("/api/auth/session", b'{"username": "\\ud800@example.org", "password": "\\ud800"}', "application/json"),
        ("/api/auth/session", b'{"username": "a@example.org", "password": "x", "role": "admin"}', "application/json"),
        ("/api/auth/refresh", b'{"refresh_token": 7}', "application/json"),
        ("/api/auth/refresh", b'{"refresh_token": "' + b"x" * 200 + b'"}', "application/json"),
        ("/api/auth/refresh", b'{"refresh_token": "\\ud800"}', "application/json"),
        ("/api/auth/revoke", b'{"token": ""}', "application/json"),
        ("/api/auth/reset", b'{"token": "x", "password": ""}', "application/json"),
        ("/api/auth/reset", b'{"token": "x", "password": "long enough to be one"}', "application/json"),
        ("/api/auth/reset-request", b"{}", "application/json"),
    ],
)
def test_malformed_bodies_are_answered_never_failed(path: str, content: bytes, kind: str, http: httpx.Client) -> None:
    answer = http.post(path, content=content, headers={"content-type": kind, **PAGE})
    assert answer.status_code in {400, 401, 422}, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_huge_body_is_refused(http: httpx.Client) -> None:
    answer = http.post("/api/auth/session", content=b" " * 2_000_000, headers={"content-type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "scheme", [b"Bearer", b"bearer x", b"Basic eDp4", b"Bearer \xe9\xff", b"Bearer " + b"x." * 5000]
)
def test_odd_authorization_headers_are_not_signed_in(scheme: bytes, http: httpx.Client) -> None:
    for method, path in (("GET", "/api/auth/me"), ("POST", "/api/auth/second-factor")):
        assert http.request(method, path, headers={b"Authorization": scheme}).status_code == 401


@pytest.mark.usefixtures("people")
def test_the_answer_to_a_reset_request_does_not_tell_who_has_an_account(http: httpx.Client) -> None:
    known = http.post("/api/auth/reset-request", json={"login": LOGINS[Role.NURSE]})
    unknown = http.post("/api/auth/reset-request", json={"login": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 202
    assert known.json() == unknown.json()


def test_administrators_manage_users(http: httpx.Client, people: dict[Role, str]) -> None:
    admin = bearer(http, Role.ADMIN)
    body = {"login": "New@Example.org", "display_name": "New", "role": "nurse", "password": "four grey otters swim"}
    key = {"Idempotency-Key": "k1"}
    made = http.post("/api/users", json=body, headers={**admin, **key})
    assert made.status_code == 201
    assert "password" not in made.text
    assert http.post("/api/users", json=body, headers={**admin, **key}).json() == made.json()
    assert http.post("/api/users", json=body, headers=admin).status_code == 409
    assert http.post("/api/users", json={**body, "role": "system"}, headers=admin).status_code == 422
    assert http.post("/api/users", json={**body, "login": "b@c.d", "password": "x"}, headers=admin).json()["code"] == (
        "password-refused"
    )
    user = f"/api/users/{made.json()['id']}"
    assert http.get(user, headers=admin).json()["login"] == "new@example.org"
    assert http.put(f"{user}/role", json={"role": "physician"}, headers=admin).json()["role"] == "physician"
    assert http.post(f"{user}/disable", headers=admin).json()["disabled_at"] is not None
    assert http.post(f"{user}/enable", headers=admin).json()["disabled_at"] is None
    assert http.post(f"{user}/reset-password", headers=admin).status_code == 202
    assert http.delete(f"{user}/second-factor", headers=admin).status_code == 204
    assert http.get(f"{user}/sessions", headers=admin).json() == {"items": []}
    nurse = bearer(http, Role.NURSE)
    assert http.post(f"/api/users/{people[Role.NURSE]}/revoke", headers=admin).json() == {"sessions": 1}
    assert http.get("/api/auth/me", headers=nurse).status_code == 401
    page = http.get("/api/users", params={"limit": 2}, headers=admin).json()
    assert len(page["items"]) == 2
    assert len(http.get("/api/users", params={"after": page["next"]}, headers=admin).json()["items"]) == 3


def test_an_administrator_ends_one_sign_in_of_somebody(http: httpx.Client, people: dict[Role, str]) -> None:
    admin, kept, ended = bearer(http, Role.ADMIN), bearer(http, Role.NURSE), bearer(http, Role.NURSE)
    newest, _ = http.get(f"/api/users/{people[Role.NURSE]}/sessions", headers=admin).json()["items"]
    wrong = f"/api/users/{people[Role.PATIENT]}/sessions/{newest['id']}"
    assert http.delete(wrong, headers=admin).status_code == 404
    right = f"/api/users/{people[Role.NURSE]}/sessions/{newest['id']}"
    assert http.delete(right, headers=admin).status_code == 204
    assert http.delete(right, headers=admin).status_code == 404
    assert http.get("/api/auth/me", headers=ended).status_code == 401
    assert http.get("/api/auth/me", headers=kept).status_code == 200
    assert http.get(f"/api/users/{people[Role.NURSE]}", headers=admin).json()["sessions"] == 1


@pytest.mark.usefixtures("people")
def test_users_are_searched_over_http(http: httpx.Client) -> None:
    admin = bearer(http, Role.ADMIN)

    def found(**query: str) -> list[str]:
        answer = http.get("/api/users", params=query, headers=admin)
        assert answer.status_code == 200, answer.text
        return [item["login"] for item in answer.json()["items"]]

    assert found(q="NURSE") == [LOGINS[Role.NURSE]]
    assert found(q="example", disabled="true") == []
    assert found(q="a\x00'; --%") == []
    for query in ({"q": "x" * 101}, {"disabled": "perhaps"}, {"role": "system"}, {"limit": "0"}, {"after": "x"}):
        assert http.get("/api/users", params=query, headers=admin).status_code == 422, query


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE, Role.PHYSICIAN])
def test_nobody_else_does(role: Role, http: httpx.Client, people: dict[Role, str]) -> None:
    headers = bearer(http, role)
    user = f"/api/users/{people[Role.ADMIN]}"
    body = {"login": "x@example.org", "display_name": "X", "role": "admin"}
    requests = [
        ("GET", "/api/users", None),
        ("POST", "/api/users", body),
        ("GET", user, None),
        ("POST", f"{user}/disable", None),
        ("POST", f"{user}/enable", None),
        ("PUT", f"{user}/role", {"role": "patient"}),
        ("POST", f"{user}/reset-password", None),
        ("DELETE", f"{user}/second-factor", None),
        ("GET", f"{user}/sessions", None),
        ("POST", f"{user}/unlock", None),
        ("POST", f"{user}/revoke", None),
        ("DELETE", f"{user}/sessions/{people[Role.ADMIN]}", None),
    ]
    for method, path, content in requests:
        assert http.request(method, path, json=content, headers=headers).status_code == 403, path
        assert http.request(method, path, json=content).status_code == 401, path


def test_ones_own_sign_ins_are_listed_and_ended(http: httpx.Client, people: dict[Role, str]) -> None:
    here, there = bearer(http, Role.NURSE), bearer(http, Role.NURSE)
    listed = http.get("/api/auth/sessions", headers=here).json()["items"]
    assert [item["current"] for item in listed] == [False, True]
    assert {item["client"] for item in listed} == {"command-line"}
    other = next(item["id"] for item in listed if not item["current"])
    assert http.delete(f"/api/auth/sessions/{other}", headers=bearer(http, Role.PATIENT)).status_code == 404
    assert http.delete(f"/api/auth/sessions/{other}", headers=here).status_code == 204
    assert http.get("/api/auth/me", headers=there).status_code == 401


@pytest.mark.usefixtures("people")
def test_a_password_is_changed_and_sign_up_is_closed(http: httpx.Client) -> None:
    headers = bearer(http, Role.NURSE)
    body = {"current": "wrong", "new": "four grey otters swim"}
    assert http.post("/api/auth/password", json=body, headers=headers).json()["code"] == "sign-in-failed"
    body["current"] = PASSWORD
    assert http.post("/api/auth/password", json=body, headers=headers).status_code == 204
    sign_up = {"login": "eva@example.org", "display_name": "Eva", "password": PASSWORD}
    assert http.post("/api/auth/register", json=sign_up).json()["code"] == "sign-up-closed"
