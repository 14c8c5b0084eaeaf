"""The run's state machine against a list of moves that must never be, written apart from it."""

from __future__ import annotations

import pytest

from bedside.ops.procedures.states import ACTIVE, ENDED, MOVES, RunEvent, RunState, after, before
from bedside.platform.errors import Conflict

FORBIDDEN = """
queued    complete complete_partly fail interrupt lose take_up
running   start refuse take_up
completed start refuse complete complete_partly fail cancel interrupt lose take_up
partial   start refuse complete complete_partly fail cancel interrupt lose take_up
failed    start refuse complete complete_partly fail cancel interrupt lose take_up
cancelled start refuse complete complete_partly fail cancel interrupt lose take_up
lost      start refuse complete complete_partly fail cancel interrupt lose
"""
NEVER = {
    (RunState(state), RunEvent(event))
    for state, *events in (line.split() for line in FORBIDDEN.strip().splitlines())
    for event in events
}
ALL = {(state, event) for state in RunState for event in RunEvent}


def test_every_pair_is_either_a_move_or_forbidden() -> None:
    assert set(MOVES) | NEVER == ALL
    assert not set(MOVES) & NEVER


@pytest.mark.parametrize(("state", "event"), sorted(NEVER))
def test_a_forbidden_move_is_refused(state: RunState, event: RunEvent) -> None:
    with pytest.raises(Conflict, match=state):
        after(state, event)
    assert state not in before(event)


def test_what_has_ended_stays_so_but_for_the_lost() -> None:
    assert {state for state, _ in MOVES} == ACTIVE | {RunState.LOST}
    assert set(RunState) == ACTIVE | ENDED
    assert after(RunState.LOST, RunEvent.TAKE_UP) is RunState.QUEUED
