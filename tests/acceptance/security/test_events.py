"""The stream of events: whose changes somebody hears of, and for how long."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from bedside.platform.http import stream
from tests.support.house import PRIVATE, SECRET, Case, House

pytestmark = pytest.mark.xdist_group("security-events")


@contextmanager
def listening(house: House, who: str) -> Iterator[Iterator[tuple[str, dict[str, str]]]]:
    """Yield the events that ``who`` is sent, once the server listens for them."""
    with (
        httpx.Client(base_url=house.address, timeout=30, trust_env=False) as client,
        client.stream("GET", "/api/events", headers=house.headers(who)) as response,
    ):
        assert response.status_code == 200
        heard = _events(response)
        assert next(heard)[0] == "resynchronise"
        yield heard


def _events(response: httpx.Response) -> Iterator[tuple[str, dict[str, str]]]:
    name = ""
    for line in response.iter_lines():
        if line.startswith("event:"):
            name = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            yield name, json.loads(line.removeprefix("data:"))


def test_a_patient_hears_of_their_own_conversation_alone(house: House, shared: Case, private: Case) -> None:
    with listening(house, "patient") as heard:
        house.post("other", f"/api/conversations/{private.conversation_id}/messages", {"text": SECRET})
        house.post("patient", f"/api/conversations/{shared.conversation_id}/messages", {"text": "It hurts more now"})
        topic, ids = next(heard)
    assert topic == "conversation"
    assert ids == {"conversation_id": str(shared.conversation_id)}


def test_an_administrator_hears_of_no_patient(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 3.0)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.2)
    with listening(house, "admin") as heard:
        house.case("patient")
        assert [topic for topic, _ in heard if topic != "resynchronise"] == []


def test_events_carry_ids_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 3.0)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.2)
    with listening(house, "nurse") as heard:
        case = house.case("patient", f"{PRIVATE}. {SECRET}. I have crushing chest pain and can't breathe.")
        found = list(heard)
    assert ("worklist", {"assessment_id": str(case.assessment_id)}) in found
    assert SECRET not in json.dumps(found)
    assert {name for _, ids in found for name in ids} <= {"assessment_id", "conversation_id"}


def test_a_stream_ends_and_a_sign_in_that_was_ended_opens_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 1.0)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.2)
    house.sign_in("spare")
    with listening(house, "spare") as heard:
        assert house.call("spare", "DELETE", "/api/auth/session").status_code == 204
        assert [topic for topic, _ in heard if topic != "resynchronise"] == []
    assert house.get("spare", "/api/events").status_code == 401
