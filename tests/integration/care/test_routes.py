"""Care over real HTTP, as the contract for API clients has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import httpx
import pytest

from bedside.care import service
from bedside.care.worklist_schemas import DecideRequest
from bedside.identity.service.accounts import add_account
from bedside.platform.access.actor import Actor, Role
from bedside.platform.runtime import Runtime
from bedside.triage.schemas import Level
from tests.support.care import Ward, result
from tests.support.passwords import hashed_once

PASSWORD = "seven quiet herons wade"
SignIn = Callable[[Role, str], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def sign_in(runtime: Runtime, server: str) -> AsyncIterator[SignIn]:
    """Make an account of a role and return a client that is signed in to it."""
    async with AsyncExitStack() as stack:

        async def enter(role: Role, name: str) -> httpx.AsyncClient:
            login, hashed = f"{name.lower()}@example.org", await hashed_once(PASSWORD)
            async with runtime.unit_of_work(Actor.system()) as ctx:
                await add_account(ctx, login=login, name=name, role=role, password_hash=hashed)
            client = httpx.AsyncClient(base_url=server, timeout=20, trust_env=False)
            await stack.enter_async_context(client)
            answer = await client.post("/api/auth/token", data={"username": login, "password": PASSWORD})
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            return client

        yield enter


async def begin(ward: Ward, patient: httpx.AsyncClient, level: Level = Level.URGENT) -> tuple[str, str]:
    """Let a signed-in patient begin a conversation, and hand it over; return its id and the assessment's."""
    answer = await patient.post("/api/conversations", json={"about": "self", "age_years": 40})
    assert answer.status_code == 201
    conversation = answer.json()["id"]
    assessment = await ward.assess(UUID(conversation), result(level))
    return conversation, str(assessment.id)


async def test_from_a_conversation_to_a_decision_that_the_patient_reads(ward: Ward, sign_in: SignIn) -> None:
    patient, nurse = await sign_in(Role.PATIENT, "Paula"), await sign_in(Role.NURSE, "Nora")
    routine, _ = await begin(ward, patient, Level.ROUTINE)
    conversation, assessment = await begin(ward, patient, Level.EMERGENCY)
    listed = (await nurse.get("/api/worklist")).json()
    assert [item["level"] for item in listed["items"]] == ["emergency", "routine"]
    first = listed["items"][0]
    assert first["assessment_id"] == assessment
    assert first["waiting_seconds"] >= 0
    assert first["patient_name"] == "Paula"
    assert listed["counts"]["emergency"] == 1
    seen = (await nurse.get(f"/api/assessments/{assessment}")).json()
    assert seen["reasons"][0] == {
        "rule": "R1",
        "level": "emergency",
        "text": "Chest pain",
        "quote": "chest hurts",
        "source": "NICE CG95",
        "deciding": True,
    }
    assert (seen["findings"][0]["start"], seen["findings"][0]["end"]) == (3, 14)
    claimed = await nurse.post(f"/api/assessments/{assessment}/claim")
    assert (claimed.status_code, claimed.json()["claimed_by_name"]) == (200, "Nora")
    decided = await nurse.post(
        f"/api/assessments/{assessment}/decision",
        json={"level": "urgent", "reply": "Come in today.", "reason": "ECG is normal"},
    )
    assert (decided.status_code, decided.json()["status"]) == (200, "decided")
    read = (await patient.get(f"/api/conversations/{conversation}")).json()
    assert (read["messages"][-1]["author"], read["messages"][-1]["text"]) == ("nurse", "Come in today.")
    assert (read["assessment"]["level"], read["assessment"]["status"]) == ("urgent", "decided")
    mine = (await patient.get("/api/conversations", params={"limit": 1})).json()
    assert mine["items"][0]["id"] == conversation
    rest = (await patient.get("/api/conversations", params={"after": mine["next"]})).json()
    assert [item["id"] for item in rest["items"]] == [routine]


