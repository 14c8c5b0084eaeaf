"""Planted names, numbers, words and tokens go through a running Bedside, rightly and wrongly: none is in any log."""

from __future__ import annotations

import json
import re
import socket
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.support.collector import Collector
from tests.support.command import run_command
from tests.support.running import Process, eventually

NAME = "Zebulon Quackenbush"
PHONE = "0171-5550137"
LOGIN = "zebulon.q@planted-hospital.example"
WORDS = "my xylophone knee hums since Shrovetide"
REPLY = "Dear Zebulon, rest the xylophone knee"
PASSWORD = "pl4nted-Passw0rd-Marmalade"
WRONG = "wr0ng-Passw0rd-Gooseberry"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.UGxhbnRlZFRva2Vu.cGxhbnRlZHNpZ25hdHVyZQ"
SAYING = f"I am {NAME}, call me on {PHONE} or {LOGIN}: {WORDS}. I have crushing chest pain."

# Pieces, so that a part of what was said counts as well as the whole.
PLANTED = (
    "Zebulon", "Quackenbush", "5550137", "zebulon.q", "planted-hospital", "xylophone", "Shrovetide",
    PASSWORD, WRONG, "UGxhbnRlZFRva2Vu", "cGxhbnRlZHNpZ25hdHVyZQ",
)  # fmt: skip


@dataclass
class Visitor:
    """Talks to Bedside and keeps the secrets that it was given."""

    running: Process
    secrets: list[str] = field(default_factory=list)

    def sign_in(self, login: str, password: str) -> dict[str, str]:
        answer = self.running.http.post("/api/auth/token", data={"username": login, "password": password})
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
        self.secrets += [tokens["access_token"], tokens["refresh_token"]]
        return {"Authorization": f"Bearer {tokens['access_token']}"}

    def send(self, method: str, path: str, expected: int, headers: dict[str, str], body: object = None) -> object:
        answer = self.running.http.request(method, path, headers=headers, json=body)
        assert answer.status_code == expected, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def visitor(bedside: Process) -> Visitor:
    return Visitor(bedside)


@pytest.fixture(autouse=True)
def nothing_of_it_is_in_a_log_or_metric(visitor: Visitor) -> Iterator[None]:
    """After each test, so that the one which leaks is known."""
    yield
    texts = visitor.running.place.logs() | {"/metrics": visitor.running.http.get("/metrics").text}
    assert {"api.log", "up.log", "postgres.log", "stdout-0", "stderr-0"} <= texts.keys()
    found = {f"{name}: {piece}" for name, text in texts.items() for piece in leaks(text, visitor.secrets)}
    assert found == set()


