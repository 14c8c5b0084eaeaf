"""The assessment's state machine: a table of (status, event) to status, and nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping

from bedside.care.schemas import Event, Status
from bedside.platform.errors import Conflict

TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    # The patient is still being asked. An emergency is handed over at once, whatever is still to be asked.
    (Status.OPEN, Event.UPDATE): Status.OPEN,
    (Status.OPEN, Event.HAND_OVER): Status.WAITING,
    (Status.OPEN, Event.WITHDRAW): Status.WITHDRAWN,
    # Handed over; answers that come later still reach the case.
    (Status.WAITING, Event.UPDATE): Status.WAITING,
    (Status.WAITING, Event.CHANGE_TARGET): Status.WAITING,
    (Status.WAITING, Event.CLAIM): Status.CLAIMED,
    (Status.WAITING, Event.WITHDRAW): Status.WITHDRAWN,
    # In somebody's hands.
    (Status.CLAIMED, Event.UPDATE): Status.CLAIMED,
    (Status.CLAIMED, Event.CHANGE_TARGET): Status.CLAIMED,
    (Status.CLAIMED, Event.RELEASE): Status.WAITING,
    (Status.CLAIMED, Event.LAPSE): Status.WAITING,
    (Status.CLAIMED, Event.REFER): Status.WAITING,
    (Status.CLAIMED, Event.DECIDE): Status.DECIDED,
    (Status.DECIDED, Event.UNDO): Status.CLAIMED,
}

UNDECIDED = frozenset({Status.OPEN, Status.WAITING, Status.CLAIMED})
"""Statuses in which an assessment still takes answers; a conversation has at most one such assessment."""
HANDED_OVER = frozenset({Status.WAITING, Status.CLAIMED})
"""Statuses in which a person's decision is awaited: the worklist."""

_REFUSED: Mapping[Event, str] = {
    Event.UPDATE: "it can't be changed",
    Event.HAND_OVER: "it can't be handed over",
    Event.CLAIM: "it can't be claimed",
    Event.RELEASE: "it can't be released",
    Event.LAPSE: "its claim can't lapse",
    Event.REFER: "it can't be referred",
    Event.CHANGE_TARGET: "its target can't be changed",
    Event.DECIDE: "it can't be decided",
    Event.UNDO: "there is no decision to undo",
    Event.WITHDRAW: "it can't be withdrawn",
}
_INSTEAD: Mapping[Status, str] = {
    Status.OPEN: "The patient is still being asked; it appears in the worklist once it is handed over.",
    Status.WAITING: "Nobody has claimed it yet; claim it first.",
    Status.CLAIMED: "Somebody has it in hand; ask them to release it.",
    Status.DECIDED: "Whoever decided it can undo that within a minute; a new message of the patient begins a new case.",
    Status.WITHDRAWN: "The patient took it back; nothing is to be done.",
}


def next_status(status: Status, event: Event) -> Status:
    """Return the status that ``event`` leads to. Raises Conflict, saying what is possible instead."""
    reached = TRANSITIONS.get((status, event))
    if reached is None:
        again = " again" if _REFUSED[event].endswith(status) else ""
        raise Conflict(f"This case is {status}: {_REFUSED[event]}{again}. {_INSTEAD[status]}", status=status.value)
    return reached


def sources(event: Event) -> list[Status]:
    """Return the statuses in which ``event`` is possible, for the WHERE of a conditional UPDATE."""
    return [status for (status, known) in TRANSITIONS if known is event]
