"""A runtime whose rules, checks and clocks a test sets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bedside.notify.settings import NotifySettings
from bedside.ops.alerts.book import Rules
from bedside.ops.alerts.schemas import EvaluationReport
from bedside.ops.alerts.service import evaluate
from bedside.ops.alerts.service.evaluation import Evaluator
from bedside.ops.alerts.settings import AlertSettings
from bedside.platform.checks import Check, CheckList, Finding, Health
from bedside.platform.runtime import Runtime

START = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
CHANNELS = """
operators: {kind: log}
pager: {kind: log}
chief: {kind: log}
"""


class Bench:
    """One evaluator with rules of the test's own over checks whose values it sets; time passes when it says."""

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        self.runtime, self.folder = runtime, folder
        self.values: dict[str, float] = {"a.one": 0.0, "a.two": 0.0, "b.one": 0.0}
        self.now, self.monotonic = START, 0.0
        checks = [self._check(name) for name in self.values]
        runtime.parts[CheckList] = CheckList(tuple(checks))
        self.settings(named=SecretStr(CHANNELS))
        runtime.parts[Evaluator] = self.evaluator()

    def _check(self, name: str) -> Check:
        async def look(_: Runtime) -> Finding:
            value = self.values[name]
            return Finding(status=Health.HEALTHY, evidence=f"secret evidence of {name}", value=value)

        return Check(part=name.partition(".")[0], title=name, look=look, remedy="Mend it.", name=name)

    def evaluator(self) -> Evaluator:
        return Evaluator(monotonic=lambda: self.monotonic, database_now=lambda _now: self.now)

    def settings(self, **changes: Any) -> None:
        section = self.runtime.settings.get(NotifySettings).model_copy(update=changes)
        self.runtime.settings = self.runtime.units.settings = self.runtime.settings.replace(section)

    def rules(self, text: str) -> None:
        path = self.folder / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        section = self.runtime.settings.get(AlertSettings).model_copy(update={"rules_path": path})
        settings = self.runtime.settings.replace(section)
        self.runtime.parts[Rules] = Rules(settings, self.runtime.part(CheckList).checks, [])

    async def look(self, *, after: timedelta = timedelta(minutes=1)) -> EvaluationReport:
        self.now += after
        self.monotonic += after.total_seconds()
        return await evaluate(self.runtime)


@pytest.fixture
def bench(runtime: Runtime, tmp_path: Path) -> Bench:
    return Bench(runtime, tmp_path)


Look = Callable[[], Any]
