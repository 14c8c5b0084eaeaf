"""The alert's table of moves, against a list of forbidden ones that was written without it."""

from __future__ import annotations

import pytest

from bedside.ops.alerts.states import ENDED, OPEN, TRANSITIONS, Event, State, next_state
from bedside.platform.errors import Conflict

# Written from what must never happen, not from the table.
FORBIDDEN = {
    # Nothing happens to what is not there yet but that its condition is met.
    "new": ["hold", "silence", "unsilence", "acknowledge", "expire", "escalate", "clear"],
    # Nobody was told, so nobody can answer, and nothing can be passed on.
    "pending": ["breach", "unsilence", "acknowledge", "expire", "escalate"],
    # It is told once: it does not begin, hold or run out again.
    "firing": ["breach", "hold", "unsilence", "expire"],
    "acknowledged": ["breach", "hold", "unsilence"],
    # Silence is silence: nobody is passed on to.
    "silenced": ["breach", "hold", "silence", "expire", "escalate"],
    # What is over stays over; if it comes back it is another one.
    "resolved": ["breach", "hold", "silence", "unsilence", "acknowledge", "expire", "escalate", "clear"],
    "gone": ["breach", "hold", "silence", "unsilence", "acknowledge", "expire", "escalate", "clear"],
}
ALLOWED = [
    ("new", "breach", "pending"),
    ("pending", "hold", "firing"),
    ("pending", "silence", "silenced"),
    ("pending", "clear", "gone"),
    ("firing", "acknowledge", "acknowledged"),
    ("firing", "escalate", "firing"),
    ("firing", "silence", "silenced"),
    ("firing", "clear", "resolved"),
    ("acknowledged", "acknowledge", "acknowledged"),
    ("acknowledged", "escalate", "acknowledged"),
    ("acknowledged", "expire", "firing"),
    ("acknowledged", "silence", "silenced"),
    ("acknowledged", "clear", "resolved"),
    ("silenced", "acknowledge", "acknowledged"),
    ("silenced", "unsilence", "firing"),
    ("silenced", "clear", "resolved"),
]


@pytest.mark.parametrize(("state", "event"), [(s, e) for s, events in FORBIDDEN.items() for e in events])
def test_forbidden_moves_are_refused_and_say_what_to_do(state: str, event: str) -> None:
    with pytest.raises(Conflict) as refused:
        next_state(State(state), Event(event))
    assert state in refused.value.message
    assert len(refused.value.message) > 40


@pytest.mark.parametrize(("state", "event", "reached"), ALLOWED)
def test_allowed_moves(state: str, event: str, reached: str) -> None:
    assert next_state(State(state), Event(event)) is State(reached)


def test_every_pair_is_in_exactly_one_of_the_two_lists() -> None:
    forbidden = {(s, e) for s, events in FORBIDDEN.items() for e in events}
    allowed = {(s, e) for s, e, _ in ALLOWED}
    assert forbidden | allowed == {(s.value, e.value) for s in State for e in Event}
    assert not forbidden & allowed


def test_nothing_leads_out_of_what_is_over() -> None:
    assert [pair for pair in TRANSITIONS if pair[0] in ENDED] == []
    assert not OPEN & ENDED
