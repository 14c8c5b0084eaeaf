"""What a rule looks at and when that is wrong: a check's status or value, a metric, a rate, a share, a quantile.

Every condition says its present value from ``Readings``, in a number, and the same in PromQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from bedside.platform.checks import Health

RANK = {Health.HEALTHY: 0.0, Health.DEGRADED: 1.0, Health.DOWN: 2.0}
STATUS_METRIC = "bedside_check_status"
VALUE_METRIC = "bedside_check_value"


class Aggregate(StrEnum):
    """How one value is made of several series and processes."""

    MAX = "max"
    MIN = "min"
    SUM = "sum"
    AVG = "avg"


@dataclass(frozen=True)
class Term:
    """Series of one metric: those whose labels match, each value a whole match of a regular expression."""

    metric: str
    labels: tuple[tuple[str, str], ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        return all(re.fullmatch(pattern, labels.get(name, "")) for name, pattern in self.labels)

    @property
    def promql(self) -> str:
        if not self.labels:
            return self.metric
        return self.metric + "{" + ",".join(f"{n}=~{quoted(p)}" for n, p in self.labels) + "}"

    @property
    def key(self) -> str:
        return self.promql


@dataclass(frozen=True)
class CheckReading:
    """The newest result of a check."""

    status: Health
    value: float | None


class Readings(Protocol):
    """What was measured. None: nothing was."""

    def check(self, name: str) -> CheckReading | None: ...

    def gauge(self, term: Term, aggregate: Aggregate) -> float | None: ...

    def increase(self, term: Term, over: timedelta) -> float | None: ...

    def buckets(self, term: Term, over: timedelta) -> Sequence[tuple[float, float]] | None:
        """How much each bucket of a histogram grew, as (upper bound, cumulative count)."""
        ...


@dataclass(frozen=True)
class Bound:
    """Where wrong begins, ``above`` or ``below``, and where it ends again (by default at the same place)."""

    limit: float
    is_above: bool
    resolve: float | None = None

    def breached(self, value: float) -> bool:
        return value > self.limit if self.is_above else value < self.limit

    def recovered(self, value: float) -> bool:
        """Tell whether a value is well again: between the two limits it is neither wrong anew nor well."""
        end = self.limit if self.resolve is None else self.resolve
        return value <= end if self.is_above else value >= end

    @property
    def words(self) -> str:
        return f"{'above' if self.is_above else 'below'} {self.limit:g}"

    def promql(self, value: str, alert: str) -> str:
        """Return ``value``, compared; an alert that fires goes on until its own, easier limit."""
        sign = ">" if self.is_above else "<"
        begin = f"{value} {sign} {self.limit:g}"
        if self.resolve is None:
            return begin
        firing = f'ALERTS{{alertname={quoted(alert)},alertstate="firing"}}'
        return f"{begin} or ({value} {sign} {self.resolve:g} and on() {firing})"


@dataclass(frozen=True)
class StatusCondition:
    """A check is ``at_least`` this bad."""

    check: str
    at_least: Health

    def value(self, readings: Readings) -> float | None:
        found = readings.check(self.check)
        return None if found is None else RANK[found.status]

    @property
    def bound(self) -> Bound:
        return Bound(RANK[self.at_least] - 0.5, is_above=True)

    @property
    def words(self) -> str:
        return f"check {self.check} is {'down' if self.at_least is Health.DOWN else 'degraded or down'}"

    def told(self, value: float | None) -> str:
        names = {rank: health.value for health, rank in RANK.items()}
        return f"check {self.check} is {names.get(value if value is not None else -1, 'unknown')}"

    def promql(self, alert: str) -> str:
        del alert
        return f"max({STATUS_METRIC}{{check={quoted(self.check)}}}) >= {RANK[self.at_least]:g}"


@dataclass(frozen=True)
class ValueCondition:
    """A check's value is beyond a bound."""

    check: str
    bound: Bound

    def value(self, readings: Readings) -> float | None:
        found = readings.check(self.check)
        return None if found is None else found.value

    @property
    def words(self) -> str:
        return f"the value of check {self.check} is {self.bound.words}"

    def told(self, value: float | None) -> str:
        return _told(f"the value of check {self.check}", value, self.bound)

    def promql(self, alert: str) -> str:
        aggregate = "max" if self.bound.is_above else "min"
        return self.bound.promql(f"{aggregate}({VALUE_METRIC}{{check={quoted(self.check)}}})", alert)


@dataclass(frozen=True)
class MetricCondition:
    """A metric as it is now."""

    term: Term
    aggregate: Aggregate
    bound: Bound

    def value(self, readings: Readings) -> float | None:
        return readings.gauge(self.term, self.aggregate)

    @property
    def words(self) -> str:
        return f"{self.aggregate} of {self.term.promql} is {self.bound.words}"

    def told(self, value: float | None) -> str:
        return _told(self.term.metric, value, self.bound)

    def promql(self, alert: str) -> str:
        return self.bound.promql(f"{self.aggregate}({self.term.promql})", alert)


