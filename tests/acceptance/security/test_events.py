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
        elif line.startswith("data:") and name != "heartbeat":
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
    with listening(house, "nurse") as others, listening(house, "admin") as heard:
        house.case("patient")
        assert next(others)[0] == "worklist", "there was something to hear"
        assert [topic for topic, _ in heard if topic != "resynchronise"] == []


def test_clinicians_hear_of_handed_over_cases_alone_and_by_their_id(
    house: House, private: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 4.0)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.2)
    with listening(house, "nurse") as heard:
        house.post("other", f"/api/conversations/{private.conversation_id}/messages", {"text": SECRET})
        begun = house.case("other", PRIVATE)
        assert house.post("other", f"/api/assessments/{begun.assessment_id}/withdraw").status_code == 200
        case = house.case("patient", f"{PRIVATE}. {SECRET}. I have crushing chest pain and can't breathe.")
        found = [(topic, ids) for topic, ids in heard if topic != "resynchronise"]
    assert ("worklist", {"assessment_id": str(case.assessment_id)}) in found
    assert {topic for topic, _ in found} == {"worklist"}
    assert {name for _, ids in found for name in ids} == {"assessment_id"}
    told = json.dumps(found)
    assert SECRET not in told
    for unseen in (private.assessment_id, private.conversation_id, begun.assessment_id, begun.conversation_id):
        assert str(unseen) not in told


@pytest.mark.parametrize("who", ["nurse", "physician"])
@pytest.mark.parametrize("text", ["It hurts more now", "Thank you"], ids=["changes the case", "changes nothing"])
def test_a_new_message_in_a_handed_over_case_is_heard(
    house: House, who: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 10.0)
    case = house.case()
    with listening(house, who) as heard:
        written = house.post("patient", f"/api/conversations/{case.conversation_id}/messages", {"text": text})
        assert written.status_code == 200
        assert next(heard) == ("worklist", {"assessment_id": str(case.assessment_id)})


def test_a_patient_hears_no_worklist(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 3.0)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.2)
    with listening(house, "patient") as heard:
        case = house.claimed("nurse")
        found = [(topic, ids) for topic, ids in heard if topic != "resynchronise"]
    assert {topic for topic, _ in found} == {"conversation"}
    assert [ids for _, ids in found] == [{"conversation_id": str(case.conversation_id)}] * len(found)


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