async def test_the_smallest_request_begins_a_conversation_and_a_key_begins_one(ward: Ward, sign_in: SignIn) -> None:
    patient = await sign_in(Role.PATIENT, "Paula")
    assert (await patient.post("/api/conversations")).status_code == 201
    assert (await patient.post("/api/conversations", json={})).status_code == 201
    key = {"Idempotency-Key": "a-key"}
    answers = await asyncio.gather(*(patient.post("/api/conversations", json={}, headers=key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await patient.post("/api/conversations", json={"about": "child"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "bad-input")


async def test_two_nurses_and_one_case(ward: Ward, sign_in: SignIn) -> None:
    patient = await sign_in(Role.PATIENT, "Paula")
    nora, nils = await sign_in(Role.NURSE, "Nora"), await sign_in(Role.NURSE, "Nils")
    _, assessment = await begin(ward, patient)
    path = f"/api/assessments/{assessment}"
    assert (await nora.post(f"{path}/claim")).status_code == 200
    lost = await nils.post(f"{path}/claim")
    assert (lost.status_code, lost.json()["detail"]) == (409, "Nora has claimed this case.")
    body = {"level": "urgent", "reply": "Come in."}
    assert (await nils.post(f"{path}/decision", json=body)).status_code == 409
    assert (await nora.post(f"{path}/decision", json=body | {"version": 1})).status_code == 409
    assert (await nora.post(f"{path}/release")).json()["status"] == "waiting"
    assert (await nils.post(f"{path}/claim")).status_code == 200
    assert (await nils.post(f"{path}/refer", json={"reason": "ECG"})).json()["for_physician"] is True
    physician = await sign_in(Role.PHYSICIAN, "Pia")
    assert (await physician.post(f"{path}/claim")).status_code == 200
    assert (await physician.post(f"{path}/notes", json={"text": "Seen"})).status_code == 201
    target = {"due_at": ward.runtime.clock.now().replace(year=2099).isoformat(), "reason": "x"}
    assert (await physician.post(f"{path}/target", json=target)).status_code == 422
    assert (await physician.post(f"{path}/decision", json=body)).status_code == 200
    assert (await physician.post(f"{path}/undo")).json()["status"] == "claimed"


async def test_a_patient_gets_their_own_part_of_a_case_and_no_staff_route(ward: Ward, sign_in: SignIn) -> None:
    patient, stranger = await sign_in(Role.PATIENT, "Paula"), await sign_in(Role.PATIENT, "Stan")
    conversation, assessment = await begin(ward, patient)
    mine = await patient.get(f"/api/assessments/{assessment}")
    assert mine.status_code == 200
    assert not {"notes", "history", "findings", "claimed_by_name", "model_output", "patient"} & set(mine.json())
    assert (await stranger.get(f"/api/assessments/{assessment}")).status_code == 404
    assert (await stranger.get(f"/api/conversations/{conversation}")).status_code == 404
    assert (await stranger.post(f"/api/assessments/{assessment}/withdraw")).status_code == 404
    patient_id = (await patient.get("/api/me/export")).json()["patient"]["id"]
    for answer in (
        await patient.get("/api/worklist"),
        await patient.post(f"/api/assessments/{assessment}/claim"),
        await patient.get(f"/api/patients/{patient_id}"),
        await patient.post(f"/api/patients/{patient_id}/break-glass", json={"reason": "I want to see it"}),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert (await patient.post(f"/api/assessments/{assessment}/withdraw")).json()["status"] == "withdrawn"


async def test_break_glass_over_http(ward: Ward, sign_in: SignIn) -> None:
    patient, admin = await sign_in(Role.PATIENT, "Paula"), await sign_in(Role.ADMIN, "Ari")
    await patient.post("/api/conversations")
    patient_id = (await patient.get("/api/me/export")).json()["patient"]["id"]
    assert (await admin.get(f"/api/patients/{patient_id}")).status_code == 404
    path = f"/api/patients/{patient_id}/break-glass"
    assert (await admin.post(path, json={"reason": "short"})).status_code == 422
    assert (await admin.post(path, json={"reason": "Found unconscious"})).status_code == 201
    assert (await admin.get(f"/api/patients/{patient_id}")).json()["display_name"] == "Paula"
    assert [e.flags for e in await ward.events("patient.read") if e.actor_role == "admin"] == [["break-glass"]]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("decision", {}),
        ("decision", {"level": "panic", "reply": "x"}),
        ("decision", {"level": "urgent", "reply": ""}),
        ("decision", {"level": "urgent", "reply": "\u200b\u202e"}),
        ("decision", {"level": "urgent", "reply": "x" * 4001}),
        ("decision", {"level": "urgent", "reply": "x" * 900_000}),
        ("decision", {"level": "urgent", "reply": 7}),
        ("decision", {"level": "urgent", "reply": "x", "version": 0}),
        ("decision", {"level": "urgent", "reply": "x", "version": 2**40}),
        ("decision", {"level": "urgent", "reply": "x", "decided_by": "me"}),
        ("refer", {}),
        ("notes", {"text": " "}),
        ("release", {"reason": "x" * 1001}),
        ("target", {"due_at": "tomorrow", "reason": "x"}),
    ],
)
async def test_bad_input_is_explained_and_not_quoted(
    path: str, body: dict[str, object], ward: Ward, sign_in: SignIn
) -> None:
    nurse = await sign_in(Role.NURSE, "Nora")
    case = await ward.case()
    answer = await nurse.post(f"/api/assessments/{case.assessment.id}/{path}", json=body)
    assert answer.status_code == 422
    assert answer.json()["request_id"]
    assert "xxxxxxxxxx" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        {"level": "panic"},
        {"limit": "0"},
        {"limit": "201"},
        {"age_from": "-1"},
        {"age_from": "nan"},
        {"unknown": "1"},
        {"after": "0_0_0"},
        {"after": "\x00"},
        {"after": "0_2026-01-01T00:00:00+00:00_" + "g" * 32},
    ],
)
async def test_bad_queries_are_422(query: dict[str, str], sign_in: SignIn) -> None:
    nurse = await sign_in(Role.NURSE, "Nora")
    assert (await nurse.get("/api/worklist", params=query)).status_code == 422


async def test_without_a_token_everything_is_401_and_unknown_ids_are_404(server: str, sign_in: SignIn) -> None:
    nurse = await sign_in(Role.NURSE, "Nora")
    ident = uuid4()
    posts = ("claim", "release", "undo", "withdraw", "decision", "refer", "notes", "target")
    async with httpx.AsyncClient(base_url=server, trust_env=False) as anybody:
        for path in ("/api/worklist", f"/api/assessments/{ident}", "/api/me/export", f"/api/patients/{ident}"):
            assert (await anybody.get(path)).status_code == 401
        for path in posts:
            assert (await anybody.post(f"/api/assessments/{ident}/{path}", json={})).status_code == 401
    for path in (f"/api/assessments/{ident}", f"/api/patients/{ident}", f"/api/conversations/{ident}"):
        assert (await nurse.get(path)).status_code == 404
    for path in ("claim", "release", "undo"):
        assert (await nurse.post(f"/api/assessments/{ident}/{path}")).status_code == 404
    glass = await nurse.post(f"/api/patients/{ident}/break-glass", json={"reason": "Found unconscious"})
    assert glass.status_code == 404


async def test_an_emergency_is_announced_to_those_who_listen(ward: Ward, runtime: Runtime) -> None:
    async with runtime.running(events=True):
        with runtime.events.subscribe(lambda notice: notice.topic in {"worklist", "resynchronise"}) as queue:
            assert (await asyncio.wait_for(queue.get(), 10)).topic == "resynchronise"
            case = await ward.case(result(Level.EMERGENCY))
            notice = await asyncio.wait_for(queue.get(), 10)
    assert notice.ids == {"assessment_id": str(case.assessment.id)}
    assert service.ASSISTANT.via == "assistant"


async def test_the_patient_hears_when_a_nurse_takes_the_case_or_lets_it_go(ward: Ward, runtime: Runtime) -> None:
    case = await ward.case()
    wanted = {"conversation_id": str(case.conversation.id), "account_id": str(case.patient.id)}
    async with runtime.running(events=True):
        with runtime.events.subscribe(lambda notice: notice.topic in {"conversation", "resynchronise"}) as queue:
            assert (await asyncio.wait_for(queue.get(), 10)).topic == "resynchronise"
            await ward.claim(case)
            assert (await asyncio.wait_for(queue.get(), 10)).ids == wanted
            async with runtime.unit_of_work(ward.nurse) as ctx:
                await service.add_note(ctx, case.assessment.id, "Not for the patient")  # of which they hear nothing
            async with runtime.unit_of_work(ward.nurse) as ctx:
                await service.release(ctx, case.assessment.id)
            assert (await asyncio.wait_for(queue.get(), 10)).ids == wanted
            await ward.claim(case)
            assert (await asyncio.wait_for(queue.get(), 10)).ids == wanted
            async with runtime.unit_of_work(ward.nurse) as ctx:
                await service.decide(ctx, case.assessment.id, DecideRequest(level=Level.URGENT, reply="Come today."))
            assert (await asyncio.wait_for(queue.get(), 10)).ids == wanted
            assert queue.empty()
