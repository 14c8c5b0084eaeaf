"""Rules, escalations and the book that holds them, as the rule file says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bedside.notify.schemas import Severity
from bedside.ops.alerts.conditions import Condition

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Level:
    """One level of an escalation: who is told, and how long they have.

    Without an answer for ``respond_within`` the next level is told; acknowledged but not over after
    ``resolve_within``, too.
    """

    title: str
    respond_within: timedelta
    resolve_within: timedelta | None
    channels: tuple[str, ...]
    rota: str | None


@dataclass(frozen=True)
class Escalation:
    name: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class QuietHours:
    """A time of the week in which a rule is silent. One that ends before it begins goes on past midnight."""

    days: frozenset[int]
    begins: time
    ends: time
    zone: str
    reason: str

    def covers(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.zone))
        today, moment = local.weekday(), local.time()
        if self.begins < self.ends:
            return today in self.days and self.begins <= moment < self.ends
        return (today in self.days and moment >= self.begins) or ((today - 1) % 7 in self.days and moment < self.ends)


@dataclass(frozen=True)
class Rule:
    """A condition, how long it has to hold, and who is to know. ``unavailable``: why it can't be looked at yet."""

    name: str
    title: str
    part: str
    condition: Condition
    hold: timedelta
    resolve_hold: timedelta
    severity: Severity
    channels: tuple[str, ...]
    escalation: Escalation | None
    quiet: tuple[QuietHours, ...]
    remedy: str
    procedure: str | None
    source: str | None
    line: int
    unavailable: str | None = None

    def quiet_reason(self, now: datetime) -> str | None:
        """Return why the rule is silent by its own hours, or None."""
        return next((hours.reason for hours in self.quiet if hours.covers(now)), None)

    @property
    def alert_name(self) -> str:
        """The rule's name as Prometheus's users write one: ``HighErrorRate``."""
        return "".join(word.capitalize() for word in self.name.split("_"))


@dataclass(frozen=True)
class RuleBook:
    """Every rule of a file. ``active`` are those whose check or metric is there."""

    source: str
    rules: tuple[Rule, ...]
    escalations: Mapping[str, Escalation]

    @property
    def active(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.unavailable is None)

    def rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.name == name), None)
