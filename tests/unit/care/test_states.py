"""The assessment's table of moves, against a list of forbidden ones that was written without it."""

from __future__ import annotations

import pytest

from bedside.care.schemas import Event, Status
from bedside.care.states import HANDED_OVER, TRANSITIONS, UNDECIDED, next_status, sources
from bedside.platform.errors import Conflict

# Written from what must never happen, not from the table.
FORBIDDEN = {
    "open": ["claim", "release", "lapse", "refer", "change-target", "decide", "undo"],
    "waiting": ["hand-over", "release", "lapse", "refer", "decide", "undo"],
    "claimed": ["hand-over", "claim", "undo", "withdraw"],
    "decided": [
        *["update", "hand-over", "claim", "release", "lapse", "refer", "change-target", "decide", "withdraw"],
    ],
    "withdrawn": [
        *["update", "hand-over", "claim", "release", "lapse", "refer", "change-target", "decide", "undo", "withdraw"],
    ],
}
ALLOWED = [
    ("open", "update", "open"),
    ("open", "hand-over", "waiting"),
    ("open", "withdraw", "withdrawn"),
    ("waiting", "update", "waiting"),
    ("waiting", "change-target", "waiting"),
    ("waiting", "claim", "claimed"),
    ("waiting", "withdraw", "withdrawn"),
    ("claimed", "update", "claimed"),
    ("claimed", "change-target", "claimed"),
    ("claimed", "release", "waiting"),
    ("claimed", "lapse", "waiting"),
    ("claimed", "refer", "waiting"),
    ("claimed", "decide", "decided"),
    ("decided", "undo", "claimed"),
]


@pytest.mark.parametrize(("status", "event"), [(s, e) for s, events in FORBIDDEN.items() for e in events])
def test_forbidden_moves_are_refused_and_say_what_to_do(status: str, event: str) -> None:
    with pytest.raises(Conflict) as refused:
        next_status(Status(status), Event(event))
    assert status in refused.value.message
    assert len(refused.value.message) > 40


@pytest.mark.parametrize(("status", "event", "reached"), ALLOWED)
def test_allowed_moves(status: str, event: str, reached: str) -> None:
    assert next_status(Status(status), Event(event)) == Status(reached)


def test_every_pair_is_in_exactly_one_of_the_two_lists() -> None:
    pairs = {(s.value, e.value) for s in Status for e in Event}
    forbidden = {(s, e) for s, events in FORBIDDEN.items() for e in events}
    allowed = {(s, e) for s, e, _ in ALLOWED}
    assert forbidden | allowed == pairs
    assert not forbidden & allowed


def test_only_a_waiting_case_can_be_claimed() -> None:
    assert sources(Event.CLAIM) == [Status.WAITING]


def test_nothing_leads_out_of_withdrawn_and_only_undo_out_of_decided() -> None:
    assert [event for (status, event) in TRANSITIONS if status is Status.WITHDRAWN] == []
    assert [event for (status, event) in TRANSITIONS if status is Status.DECIDED] == [Event.UNDO]
    assert HANDED_OVER < UNDECIDED
