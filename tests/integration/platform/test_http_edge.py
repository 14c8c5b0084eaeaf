"""The HTTP edge: problem documents, request ids, headers, limits, idempotency."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from pydantic import BaseModel

from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Role
from bedside.platform.config.core import CacheSettings
from bedside.platform.errors import BadInput, TooManyRequests
from bedside.platform.http.idempotency import once
from bedside.platform.limits import Limiter
from bedside.platform.runtime import Runtime


class Asked(BaseModel):
    text: str


class Made(BaseModel):
    id: UUID


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/audit/events", 401),
        ("GET", "/nowhere", 404),
        ("PUT", "/live", 405),
        ("GET", "/health/nothing", 404),
    ],
)
def test_errors_are_problem_documents(http: httpx.Client, method: str, path: str, status: int) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["code"]


def test_security_headers_are_everywhere(http: httpx.Client) -> None:
    for path in ("/live", "/nowhere", "/api/openapi.json"):
        headers = http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize("content", [b"x" * 1_100_000, (b"x" * 100_000 for _ in range(20))], ids=["sized", "chunked"])
def test_a_body_over_the_limit_is_refused(http: httpx.Client, content: bytes | Iterator[bytes]) -> None:
    answer = http.post("/api/auth/register", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_validation_error_does_not_quote_what_was_sent(http: httpx.Client) -> None:
    answer = http.post("/api/auth/register", json={"Ingrid Planted": "070-555 0199", "login": ["Ingrid Planted"]})
    assert answer.status_code == 422
    assert "Planted" not in answer.text
    assert "0199" not in answer.text


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "é" * 10, "A" * 8000])
def test_a_token_that_is_none_is_refused(http: httpx.Client, token: str) -> None:
    answer = http.get("/api/auth/me", headers={b"authorization": b"Bearer " + token.encode()})
    assert answer.status_code in {400, 401, 431}


async def test_the_same_key_gives_the_first_answer(runtime: Runtime) -> None:
    actor = Actor(Role.PATIENT, new_id())

    async def ask(text: str, key: str | None = "k", who: Actor = actor) -> UUID:
        async def make() -> Made:
            return Made(id=new_id())

        async with runtime.unit_of_work(who) as ctx:
            return (await once(ctx, key, "test.make", Asked(text=text), Made, make)).id

    first, *others = await asyncio.gather(*(ask("a") for _ in range(8)))
    assert all(o == first for o in others)
    assert await ask("a", key="other") != first
    assert await ask("a", key=None) != first
    assert await ask("a", who=Actor(Role.PATIENT, new_id())) != first
    with pytest.raises(BadInput, match="another request"):
        await ask("b")


async def test_a_limit_holds_and_is_each_ones_own() -> None:
    limiter = Limiter(CacheSettings())
    for _ in range(3):
        await limiter.hit("test", "ada", limit=3, seconds=60)
    await limiter.hit("test", "ben", limit=3, seconds=60)
    with pytest.raises(TooManyRequests) as caught:
        await limiter.hit("test", "ada", limit=3, seconds=60)
    assert caught.value.extra["retry_after"] == 60
    await limiter.close()


def test_the_openapi_document_is_valid_json(http: httpx.Client) -> None:
    document = json.loads(http.get("/api/openapi.json").text)
    assert document["info"]["title"] == "Bedside"
    assert "Problem" in document["components"]["schemas"]
