"""The worklist in a terminal of 80 columns or fewer: ids and levels whole, nothing of people taken for markup."""

from __future__ import annotations

from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console

from bedside.care.terminal import draw_worklist
from bedside.kit.ids import new_id
from bedside.triage.schemas import Level

HOSTILE = "[red]Ann[/red]  Ж日本 " + "x" * 300


def item(case: UUID, level: Level, **more: Any) -> dict[str, Any]:
    return {
        "assessment_id": str(case),
        "level": level.value,
        "status": "waiting",
        "urgency": "breached",
        "breached": True,
        "waiting_seconds": 7_300_000,
        "handed_over_at": "2026-01-01T00:00:00+00:00",
        "due_at": "2026-01-01T00:05:00+00:00",
        "mine": False,
        "claimed_by_name": HOSTILE,
        "for_physician": True,
        "patient_name": HOSTILE,
        "about": "child",
        "age_years": 0.2,
        "summary": HOSTILE,
        **more,
    }


def drawn(width: int, **more: Any) -> tuple[str, list[UUID]]:
    ids = [new_id() for _ in Level]
    names = ("total", "emergency", "urgent", "routine", "self-care", "breached", "mine")
    worklist = {
        "counts": dict.fromkeys(names, 10_000),
        "items": [item(id_, level, **more) for id_, level in zip(ids, Level, strict=True)],
        "next": "more",
    }
    console = Console(file=StringIO(), width=width, force_terminal=False, color_system=None)
    draw_worklist(console, worklist)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue(), ids


@pytest.mark.parametrize("width", [80, 60, 200])
def test_every_case_has_its_id_and_level_whole_in_two_lines(width: int) -> None:
    text, ids = drawn(width)
    lines = text.splitlines()
    for id_, level in zip(ids, Level, strict=True):
        (line,) = [line for line in lines if str(id_)[-8:] in line]
        assert level.value in line
        assert "over by" in line
    head = next(number for number, line in enumerate(lines) if line.startswith("id "))
    assert len(lines) - head - 2 == 2 * len(ids)


@pytest.mark.parametrize("width", [80, 60])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text, _ = drawn(width, patient_name="A" * 300, claimed_by_name="B" * 300, summary="C" * 300)
    assert max(map(len, text.splitlines())) <= width


def test_what_people_typed_is_not_markup() -> None:
    assert "[red]Ann[/red]" in drawn(400)[0]
