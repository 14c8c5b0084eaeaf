"""A line of a log, what is asked for, and what was counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LEVELS = ("debug", "info", "warning", "error", "critical")


@dataclass(frozen=True)
class LogLine:
    """One line. ``fields`` is all of it, as it was written; values are untrusted."""

    at: datetime
    level: str
    part: str
    event: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class LogQuery:
    """Which lines are wanted; None and empty mean any. ``parts`` are beginnings of loggers' names without bedside."""

    level: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    grep: re.Pattern[str] | None = None
    parts: tuple[str, ...] = ()
    request_id: str | None = None

    def wants(self, line: LogLine, text: str) -> bool:
        """Tell whether ``line`` is wanted; ``text`` is the line as it was written."""
        if self.level is not None and _rank(line.level) < _rank(self.level):
            return False
        if (self.since is not None and line.at < self.since) or (self.until is not None and line.at > self.until):
            return False
        if self.request_id is not None and line.fields.get("request_id") != self.request_id:
            return False
        if self.parts and not any(line.part == part or line.part.startswith(f"{part}.") for part in self.parts):
            return False
        return self.grep is None or self.grep.search(text) is not None


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


@dataclass
class Counted:
    """What was gone through. ``malformed`` are no JSON objects with a time; ``cut`` were too long to be read whole."""

    lines: int = 0
    shown: int = 0
    malformed: int = 0
    cut: int = 0
    unreadable_files: list[str] = field(default_factory=list)
