"""Turns share the process: a bounded number at once, first come, first served; no bound while a model is waited for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bedside.assistant.engine import TURNS_AT_ONCE, Engine
from bedside.models.settings import ModelSettings
from bedside.platform.config import load_settings
from bedside.platform.config.core import CORE_SECTIONS


@pytest.mark.parametrize(("model", "most"), [(None, TURNS_AT_ONCE), ("http://127.0.0.1:1/v1", 3 * TURNS_AT_ONCE)])
async def test_turns_at_once(model: str | None, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path))
    engine = Engine(load_settings((*CORE_SECTIONS, ModelSettings)).replace(ModelSettings(url=model)))
    running, reached, began = 0, 0, list[int]()

    async def turn(number: int) -> None:
        nonlocal running, reached
        async with engine.turn():
            began.append(number)
            running += 1
            reached = max(reached, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(turn(number) for number in range(3 * TURNS_AT_ONCE)))
    assert reached == most
    assert began == sorted(began)
