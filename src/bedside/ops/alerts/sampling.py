"""What a process's metrics were, for rules to look back at: the terms that rules name, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prometheus_client import CollectorRegistry

from bedside.kit.ids import new_id
from bedside.ops.alerts.conditions import (
    Aggregate,
    Condition,
    MetricCondition,
    QuantileCondition,
    RateCondition,
    ShareCondition,
    Term,
)


@dataclass(frozen=True)
class Wanted:
    """What rules read of metrics."""

    gauges: frozenset[tuple[Term, Aggregate]]
    counters: frozenset[Term]
    histograms: frozenset[Term]

    def __bool__(self) -> bool:
        return bool(self.gauges or self.counters or self.histograms)


def wanted(conditions: Iterable[Condition]) -> Wanted:
    """Return what these conditions read of metrics."""
    gauges: set[tuple[Term, Aggregate]] = set()
    counters: set[Term] = set()
    histograms: set[Term] = set()
    for condition in conditions:
        match condition:
            case MetricCondition():
                gauges.add((condition.term, condition.aggregate))
            case RateCondition():
                counters.add(condition.term)
            case ShareCondition():
                counters |= {condition.term, condition.of}
            case QuantileCondition():
                histograms.add(condition.bucket)
            case _:
                pass
    return Wanted(frozenset(gauges), frozenset(counters), frozenset(histograms))


def measure(registry: CollectorRegistry, want: Wanted) -> dict[str, Any]:
    """Return the present value of what is wanted: numbers, and for histograms counts by upper bound."""
    terms = {*want.counters, *want.histograms, *(term for term, _ in want.gauges)}
    series: dict[str, list[tuple[dict[str, str], float]]] = {term.metric: [] for term in terms}
    for family in registry.restricted_registry(series).collect():
        for sample in family.samples:
            if sample.name in series:
                series[sample.name].append((sample.labels, sample.value))
    found: dict[str, Any] = {}
    for term, aggregate in want.gauges:
        values = _matching(series, term)
        if values:
            found[gauge_key(term, aggregate)] = combined(values, aggregate)
    for term in want.counters:
        found[counter_key(term)] = sum(_matching(series, term))
    for term in want.histograms:
        buckets: dict[str, float] = {}
        for labels, value in series[term.metric]:
            if term.matches(labels):
                buckets[labels["le"]] = buckets.get(labels["le"], 0.0) + value
        found[histogram_key(term)] = buckets
    return found


def gauge_key(term: Term, aggregate: Aggregate) -> str:
    return f"{aggregate} {term.key}"


def counter_key(term: Term) -> str:
    return f"total {term.key}"


def histogram_key(term: Term) -> str:
    return f"buckets {term.key}"


def combined(values: Sequence[float], aggregate: Aggregate) -> float:
    """Return one value for several series."""
    match aggregate:
        case Aggregate.MAX:
            return max(values)
        case Aggregate.MIN:
            return min(values)
        case Aggregate.SUM:
            return sum(values)
        case Aggregate.AVG:
            return sum(values) / len(values)


def _matching(series: dict[str, list[tuple[dict[str, str], float]]], term: Term) -> list[float]:
    return [value for labels, value in series[term.metric] if term.matches(labels)]


@dataclass
class Sampler:
    """Who this process is among those that sample. Kept among the runtime's parts."""

    process_id: UUID = field(default_factory=new_id)
    started_at: datetime | None = None


@dataclass(frozen=True)
class Sample:
    """The metrics of one process at one moment; its counters began at zero at ``started_at``."""

    process_id: UUID
    at: datetime
    started_at: datetime
    values: dict[str, Any]


LATE = timedelta(seconds=90)
"""How old a process's newest sample may be for its gauges to be believed: it samples each quarter of a minute."""


class Samples:
    """The samples of all processes, as conditions ask for them."""

    def __init__(self, samples: Iterable[Sample], now: datetime) -> None:
        self._now = now
        self._by_process: dict[UUID, list[Sample]] = {}
        for sample in sorted(samples, key=lambda s: s.at):
            self._by_process.setdefault(sample.process_id, []).append(sample)

    def gauge(self, term: Term, aggregate: Aggregate) -> float | None:
        """Return a gauge over the processes that are there; None without one."""
        key = gauge_key(term, aggregate)
        newest = [taken[-1] for taken in self._by_process.values() if self._now - taken[-1].at <= LATE]
        values = [float(sample.values[key]) for sample in newest if key in sample.values]
        return combined(values, aggregate) if values else None

    def increase(self, term: Term, over: timedelta) -> float | None:
        """Return how much a counter grew in the last ``over``; None where nobody counted in it."""
        key = counter_key(term)
        grown = [
            _grown(first.values.get(key) if first else 0.0, last.values.get(key)) for first, last in self._windows(over)
        ]
        return sum(grown) if grown else None

    def buckets(self, term: Term, over: timedelta) -> list[tuple[float, float]] | None:
        """Return how much each bucket grew in the last ``over``; None where nobody counted in it."""
        key, seen = histogram_key(term), False
        grown: dict[float, float] = {}
        for first, last in self._windows(over):
            before = first.values.get(key) if first else {}
            if before is None:
                continue
            seen = True
            for bound, count in (last.values.get(key) or {}).items():
                grown[float(bound)] = grown.get(float(bound), 0.0) + _grown(before.get(bound, 0.0), count)
        return sorted(grown.items()) if seen else None

    def _windows(self, over: timedelta) -> Iterable[tuple[Sample | None, Sample]]:
        """Yield each process's sample that the window begins with (None: the process began in it) and its last."""
        begin = self._now - over
        for taken in self._by_process.values():
            inside = [sample for sample in taken if sample.at > begin]
            if not inside:
                continue
            before = [sample for sample in taken if sample.at <= begin]
            if before:
                yield before[-1], inside[-1]
            elif inside[0].started_at > begin:
                yield None, inside[-1]
            elif len(inside) > 1:
                yield inside[0], inside[-1]


def _grown(first: Any, last: Any) -> float:
    if last is None:
        return 0.0
    # A term that no rule named when the window began: what was counted before is not known to be in it.
    return max(0.0, float(last) - float(last if first is None else first))
