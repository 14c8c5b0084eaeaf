"""The contract over real HTTP: JSON, server-sent events, and the safety screen while everything else fails."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from bedside.care.schemas import MESSAGE_MAXIMUM
from bedside.platform.access.actor import Role
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from tests.conftest import serving
from tests.support.postgres import TestCluster
from tests.support.talk import add_login, sign_in

EMERGENCY = "I have crushing chest pain going down my left arm"
PATIENT, NURSE = "patient@example.net", "nurse@example.net"


@pytest.fixture
def http(settings: Settings, urls: DatabaseUrls) -> Iterator[httpx.Client]:
    """A client of the served API, signed in as a patient."""
    from bedside.bootstrap.runtime import build_runtime

    async def accounts() -> None:
        async with build_runtime(settings, urls, process="test").running() as runtime:
            await add_login(runtime, PATIENT, Role.PATIENT)
            await add_login(runtime, NURSE, Role.NURSE)

    asyncio.run(accounts())
    with serving(settings, urls) as address, httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        client.headers.update(sign_in(client, PATIENT))
        yield client


@pytest.fixture
def path(http: httpx.Client) -> str:
    """Where the messages of a new conversation go."""
    return f"/api/conversations/{http.post('/api/conversations', json={}).json()['id']}/messages"


def events(answer: httpx.Response) -> list[tuple[str, Any]]:
    found = []
    for block in answer.text.strip().split("\n\n"):
        name, data = block.split("\n", 1)
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_the_contract(http: httpx.Client, path: str) -> None:
    answer = http.post(path, json={"text": EMERGENCY})
    assert answer.status_code == 200, answer.text
    turn = answer.json()
    assert set(turn) == {"reply", "question", "assessment"}
    assert set(turn["reply"]) == {"id", "text", "citations"}
    assessment = turn["assessment"]
    assert {"id", "level", "status", "reasons", "protocol"} <= set(assessment)
    assert assessment["level"] == "emergency"
    assert {"rule", "text", "quote", "source"} <= set(assessment["reasons"][0])
    assert assessment["reasons"][0]["quote"] in EMERGENCY or "…" in assessment["reasons"][0]["quote"]
    assert set(assessment["protocol"]) == {"id", "version", "hash"}
    nurse = sign_in(http, NURSE)
    listed = http.get("/api/worklist", headers=nurse).json()
    assert listed["items"][0]["assessment_id"] == assessment["id"]
    read = http.get(path.removesuffix("/messages")).json()
    assert read["messages"][-1]["id"] == turn["reply"]["id"]


def test_a_cited_answer(http: httpx.Client, path: str) -> None:
    turn = http.post(path, json={"text": "Can I take ibuprofen with paracetamol?"}).json()
    citation = turn["reply"]["citations"][0]
    assert {"number", "passage_id", "title", "url", "quote"} <= set(citation)
    passage = http.get(f"/api/knowledge/passages/{citation['passage_id']}")
    assert passage.status_code == 200, passage.text
    assert citation["quote"] in passage.json()["text"]


def test_the_same_as_events(http: httpx.Client, path: str) -> None:
    answer = http.post(path, json={"text": EMERGENCY}, headers={"Accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = events(answer)
    names = [name for name, _ in found]
    assert names[0] == "safety"
    assert names[-2:] == ["assessment", "done"]
    whole = dict(found)["done"]
    assert "".join(data["text"] for name, data in found if name == "reply") == whole["reply"]["text"]
    read = http.get(path.removesuffix("/messages")).json()
    assert read["messages"][-1]["text"] == whole["reply"]["text"]


def test_events_carry_the_next_question(http: httpx.Client, path: str) -> None:
    answer = http.post(path, json={"text": "I have a headache"}, headers={"Accept": "text/event-stream"})
    found = dict(events(answer))
    assert "safety" not in found
    assert found["question"]["choices"]


def test_the_same_key_over_http(http: httpx.Client, path: str) -> None:
    headers = {"Idempotency-Key": "k-1"}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: http.post(path, json={"text": "my head hurts"}, headers=headers), range(6)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["reply"]["id"] for a in answers}) == 1
    assert http.post(path, json={"text": "other"}, headers=headers).status_code == 422


def test_who_is_not_signed_in_still_gets_the_safety_advice(http: httpx.Client, path: str) -> None:
    for authorization in ("", "Bearer nonsense", "Bearer a.b.c"):
        headers = {"Authorization": authorization}
        answer = http.post(path, json={"text": EMERGENCY}, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["safety"]["level"] == "emergency"
        assert "112" in answer.json()["safety"]["advice"][0]
        assert "safety" not in http.post(path, json={"text": "my toe itches"}, headers=headers).json()


def test_the_screen_answers_while_the_database_is_gone(
    http: httpx.Client, path: str, cluster: TestCluster, urls: DatabaseUrls
) -> None:
    cluster.drop_database(str(psycopg.conninfo.conninfo_to_dict(urls.app)["dbname"]))
    started = time.monotonic()
    answer = http.post(path, json={"text": EMERGENCY})
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    safety = answer.json()["safety"]
    assert safety["level"] == "emergency"
    assert safety["advice"]
    assert safety["reasons"][0]["rule"]
    assert time.monotonic() - started < 15
    calm = http.post(path, json={"text": "my toe itches"})
    assert calm.status_code == 503
    assert "safety" not in calm.json()


def test_someone_else_s_and_unknown_conversations_are_not_found(http: httpx.Client, path: str) -> None:
    nurse = sign_in(http, NURSE)
    assert http.post(path, json={"text": "hello nurse here"}, headers=nurse).status_code in {403, 404}
    assert http.post(f"/api/conversations/{uuid4()}/messages", json={"text": "hello you"}).status_code == 404


MALFORMED: list[Any] = [
    {},
    {"text": ""},
    {"text": "   "},
    {"text": "\u200b\u202e"},
    {"text": 7},
    {"text": None},
    {"text": ["a"]},
    {"text": "x" * (MESSAGE_MAXIMUM + 1)},
    {"text": "hi", "extra": 1},
    {"choice": "yes"},
    {"question_id": "x"},
    {"question_id": "headache.thunderclap", "choice": "yes"},
    [],
    "text",
    None,
]
NO_JSON = [b"", b"\xff\xfe", b"{", b'{"text": "a', b"[" * 5000, b"\x00" * 100]


def test_malformed_messages_are_refused_and_not_quoted(http: httpx.Client, path: str) -> None:
    for body in MALFORMED:
        answer = http.post(path, json=body)
        assert answer.status_code == 422, body
        assert answer.json()["detail"]
        assert "xxx" not in answer.text
    for raw in NO_JSON:
        answer = http.post(path, content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 422}, raw
    assert http.post(path, json={"text": "a" * 1_100_000}).status_code in {413, 422}


HOSTILE = [
    "'; DROP TABLE messages; --",
    "<script>alert(1)</script> my head hurts",
    "{{7*7}} ${7*7} %s %n {0}",
    "my \u202ehead\u202c \u200bhurts\x00\x07",
    "\U0001f915" * 500,
    "a" * MESSAGE_MAXIMUM,
    "why? " * 700,
    "((((" * 1000,
    "\n" * 500 + "pain",
    "nie wiem co mi jest " * 100,
]


def test_hostile_text_is_text(http: httpx.Client) -> None:
    for text in HOSTILE:
        conversation = http.post("/api/conversations", json={}).json()["id"]
        answer = http.post(f"/api/conversations/{conversation}/messages", json={"text": text})
        assert answer.status_code == 200, text[:40]
        assert answer.json()["reply"]["text"]


def test_an_emergency_reaches_the_worklist_within_a_second(http: httpx.Client, path: str) -> None:
    http.post(path, json={"text": "hi"})  # loads what the process's first turn loads
    nurse = sign_in(http, NURSE)
    started = time.monotonic()
    turn = http.post(path, json={"text": EMERGENCY}).json()
    listed = http.get("/api/worklist", headers=nurse).json()
    assert time.monotonic() - started < 1
    assert listed["items"][0]["assessment_id"] == turn["assessment"]["id"]
