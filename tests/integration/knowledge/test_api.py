"""Knowledge over real HTTP, as each role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest

from bedside.identity.service.accounts import add_account
from bedside.knowledge import service
from bedside.platform.access.actor import Actor, Role
from bedside.platform.runtime import Runtime
from tests.support.passwords import hashed_once
from tests.support.postgres import TestCluster
from tests.support.starter import starter_template

PASSWORD = "nine grey geese glide"
SignedIn = Callable[[Role], Awaitable[httpx.Client]]


@pytest.fixture(scope="session")
def template(cluster: TestCluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that holds the starter pack."""
    return starter_template(cluster, tmp_path_factory.mktemp("home"))


@pytest.fixture
def signed_in(runtime: Runtime, http: httpx.Client) -> SignedIn:
    async def enter(role: Role) -> httpx.Client:
        login = f"{role}@example.org"
        hashed = await hashed_once(PASSWORD)
        async with runtime.unit_of_work(Actor.system()) as ctx:
            await add_account(ctx, login=login, name="Somebody", role=role, password_hash=hashed)
        return _with_token(http, login)

    return enter


def _with_token(http: httpx.Client, login: str) -> httpx.Client:
    answer = http.post("/api/auth/token", data={"username": login, "password": PASSWORD})
    http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return http


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE, Role.PHYSICIAN, Role.ADMIN])
async def test_every_role_reads(signed_in: SignedIn, role: Role) -> None:
    client = await signed_in(role)
    answer = client.get("/api/knowledge/search", params={"q": "how to stop a nosebleed", "k": 3})
    assert answer.status_code == 200
    hits = answer.json()["hits"]
    assert len(hits) == 3
    assert hits[0]["title"] == "Nosebleed"
    opened = client.get(f"/api/knowledge/passages/{hits[0]['passage_id']}")
    assert opened.status_code == 200
    assert opened.json()["text"] == hits[0]["text"]
    assert opened.json()["sentences"][0]["citations"][0]["url"].startswith("https://")
    page = client.get("/api/knowledge/sources", params={"limit": 30}).json()
    following = client.get("/api/knowledge/sources", params={"limit": 200, "after": page["next"]}).json()
    keys = [source["key"] for source in page["items"] + following["items"]]
    assert len(page["items"]) == 30
    assert following["next"] is None
    assert keys == sorted(set(keys))


def test_nobody_reads_without_signing_in(http: httpx.Client) -> None:
    for path in ("search?q=fever", f"passages/{uuid4()}", "sources"):
        answer = http.get(f"/api/knowledge/{path}")
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


async def test_bad_requests_are_explained(signed_in: SignedIn) -> None:
    client = await signed_in(Role.PATIENT)
    bad = {
        "search": 422,
        "search?q=": 422,
        "search?q=%00%20": 422,
        "search?q=%E2%80%8B": 422,
        "search?q=" + "a" * (service.MAX_QUERY_CHARACTERS + 1): 422,
        "search?q=a&k=0": 422,
        "search?q=a&k=51": 422,
        "search?q=a&k=x": 422,
        "passages/1": 422,
        f"passages/{uuid4()}": 404,
        "sources?limit=0": 422,
        "sources?limit=201": 422,
        "sources?after=" + "a" * 201: 422,
        "sources?after=%00": 422,
    }
    for path, status in bad.items():
        answer = client.get(f"/api/knowledge/{path}")
        assert answer.status_code == status, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


async def test_hostile_questions_are_only_words(signed_in: SignedIn) -> None:
    client = await signed_in(Role.PATIENT)
    for question in (
        "'; DROP TABLE knowledge_sources; --",
        "fever <script>alert(1)</script>",
        "%s%n{0}",
        "a" * 2000,
        '"-|&!',
    ):
        answer = client.get("/api/knowledge/search", params={"q": question})
        assert answer.status_code == 200, question
    assert client.get("/api/knowledge/sources").json()["items"]
