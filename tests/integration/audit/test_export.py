"""The export: streamed in batches, recorded before anything leaves, safe in a spreadsheet."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import Iterator
from uuid import UUID

import httpx
import psycopg
import pytest
import structlog
from sqlalchemy import select

from bedside.audit import service
from bedside.audit.schemas import AuditFilter, ExportFormat
from bedside.bootstrap.runtime import build_runtime
from bedside.identity.passwords import hash_password
from bedside.identity.service.accounts import add_account
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls, role_name
from bedside.platform.database.urls import psycopg_url
from bedside.platform.errors import Forbidden
from bedside.platform.runtime import Runtime

ADMIN = Actor(Role.ADMIN)
PASSWORD = "seven quiet herons wade"


async def exported(runtime: Runtime, kind: ExportFormat, *, batch: int = 1000, actor: Actor = ADMIN) -> str:
    async with runtime.unit_of_work(actor) as ctx:
        chosen = service.begin_export(ctx, AuditFilter(action="case"))
    return "".join([part async for part in service.exported(runtime, actor, chosen, kind, batch=batch)])


@pytest.fixture
async def log(runtime: Runtime) -> Runtime:
    """Five events of one case; the fifth by an operator whose name is a formula."""
    for number in range(4):
        async with runtime.unit_of_work(Actor.system()) as ctx:
            ctx.record("case.read", "case", ids=[UUID(int=number)], patients=[UUID(int=7), UUID(int=8)])
    async with runtime.unit_of_work(Actor.host_operator("=cmd|' /C calc'!A0")) as ctx:
        ctx.record("case.read", "case", ids=[UUID(int=4)], flags=["late"])
    return runtime


@pytest.mark.parametrize("batch", [1, 2, 5, 1000])
async def test_every_event_once_and_in_order_however_it_is_cut(log: Runtime, batch: int) -> None:
    rows = list(csv.DictReader(io.StringIO(await exported(log, ExportFormat.CSV, batch=batch))))
    assert [row["entity_ids"] for row in rows] == [str(UUID(int=number)) for number in range(5)]
    assert rows[0]["patient_ids"] == f"{UUID(int=7)} {UUID(int=8)}"
    assert rows[4]["operator"] == "'=cmd|' /C calc'!A0"
    lines = (await exported(log, ExportFormat.JSONL, batch=batch)).splitlines()
    assert [json.loads(json.loads(line)["body"])["ids"] for line in lines] == [[str(UUID(int=n))] for n in range(5)]


async def test_lines_can_be_proved(log: Runtime) -> None:
    for line in (await exported(log, ExportFormat.JSONL)).splitlines():
        event = json.loads(line)
        assert hashlib.sha256(b"\x00" + event["body"].encode()).hexdigest() == event["leaf_hash"]


async def test_what_comes_later_is_not_waited_for(log: Runtime) -> None:
    async with log.unit_of_work(ADMIN) as ctx:
        chosen = service.begin_export(ctx, AuditFilter(action="case"))
    parts = service.exported(log, ADMIN, chosen, ExportFormat.JSONL, batch=1)
    first = await anext(parts)
    async with log.unit_of_work(Actor.system()) as ctx:
        ctx.record("case.read", "case", ids=[UUID(int=99)])
    rest = [part async for part in parts]
    assert len([first, *rest]) == 5


async def test_no_transaction_stays_open_between_batches(log: Runtime) -> None:
    async with log.unit_of_work(ADMIN) as ctx:
        chosen = service.begin_export(ctx, AuditFilter(action="case"))
    parts = service.exported(log, ADMIN, chosen, ExportFormat.JSONL, batch=1)
    await anext(parts)
    assert log.database.active == 0
    await asyncio.sleep(0)
    assert len([part async for part in parts]) == 4


async def test_an_export_without_events_is_a_head_or_nothing(runtime: Runtime) -> None:
    assert (await exported(runtime, ExportFormat.CSV)).splitlines()[0].startswith("id,recorded_at,actor_id,actor_name")
    assert await exported(runtime, ExportFormat.JSONL) == ""


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE])
async def test_others_get_nothing(log: Runtime, role: Role) -> None:
    with pytest.raises(Forbidden):
        await exported(log, ExportFormat.CSV, actor=Actor(role, UUID(int=3)))


@pytest.fixture
async def admin(settings: Settings, urls: DatabaseUrls) -> str:
    hashed = await hash_password(PASSWORD)
    async with build_runtime(settings, urls, process="test").running() as runtime:
        async with runtime.unit_of_work(Actor.system()) as ctx:
            account = await add_account(
                ctx, login="admin@example.org", name="@Ada", role=Role.ADMIN, password_hash=hashed
            )
        async with runtime.unit_of_work(Actor(Role.ADMIN, account.id)) as ctx:
            ctx.record("case.read", "case")
    return account.login


def bearer(http: httpx.Client, login: str) -> dict[str, str]:
    answer = http.post("/api/auth/token", data={"username": login, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_it_is_a_file_over_http_and_an_event_of_its_own(admin: str, http: httpx.Client, urls: DatabaseUrls) -> None:
    headers = bearer(http, admin)
    answer = http.get("/api/audit/export", params={"action": "case"}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith('attachment; filename="bedside-audit-20')
    assert answer.headers["cache-control"] == "no-store"
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["action"], row["actor_name"]) == ("case.read", "'@Ada")
    lines = http.get("/api/audit/export", params={"format": "jsonl", "action": "case"}, headers=headers)
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    assert len(lines.text.splitlines()) == 1
    events = http.get("/api/audit/events", params={"action": "audit.export"}, headers=headers).json()["items"]
    assert [event["fields"] for event in events] == [["action"], ["action"]]
    for query in ({"format": "xml"}, {"flag": "A B"}, {"since": "soon"}, {"limit": "5"}):
        assert http.get("/api/audit/export", params=query, headers=headers).status_code == 422, query


@pytest.fixture
def plain_log() -> Iterator[None]:
    """Log lines without structlog's default picture of each error, which takes seconds to draw."""
    renderer = structlog.processors.JSONRenderer()
    structlog.configure(processors=[renderer], logger_factory=structlog.WriteLoggerFactory(io.StringIO()))
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("plain_log")
def test_nothing_leaves_where_it_can_not_be_recorded(admin: str, http: httpx.Client, urls: DatabaseUrls) -> None:
    headers = bearer(http, admin)
    with psycopg.connect(psycopg_url(urls.require("owner")), autocommit=True) as owner:
        owner.execute(f"REVOKE INSERT ON audit_events FROM {role_name('app')}")
        answer = http.get("/api/audit/export", params={"action": "case"}, headers=headers)
        owner.execute(f"GRANT INSERT ON audit_events TO {role_name('app')}")
    assert answer.status_code >= 500
    assert "case.read" not in answer.text


async def test_the_recorded_event_names_the_filter_and_no_value(log: Runtime) -> None:
    await exported(log, ExportFormat.CSV)
    async with log.unit_of_work(Actor.system()) as ctx:
        query = select(AuditEvent.body).where(AuditEvent.action == "audit.export")
        body = json.loads((await ctx.session.execute(query)).scalar_one())
    assert body["fields"] == ["action"]