@pytest.fixture(scope="module")
def patient(visitor: Visitor) -> dict[str, str]:
    """The planted person, made by an operator from standard input."""
    make = ("user", "create", LOGIN, "--role", "patient", "--name", NAME, "--password-stdin")
    done = visitor.running.place.run(*make, stdin=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    again = visitor.running.place.run(*make, stdin=PASSWORD + "\n")
    assert again.returncode == 1, "the login is taken, which PostgreSQL would say in its own log"
    return visitor.sign_in(LOGIN, PASSWORD)


def test_a_case_from_the_first_word_to_the_decision(visitor: Visitor, patient: dict[str, str]) -> None:
    http = visitor.running.http
    talk = visitor.send("POST", "/api/conversations", 201, patient)
    assert isinstance(talk, dict)
    messages = f"/api/conversations/{talk['id']}/messages"
    turn = visitor.send("POST", messages, 200, {**patient, "Idempotency-Key": "planted-1"}, {"text": SAYING})
    assert isinstance(turn, dict)
    assert turn["assessment"]["level"] == "emergency"
    streamed = http.post(messages, headers={**patient, "Accept": "text/event-stream"}, json={"text": WORDS})
    assert streamed.status_code == 200
    nurse = visitor.sign_in("nurse@example.org", "bedside-sample")
    listed = visitor.send("GET", "/api/worklist", 200, nurse)
    assert isinstance(listed, dict)
    case = f"/api/assessments/{turn['assessment']['id']}"
    assert turn["assessment"]["id"] in {item["assessment_id"] for item in listed["items"]}
    visitor.send("GET", case, 200, nurse)
    visitor.send("POST", f"{case}/claim", 200, nurse)
    decision = {"level": "emergency", "reply": REPLY, "reason": f"spoke to {NAME} on {PHONE}"}
    visitor.send("POST", f"{case}/decision", 200, nurse, decision)
    visitor.send("POST", f"{case}/decision", 409, nurse, decision)
    read = visitor.send("GET", f"/api/conversations/{talk['id']}", 200, patient)
    assert REPLY in json.dumps(read)
    visitor.send("GET", f"/api/knowledge/search?{urllib.parse.urlencode({'q': SAYING})}", 200, nurse)
    logged = visitor.running.place.logs()["api.log"]
    assert '"route": "/api/conversations/{conversation_id}/messages"' in logged, "the visit was not logged at all"


def test_requests_that_are_wrong(visitor: Visitor, patient: dict[str, str]) -> None:
    http = visitor.running.http
    seen = []
    for answer in wrong_requests(http, patient):
        seen.append(answer.status_code)
        assert 400 <= answer.status_code < 500, f"{answer.request.url}: {answer.status_code} {answer.text}"
        # An error never says again what was sent: it ends in somebody's log.
        assert not leaks(answer.text), answer.text
    assert len(seen) > 25


def wrong_requests(http: httpx.Client, patient: dict[str, str]) -> Iterator[httpx.Response]:
    """Send what is planted where it does not belong."""
    quoted = urllib.parse.quote(SAYING, safe="")
    for path in (
        f"/{quoted}",
        f"/api/conversations/{quoted}",
        f"/api/assessments/{quoted}",
        f"/api/users/{quoted}",
        f"/health/{quoted[:30]}",
        f"/api/conversations?limit={quoted}",
        f"/api/conversations?after={quoted}",
        f"/api/worklist?status={quoted}",
        f"/api/audit/events?actor_id={quoted}",
        f"/api/audit/events?access_token={TOKEN}",
    ):
        yield http.get(path, headers=patient)
    for form in (
        {"username": LOGIN, "password": WRONG},
        {"username": f"{NAME} {PHONE}", "password": WRONG},
        {"username": f"\x00{LOGIN}", "password": WRONG},
        {"username": LOGIN},
        {"username": LOGIN * 100, "password": PASSWORD * 100},
    ):
        yield http.post("/api/auth/token", data=form)
    for headers in (
        {"Authorization": f"Bearer {TOKEN}"},
        {"Authorization": f"Bearer {NAME}"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Cookie": f"bedside_access={TOKEN}; {PHONE}={WORDS}"},
        {"Authorization": f"Bearer {TOKEN}", "User-Agent": SAYING, "X-Request-ID": SAYING, "Referer": SAYING},
    ):
        yield http.get("/api/auth/me", headers=headers)
    yield http.post("/api/conversations", headers={**patient, "Idempotency-Key": f"{NAME} {WORDS}"})
    yield http.post("/api/auth/refresh", json={"refresh_token": TOKEN})
    yield http.post("/api/auth/refresh", json={TOKEN: NAME, PHONE: WORDS})
    yield http.request(NAME.split()[0].upper(), "/api/worklist", headers=patient)
    made = http.post("/api/conversations", headers=patient)
    messages = f"/api/conversations/{made.json()['id']}/messages"
    as_json = {**patient, "Content-Type": "application/json"}
    for body in (
        f'{{"text": "{WORDS}"',
        f'{{"text": "{WORDS}", "{NAME}": "{PHONE}"}}',
        f'{{"text": ["{WORDS}"]}}',
        f'["{SAYING}"]',
        f'"{SAYING}"',
        f'{{"question_id": "{NAME}", "choice": "{WORDS}"}}',
        f'{{"text": "{WORDS * 1000}"}}',
        f'{{"text": "{WORDS * 40000}"}}',
    ):
        yield http.post(messages, headers=as_json, content=body)
    yield http.post(messages, headers={**patient, "Content-Type": f"text/{WORDS.split()[1]}"}, content=SAYING)
    yield http.post(messages, headers=as_json, content=SAYING.encode("utf-16"))


def test_words_that_are_odd_are_taken_or_refused(visitor: Visitor, patient: dict[str, str]) -> None:
    made = visitor.send("POST", "/api/conversations", 201, patient)
    assert isinstance(made, dict)
    for text in (
        f"\x00{SAYING}",
        f"\ud800{SAYING}",
        f"\u202e{SAYING}",
        f"'; DROP TABLE x; -- {SAYING}",
        f"{{{SAYING}}}",
    ):
        body = json.dumps({"text": text})
        headers = {**patient, "Content-Type": "application/json"}
        path = f"/api/conversations/{made['id']}/messages"
        answer = visitor.running.http.post(path, headers=headers, content=body)
        assert answer.status_code in (200, 422), answer.text


def test_what_is_not_http_at_all(visitor: Visitor) -> None:
    for raw in (f"{SAYING}\r\n\r\n", f"GET /{NAME} HTTP/1.1\r\n{WORDS}\r\n\r\n", f"GET / HTTP/9.{PHONE}\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", visitor.running.place.port), timeout=10) as connection:
            connection.sendall(raw.encode())
            connection.settimeout(10)
            assert not leaks(connection.recv(65536).decode("utf-8", "replace"))


def test_every_route_is_sent_what_is_planted_in_every_place(visitor: Visitor) -> None:
    """Whatever it is and whoever asks: paths, queries, headers and bodies as the API's own description lists them."""
    http = visitor.running.http
    spec = http.get("/api/openapi.json").json()
    signed_in = [visitor.sign_in(LOGIN, PASSWORD), visitor.sign_in("admin@example.org", "bedside-sample"), {}]
    hostile = {
        "Cookie": f"bedside_refresh={TOKEN}",
        "User-Agent": SAYING,
        "Referer": SAYING,
        "X-Forwarded-For": SAYING,
        "traceparent": SAYING,
        "baggage": SAYING,
    }
    answered = set()
    for path, methods in spec["paths"].items():
        for method, route in methods.items():
            if path in ENDLESS:
                continue
            for who in signed_in:
                request = planted_request(spec, path, route)
                answer = http.request(method.upper(), request.pop("path"), headers={**hostile, **who}, **request)
                answered.add((path, method))
                assert answer.status_code < 500, f"{method} {path}: {answer.text}"
                assert answer.status_code < 400 or not leaks(answer.text), f"{method} {path}: {answer.text}"
    assert len(answered) > 60


ENDLESS = {"/api/events"}


def planted_request(spec: dict[str, Any], path: str, route: dict[str, Any]) -> dict[str, Any]:
    """Return a request in which every part that the route's description knows is planted."""
    quoted = urllib.parse.quote(SAYING, safe="")
    request: dict[str, Any] = {
        "path": re.sub(r"\{[^}]+\}", quoted, path),
        "params": {p["name"]: SAYING for p in route.get("parameters", []) if p["in"] == "query"},
    }
    for kind, content in route.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        while "$ref" in schema or "anyOf" in schema:
            schema = (
                schema["anyOf"][0]
                if "anyOf" in schema
                else spec["components"]["schemas"][schema["$ref"].split("/")[-1]]
            )
        body = dict.fromkeys(schema.get("properties", {}), SAYING) | {NAME: PHONE}
        request["data" if "form" in kind else "json"] = body
    return request


def test_traces_tell_nothing_of_it(visitor: Visitor, patient: dict[str, str], collected: Collector) -> None:
    made = visitor.send("POST", "/api/conversations", 201, patient)
    assert isinstance(made, dict)
    visitor.send("POST", f"/api/conversations/{made['id']}/messages", 200, patient, {"text": SAYING})
    name = "POST /api/conversations/{conversation_id}/messages"
    eventually(lambda: any(span.name == name for span in list(collected.spans)), what="the turn's trace")
    assert any(span.name.startswith("SELECT ") for span in collected.spans)
    assert leaks("\n".join(collected.texts), visitor.secrets) == set()


def test_commands_that_are_wrong(visitor: Visitor) -> None:
    place = visitor.running.place
    login = ("login", LOGIN, "--url", place.address, "--password-stdin")
    assert place.run(*login, stdin=WRONG + "\n").returncode == 1
    assert place.run("user", "disable", NAME).returncode != 0
    assert place.run("audit", "list", "--patient", SAYING).returncode == 2
    for wrong in (
        ("logs", "--grep", f"({SAYING}"),
        ("logs", "--part", NAME, "--request-id", PHONE, "--process", LOGIN),
        ("logs", "sanitize", f"/tmp/{NAME}.log", "--dry-run"),
        ("user", "create", f"{NAME} {PHONE}", "--role", NAME),
        ("knowledge", "ingest", f"/tmp/{WORDS}.md"),
        ("health", NAME),
    ):
        assert run_command(*wrong, env=place.environment()).returncode in (1, 2, 3), wrong


def test_what_is_planted_would_be_found() -> None:
    assert leaks(f'{{"event": "said {SAYING}"}}') >= {"Zebulon", "Quackenbush", "5550137", "zebulon.q", "xylophone"}
    assert leaks(urllib.parse.quote(WORDS)) == {"xylophone", "Shrovetide"}
    assert leaks("a token x.y.z of ours", ["x.y.z"]) == {"x.y.z"}


def leaks(text: str, secrets: list[str] | None = None) -> set[str]:
    """Return what is planted in ``text``, in whatever case, written plainly or as a URL has it."""
    forms = text.casefold(), urllib.parse.unquote_plus(text).casefold()
    pieces = [*PLANTED, *(secrets or [])]
    return {piece for piece in pieces if any(piece.casefold() in form for form in forms)}
