"""A served Bedside with one account of each kind and real cases, made over its own API.

The patient's case is handed over, so clinicians see it. The other patient's is private: it was begun and never
handed over, so only that patient reaches it, and staff by break-glass.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
from joserfc import jwt
from joserfc.jwk import OctKey

from bedside.bootstrap.runtime import build_runtime
from bedside.identity.access_tokens import AUDIENCE, ISSUER, AccessTokens
from bedside.identity.passwords import hash_password
from bedside.identity.service.accounts import add_account
from bedside.identity.settings import IdentitySettings
from bedside.kit.clock import SystemClock
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Role
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from tests.conftest import serving

PASSWORD = "seven quiet herons wade"
NOBODY = "nobody"
PEOPLE = {
    "patient": Role.PATIENT,
    "other": Role.PATIENT,
    "nurse": Role.NURSE,
    "physician": Role.PHYSICIAN,
    "admin": Role.ADMIN,
    "disabled": Role.PATIENT,
    "revoked": Role.PATIENT,
    "spare": Role.PATIENT,
}
EMERGENCY = "I have crushing chest pain that spreads into my left arm and I can't breathe"
PRIVATE = "I have had a sore throat for two days"
SECRET = "zanzibarquince"
"""A word that only the other patient wrote: it must never reach anybody else."""


@dataclass(frozen=True)
class Case:
    """The ids of one patient's case."""

    patient_id: UUID
    conversation_id: UUID
    message_id: UUID
    assessment_id: UUID


@dataclass
class House:
    """The served API, who can sign in to it, and its database past every policy."""

    http: httpx.Client
    urls: DatabaseUrls
    settings: Settings
    superuser_url: str
    accounts: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    refresh_tokens: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return str(self.http.base_url)

    def sign_in(self, who: str) -> None:
        """Get fresh tokens for ``who``."""
        answer = self.http.post("/api/auth/token", data={"username": login(who), "password": PASSWORD})
        answer.raise_for_status()
        self.tokens[who] = answer.json()["access_token"]
        self.refresh_tokens[who] = answer.json()["refresh_token"]

    def headers(self, who: str) -> dict[str, str]:
        """Return the header that says who acts; none for nobody."""
        return {} if who == NOBODY else {"Authorization": f"Bearer {self.tokens[who]}"}

    def call(self, who: str, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request as ``who``."""
        headers = {**self.headers(who), **request.pop("headers", {})}
        self.http.cookies.clear()  # what a page's sign-in left must not sign in whoever comes next
        return self.http.request(method, path, headers=headers, **request)

    def get(self, who: str, path: str, **query: Any) -> httpx.Response:
        return self.call(who, "GET", path, params=query)

    def post(self, who: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.call(who, "POST", path, json=body, headers=headers)

    def case(self, who: str = "patient", text: str = EMERGENCY) -> Case:
        """Let a patient begin a conversation and say ``text``; the words decide whether a nurse gets it."""
        started = self.post(who, "/api/conversations")
        assert started.status_code == 201, started.text
        talk = started.json()
        turn = self.post(who, f"/api/conversations/{talk['id']}/messages", {"text": text})
        assert turn.status_code == 200, turn.text
        shown = self.get(who, f"/api/conversations/{talk['id']}").json()
        return Case(
            patient_id=UUID(talk["patient_id"]),
            conversation_id=UUID(talk["id"]),
            message_id=UUID(shown["messages"][0]["id"]),
            assessment_id=UUID(turn.json()["assessment"]["id"]),
        )

    def claimed(self, by: str) -> Case:
        """A handed-over case that ``by`` has claimed."""
        case = self.case()
        answer = self.post(by, f"/api/assessments/{case.assessment_id}/claim")
        assert answer.status_code == 200, answer.text
        return case

    def decided(self, by: str) -> Case:
        """A case that ``by`` has decided just now."""
        case = self.claimed(by)
        body = {"level": "emergency", "reply": "Call 112 now."}
        answer = self.post(by, f"/api/assessments/{case.assessment_id}/decision", body)
        assert answer.status_code == 200, answer.text
        return case

    def private_case(self) -> Case:
        """The other patient's case, which nobody was given."""
        case = self.case("other", f"{PRIVATE}. My word is {SECRET}.")
        status = self.sql("SELECT status FROM assessments WHERE id = %s", case.assessment_id)
        assert status == [("open",)]
        return case

    def job(self, status: str) -> int:
        """A background job of the queue's own, as it stands when it waits ("todo") or has failed."""
        row = self.sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'notify.deliver', %s)"
            " RETURNING id",
            status,
        )
        return int(row[0][0])

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run SQL past every policy, to know what is really there."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)  # type: ignore[arg-type]  # tests' own statements
            return cursor.fetchall() if cursor.description else []


def login(who: str) -> str:
    return f"{who}@example.org"


@contextmanager
def open_house(settings: Settings, urls: DatabaseUrls, superuser_url: str) -> Iterator[House]:
    """Serve an API on a migrated database, add the accounts and sign everybody in."""
    accounts = asyncio.run(_add_accounts(settings, urls))
    with serving(settings, urls) as address, httpx.Client(base_url=address, timeout=30, trust_env=False) as http:
        house = House(http, urls, settings, superuser_url, accounts)
        for who in PEOPLE:
            house.sign_in(who)
        _refused_tokens(house)
        yield house


async def _add_accounts(settings: Settings, urls: DatabaseUrls) -> dict[str, UUID]:
    hashed = await hash_password(PASSWORD)
    found = {}
    running = build_runtime(settings, urls, process="test").running()
    async with running as runtime, runtime.unit_of_work(Actor.system()) as ctx:
        for who, role in PEOPLE.items():
            account = await add_account(
                ctx, login=login(who), name=f"{who.title()} Example", role=role, password_hash=hashed
            )
            found[who] = account.id
    return found


REFUSED = ("expired", "forged", "unsigned", "disabled", "revoked", "rubbish")
"""Whose tokens must open nothing."""


def _refused_tokens(house: House) -> None:
    """Tokens that once were good, or never: each names an account that exists."""
    account, session = house.accounts["admin"], new_id()
    past = SystemClock().now() - timedelta(hours=2)
    issuer = AccessTokens(house.settings.get(IdentitySettings))
    real = house.sql("SELECT id FROM sessions WHERE account_id = %s", account)[0][0]
    house.tokens["expired"] = issuer.issue(account, real, Role.ADMIN, past)
    now = int(SystemClock().now().timestamp())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(account), "sid": str(real), "jti": str(session)}
    claims |= {"iat": now, "exp": now + 600, "role": "admin"}  # type: ignore[dict-item]  # numbers, as RFC 7519 has them
    key_id = jwt_header(house.tokens["admin"])["kid"]
    stranger = OctKey.import_key(b"a key of somebody else's, long enough")
    house.tokens["forged"] = jwt.encode({"alg": "HS256", "kid": key_id}, claims, stranger)
    house.tokens["unsigned"] = _unsigned(claims)
    house.tokens["rubbish"] = "not.a.token"
    answer = house.post("admin", f"/api/users/{house.accounts['disabled']}/disable")
    assert answer.status_code == 200, answer.text
    answer = house.post(NOBODY, "/api/auth/revoke", {"token": house.refresh_tokens["revoked"]})
    assert answer.status_code == 204, answer.text


def jwt_header(token: str) -> dict[str, Any]:
    """Return a token's header, unverified."""
    part = token.partition(".")[0]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _unsigned(claims: dict[str, Any]) -> str:
    """A token with ``alg: none`` (RFC 8725, section 2.1)."""

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."
