"""The audit log in a terminal of 80 columns: time, who and what whole, names never taken for markup."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console

from bedside.audit.schemas import AccessSummary, AuditEventOut, Outcome
from bedside.audit.terminal import draw_access, draw_events
from bedside.kit.ids import new_id

AT = datetime(2026, 11, 22, 13, 5, 59, tzinfo=UTC)


def event(**more: Any) -> AuditEventOut:
    values: dict[str, Any] = {
        "id": new_id(),
        "recorded_at": AT,
        "actor_id": UUID(int=0xABCDEF12),
        "actor_role": "physician",
        "operator": None,
        "via": "api",
        "action": "account.second_factor_remove",
        "entity": "break_glass_grant",
        "entity_ids": [UUID(int=number) for number in range(5)],
        "patient_ids": [UUID(int=1)],
        "fields": [],
        "outcome": Outcome.DENIED,
        "flags": ["break-glass", "permission"],
        "request_id": None,
    }
    return AuditEventOut.model_validate({**values, **more})


def drawn(draw: Any, rows: list[Any], width: int = 80) -> list[str]:
    console = Console(file=StringIO(), width=width, force_terminal=False, color_system=None)
    draw(console, rows)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("who", [{}, {"actor_name": "N" * 120}, {"operator": "o" * 200}, {"actor_id": None}])
def test_events_fit_and_nothing_that_matters_is_cut(who: dict[str, Any]) -> None:
    lines = drawn(draw_events, [event(**who), event(**who)])
    text = " ".join(" ".join(lines).split())
    assert max(map(len, lines)) <= 80
    assert "2026-11-22 13:05:59 physician" in text
    assert text.count("account.second_factor_remove") == 2
    for word in ("break_glass_grant", "and 3 more", "break-glass", "DENIED"):
        assert word.replace(" ", "") in text.replace(" ", "")


def test_who_acted_is_named_where_known_else_by_the_end_of_the_id() -> None:
    assert "Noor [b]Nurse[/b]" in " ".join(drawn(draw_events, [event(actor_name="Noor [b]Nurse[/b]")]))
    assert "abcdef12" in " ".join(drawn(draw_events, [event()]))
    assert "physician api" in " ".join(drawn(draw_events, [event(actor_id=None)]))


def test_accesses_fit() -> None:
    row = AccessSummary(
        actor_id=UUID(int=7),
        actor_role="physician",
        via="assistant",
        events=1_234_567,
        patients=123_456,
        denied=99_999,
        break_glass=9_999,
        first_at=AT,
        last_at=AT,
    )
    lines = drawn(draw_access, [row, row.model_copy(update={"actor_id": None})])
    assert max(map(len, lines)) <= 80
    for number in ("1234567", "123456", "99999", "9999", "2026-11-22 13:05:59"):
        assert number in " ".join(lines)


def test_nothing_found_is_said() -> None:
    assert drawn(draw_events, []) == ["No events."]
    assert drawn(draw_access, []) == ["Nobody reached patient data in that time."]
