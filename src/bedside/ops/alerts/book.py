"""The rules in force. Kept among the runtime's parts; read when they are first asked for."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from bedside.notify.service import channel_names
from bedside.ops.alerts.names import Names, check_names, metric_kinds
from bedside.ops.alerts.parsing import load_rules
from bedside.ops.alerts.rules import RuleBook
from bedside.ops.alerts.sampling import Wanted, wanted
from bedside.ops.alerts.settings import AlertSettings
from bedside.platform.checks import Check
from bedside.platform.config import Settings
from bedside.platform.metrics import REGISTRY

DEFAULT = Path(str(resources.files("bedside.ops.alerts") / "data" / "alerts.yaml"))


class Rules:
    """Reads the rule file once for a process; another file needs a new start, as every setting does."""

    def __init__(self, settings: Settings, checks: Iterable[Check], procedures: Iterable[str]) -> None:
        self._path = settings.get(AlertSettings).rules_path or DEFAULT
        self._settings, self._checks, self._procedures = settings, tuple(checks), frozenset(procedures)
        self._book: RuleBook | None = None
        self._wanted: Wanted | None = None

    @property
    def names(self) -> Names:
        """What rules may name here."""
        return Names(check_names(self._checks), metric_kinds(REGISTRY), channel_names(self._settings), self._procedures)

    @property
    def book(self) -> RuleBook:
        """The rules. Raises SettingsError that names every problem with its line."""
        if self._book is None:
            self._book = load_rules(self._path, self.names)
        return self._book

    @property
    def wanted(self) -> Wanted:
        """What the rules read of metrics. Raises SettingsError."""
        if self._wanted is None:
            self._wanted = wanted(rule.condition for rule in self.book.active)
        return self._wanted

    def read(self, path: Path) -> RuleBook:
        """Return the rules of another file, without putting them in force. Raises SettingsError."""
        return load_rules(path, self.names)
