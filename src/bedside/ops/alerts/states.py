"""An alert's state machine: a table of (state, event) to state, and nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bedside.platform.errors import Conflict


class State(StrEnum):
    """Where an alert is. ``gone``: it was pending and never fired, so nothing of it is kept."""

    NEW = "new"
    PENDING = "pending"
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    RESOLVED = "resolved"
    GONE = "gone"


class Event(StrEnum):
    """What happens to an alert. An evaluation brings all but ``acknowledge``, which is a person's."""

    BREACH = "breach"
    HOLD = "hold"
    SILENCE = "silence"
    UNSILENCE = "unsilence"
    ACKNOWLEDGE = "acknowledge"
    EXPIRE = "expire"
    ESCALATE = "escalate"
    CLEAR = "clear"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.NEW, Event.BREACH): State.PENDING,
    # The condition holds, but not for long enough yet.
    (State.PENDING, Event.HOLD): State.FIRING,
    (State.PENDING, Event.SILENCE): State.SILENCED,
    (State.PENDING, Event.CLEAR): State.GONE,
    # People have been told.
    (State.FIRING, Event.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.FIRING, Event.ESCALATE): State.FIRING,
    (State.FIRING, Event.SILENCE): State.SILENCED,
    (State.FIRING, Event.CLEAR): State.RESOLVED,
    # Somebody has it in hand until a time; one who takes too long to resolve it is joined by the next level.
    (State.ACKNOWLEDGED, Event.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, Event.ESCALATE): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, Event.EXPIRE): State.FIRING,
    (State.ACKNOWLEDGED, Event.SILENCE): State.SILENCED,
    (State.ACKNOWLEDGED, Event.CLEAR): State.RESOLVED,
    # It fires and nobody is told.
    (State.SILENCED, Event.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.SILENCED, Event.UNSILENCE): State.FIRING,
    (State.SILENCED, Event.CLEAR): State.RESOLVED,
}

ENDED = frozenset({State.RESOLVED, State.GONE})
OPEN = frozenset({State.PENDING, State.FIRING, State.ACKNOWLEDGED, State.SILENCED})

_INSTEAD: Mapping[State, str] = {
    State.NEW: "There is no such alert yet.",
    State.PENDING: "It has not fired yet; wait, or silence its rule.",
    State.FIRING: "Acknowledge it, or silence its rule.",
    State.ACKNOWLEDGED: "Somebody has it in hand already.",
    State.SILENCED: "It is silent; end the silence first.",
    State.RESOLVED: "It is over; if it comes back, there will be a new alert.",
    State.GONE: "It is over; if it comes back, there will be a new alert.",
}


def next_state(state: State, event: Event) -> State:
    """Return the state that ``event`` leads to. Raises Conflict, saying what is possible instead."""
    reached = TRANSITIONS.get((state, event))
    if reached is None:
        raise Conflict(f"This alert is {state}: {event} is not possible. {_INSTEAD[state]}", state=state.value)
    return reached
