"""What a rule may name: checks, metrics, channels, procedures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from bedside.platform.checks import Check


@dataclass(frozen=True)
class Names:
    """``metrics`` gives each family's kind: counter, gauge, histogram."""

    checks: frozenset[str]
    metrics: Mapping[str, str]
    channels: frozenset[str]
    procedures: frozenset[str] = frozenset()


def check_names(checks: Iterable[Check]) -> frozenset[str]:
    return frozenset(check.name or check.part for check in checks)


def metric_kinds(registry: CollectorRegistry) -> dict[str, str]:
    """Return the name of each metric as /metrics shows it, with its kind."""
    found = {}
    for family in registry.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = family.type
    return found
