"""Where a run is, and the moves it may make."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bedside.platform.errors import Conflict


class RunState(StrEnum):
    """``partial``: the rest went on while something could not be done. ``lost``: its process ended in the middle."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


class RunEvent(StrEnum):
    """What happens to a run. ``interrupt``: its worker was told to stop, so another goes on with it."""

    START = "start"
    REFUSE = "refuse"
    COMPLETE = "complete"
    COMPLETE_PARTLY = "complete_partly"
    FAIL = "fail"
    CANCEL = "cancel"
    INTERRUPT = "interrupt"
    LOSE = "lose"
    TAKE_UP = "take_up"


_S, _E = RunState, RunEvent
MOVES: Mapping[tuple[RunState, RunEvent], RunState] = {
    (_S.QUEUED, _E.START): _S.RUNNING,
    (_S.QUEUED, _E.REFUSE): _S.FAILED,
    (_S.QUEUED, _E.CANCEL): _S.CANCELLED,
    (_S.RUNNING, _E.COMPLETE): _S.COMPLETED,
    (_S.RUNNING, _E.COMPLETE_PARTLY): _S.PARTIAL,
    (_S.RUNNING, _E.FAIL): _S.FAILED,
    (_S.RUNNING, _E.CANCEL): _S.CANCELLED,
    (_S.RUNNING, _E.INTERRUPT): _S.QUEUED,
    (_S.RUNNING, _E.LOSE): _S.LOST,
    (_S.LOST, _E.TAKE_UP): _S.QUEUED,
}
ENDED = frozenset({_S.COMPLETED, _S.PARTIAL, _S.FAILED, _S.CANCELLED, _S.LOST})
ACTIVE = frozenset({_S.QUEUED, _S.RUNNING})


def after(state: RunState, event: RunEvent) -> RunState:
    """Return the state after ``event``. Raises Conflict where the state does not allow it."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise Conflict(f"This run is {state}; it can't {event.replace('_', ' ')}.") from None


def before(event: RunEvent) -> frozenset[RunState]:
    """Return the states in which ``event`` may happen."""
    return frozenset(state for state, possible in MOVES if possible is event)
