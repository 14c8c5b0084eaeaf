"""Rules as Prometheus's own rule files have them, so that an outer Prometheus watches the same things."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import yaml

from bedside.ops.alerts.conditions import span
from bedside.ops.alerts.rules import Rule, RuleBook

EVALUATION_INTERVAL = "1m"


def prometheus_rules(book: RuleBook) -> str:
    """Return the active rules as a rule file (YAML), in groups by part.

    An own limit for the end becomes a second branch of the expression; ``resolve_for`` becomes ``keep_firing_for``
    (Prometheus 2.42 and newer). Channels and the escalation are labels, for Alertmanager's routes. Quiet hours and
    silences are Alertmanager's own matter.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for rule in book.active:
        groups.setdefault(f"bedside_{rule.part}", []).append(_rule(rule))
    document = {
        "groups": [{"name": name, "interval": EVALUATION_INTERVAL, "rules": rules} for name, rules in groups.items()]
    }
    left = [f"# {rule.alert_name} is left out: {rule.unavailable}\n" for rule in book.rules if rule.unavailable]
    head = f"# Written by `bedside alerts rules --format prometheus` from {book.source}.\n"
    return head + "".join(left) + yaml.safe_dump(document, sort_keys=False, width=120, allow_unicode=True)


def _rule(rule: Rule) -> dict[str, Any]:
    labels = {"severity": rule.severity.value, "part": rule.part}
    if rule.channels:
        labels["channels"] = ",".join(rule.channels)
    if rule.escalation:
        labels["escalation"] = rule.escalation.name
    found: dict[str, Any] = {"alert": rule.alert_name, "expr": rule.condition.promql(rule.alert_name)}
    if rule.hold > timedelta(0):
        found["for"] = span(rule.hold)
    if rule.resolve_hold > timedelta(0):
        found["keep_firing_for"] = span(rule.resolve_hold)
    # A text of a rule is no template: Prometheus would read {{ … }} in it as one.
    annotations = {"summary": rule.title, "description": rule.condition.words, "remedy": rule.remedy}
    if rule.procedure:
        annotations["procedure"] = rule.procedure
    if rule.source:
        annotations["source"] = rule.source
    return {**found, "labels": labels, "annotations": {k: v.replace("{{", "{ {") for k, v in annotations.items()}}