@dataclass(frozen=True)
class RateCondition:
    """How quickly a counter grows, per second over a time."""

    term: Term
    over: timedelta
    bound: Bound

    def value(self, readings: Readings) -> float | None:
        grown = readings.increase(self.term, self.over)
        return None if grown is None else grown / self.over.total_seconds()

    @property
    def words(self) -> str:
        return f"{self.term.promql} per second over {span(self.over)} is {self.bound.words}"

    def told(self, value: float | None) -> str:
        return _told(f"{self.term.metric} per second", value, self.bound)

    def promql(self, alert: str) -> str:
        return self.bound.promql(f"sum(rate({self.term.promql}[{span(self.over)}]))", alert)


@dataclass(frozen=True)
class ShareCondition:
    """What share of one counter's growth another is, in percent; nothing while less than ``least`` came in."""

    term: Term
    of: Term
    over: timedelta
    least: float
    bound: Bound

    def value(self, readings: Readings) -> float | None:
        whole = readings.increase(self.of, self.over)
        if whole is None or whole <= 0 or whole < self.least:
            return None
        return 100 * (readings.increase(self.term, self.over) or 0.0) / whole

    @property
    def words(self) -> str:
        return f"{self.term.promql} in percent of {self.of.promql} over {span(self.over)} is {self.bound.words}"

    def told(self, value: float | None) -> str:
        return _told(f"{self.term.metric} in percent", value, self.bound)

    def promql(self, alert: str) -> str:
        window = f"[{span(self.over)}]"
        whole = f"sum(rate({self.of.promql}{window}))"
        # No series of errors before the first error is none of them, not nothing to say.
        part = f"(sum(rate({self.term.promql}{window})) or vector(0))"
        compared = self.bound.promql(f"(100 * {part} / {whole})", alert)
        if self.least <= 0:
            return compared
        return f"({compared}) and sum(increase({self.of.promql}{window})) >= {self.least:g}"


@dataclass(frozen=True)
class QuantileCondition:
    """A quantile of a histogram over a time."""

    term: Term
    quantile: float
    over: timedelta
    bound: Bound

    def value(self, readings: Readings) -> float | None:
        found = readings.buckets(self.term, self.over)
        return None if found is None else histogram_quantile(self.quantile, found)

    @property
    def words(self) -> str:
        return f"quantile {self.quantile:g} of {self.term.promql} over {span(self.over)} is {self.bound.words}"

    def told(self, value: float | None) -> str:
        return _told(f"quantile {self.quantile:g} of {self.term.metric}", value, self.bound)

    @property
    def bucket(self) -> Term:
        return Term(f"{self.term.metric}_bucket", self.term.labels)

    def promql(self, alert: str) -> str:
        rates = f"sum by (le) (rate({self.bucket.promql}[{span(self.over)}]))"
        return self.bound.promql(f"histogram_quantile({self.quantile:g}, {rates})", alert)


Condition = StatusCondition | ValueCondition | MetricCondition | RateCondition | ShareCondition | QuantileCondition


def terms_of(condition: Condition) -> tuple[Term, ...]:
    """Return the metrics that a condition reads."""
    match condition:
        case ShareCondition():
            return condition.term, condition.of
        case MetricCondition() | RateCondition() | QuantileCondition():
            return (condition.term,)
        case _:
            return ()


def check_of(condition: Condition) -> str | None:
    """Return the check that a condition reads."""
    return condition.check if isinstance(condition, StatusCondition | ValueCondition) else None


def window_of(condition: Condition) -> timedelta:
    """Return how far back a condition looks."""
    return getattr(condition, "over", timedelta(0))


def histogram_quantile(share: float, buckets: Sequence[tuple[float, float]]) -> float | None:
    """Return a quantile from cumulative buckets, as Prometheus's function of that name does; None without a count."""
    ordered = sorted(buckets)
    if not ordered or ordered[-1][1] <= 0:
        return None
    rank = share * ordered[-1][1]
    low, below = 0.0, 0.0
    for upper, count in ordered:
        if count >= rank:
            if upper == float("inf"):
                return low
            inside = count - below
            return low + (upper - low) * ((rank - below) / inside if inside else 1.0)
        low, below = upper, count
    return low


def span(length: timedelta) -> str:
    """Return a length of time as Prometheus writes it: ``5m``, ``90s``."""
    seconds = round(length.total_seconds())
    for size, unit in ((3600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def quoted(text: str) -> str:
    """Return ``text`` as a string of PromQL."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _told(what: str, value: float | None, bound: Bound) -> str:
    return f"{what} is {'unknown' if value is None else format(value, '.4g')}; the limit is {bound.words}"
