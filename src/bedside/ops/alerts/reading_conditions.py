"""Reads a rule's ``when``."""

from __future__ import annotations

import re
from datetime import timedelta

from bedside.kit.durations import parse_duration
from bedside.ops.alerts.conditions import (
    Aggregate,
    Bound,
    Condition,
    MetricCondition,
    QuantileCondition,
    RateCondition,
    ShareCondition,
    StatusCondition,
    Term,
    ValueCondition,
)
from bedside.ops.alerts.document import Value
from bedside.ops.alerts.names import Names
from bedside.platform.checks import Health

LONGEST_WINDOW = timedelta(hours=1)
_WINDOW = timedelta(minutes=5)
_BOUND = frozenset({"above", "below", "resolve"})
_TERM = frozenset({"metric", "labels"})
_KINDS = {
    "status": frozenset({"check", "status"}),
    "value": _BOUND | {"check"},
    "metric": _BOUND | _TERM | {"aggregate"},
    "rate": _BOUND | {"rate", "labels", "over"},
    "share": _BOUND | {"share", "of", "over", "least"},
    "quantile": _BOUND | _TERM | {"quantile", "over"},
}
_WORDS = "`check` with `status` or a limit, `metric`, `rate`, `share` with `of`, or `quantile` with `metric`"
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}")


def read_condition(value: Value, names: Names, waits_for: str | None) -> tuple[Condition | None, str | None]:
    """Return the condition, and why it can't be looked at yet: a name that is unknown needs ``waits_for``."""
    keys = value.mapping("`when`")
    kind = _kind(frozenset(keys))
    if kind is None:
        value.wrong(f"`when` must have {_WORDS}.")
        return None, None
    found = value.mapping("`when`", _KINDS[kind])
    reader = _Reader(value, names, waits_for)
    condition = reader.read(kind, found)
    return condition, waits_for if reader.unknown else None


def _kind(keys: frozenset[str]) -> str | None:
    if "check" in keys:
        return "status" if "status" in keys else "value"
    return next((kind for kind in ("quantile", "share", "rate", "metric") if kind in keys), None)


class _Reader:
    def __init__(self, when: Value, names: Names, waits_for: str | None) -> None:
        self._when, self._names, self._waits_for = when, names, waits_for
        self.unknown = False

    def read(self, kind: str, found: dict[str, Value] | object) -> Condition | None:
        assert isinstance(found, dict)  # noqa: S101 - what Value.mapping gives
        if kind == "status":
            return StatusCondition(self._check(found["check"]), self._status(found["status"]))
        bound = self._bound(found)
        if bound is None:
            return None
        match kind:
            case "value":
                return ValueCondition(self._check(found["check"]), bound)
            case "metric":
                aggregate = (
                    found["aggregate"].made("`aggregate`", _aggregate, Aggregate.MAX)
                    if "aggregate" in found
                    else Aggregate.MAX
                )
                return MetricCondition(self._term(found, ("gauge", "counter", "unknown", "info")), aggregate, bound)
            case "rate":
                term = self._term({**found, "metric": found["rate"]}, ("counter",))
                return RateCondition(term, self._over(found), bound)
            case "share":
                return self._share(found, bound)
            case _:
                return self._quantile(found, bound)

    def _share(self, found: dict[str, Value], bound: Bound) -> ShareCondition | None:
        if "of" not in found:
            self._when.wrong("`share` needs `of`: the counter that it is a share of.")
            return None
        terms = [self._term(found[key].mapping(f"`{key}`", _TERM), ("counter",)) for key in ("share", "of")]
        least = found["least"].number("`least`") if "least" in found else 0.0
        return ShareCondition(terms[0], terms[1], self._over(found), least, bound)

    def _quantile(self, found: dict[str, Value], bound: Bound) -> QuantileCondition:
        share = found["quantile"].number("`quantile`")
        if not 0 < share < 1:
            found["quantile"].wrong("`quantile` is between 0 and 1: 0.95.")
        return QuantileCondition(self._term(found, ("histogram",)), share, self._over(found), bound)

    def _check(self, value: Value) -> str:
        name = value.text("`check`", 100)
        if name and name not in self._names.checks:
            self._missing(value, f"there is no check {name}; `bedside health --json` names them")
        return name

    def _term(self, found: object, kinds: tuple[str, ...]) -> Term:
        assert isinstance(found, dict)  # noqa: S101 - what Value.mapping gives
        if "metric" not in found:
            self._when.wrong("`metric` is missing.")
            return Term("")
        value: Value = found["metric"]
        name = value.text("`metric`", 200)
        kind = self._names.metrics.get(name)
        if name and kind is None:
            self._missing(value, f"there is no metric {name}; /metrics shows them")
        elif name and kind not in kinds:
            value.wrong(f"{name} is a {kind}; here a {' or '.join(kinds[:2])} is needed.")
        return Term(name, self._labels(found.get("labels")))

    def _missing(self, value: Value, text: str) -> None:
        self.unknown = True
        if self._waits_for is None:
            value.wrong(f"{text}. A rule for what is still to come says so with `waits_for`.")

    def _labels(self, value: Value | None) -> tuple[tuple[str, str], ...]:
        labels = []
        for name, pattern in (value.mapping("`labels`") if value else {}).items():
            if not _LABEL.fullmatch(name):
                pattern.wrong("a label's name is of letters, digits and _.")
            labels.append((name, pattern.made("a label's value", _pattern, "")))
        return tuple(sorted(labels))

    def _bound(self, found: dict[str, Value]) -> Bound | None:
        limits = [key for key in ("above", "below") if key in found]
        if len(limits) != 1:
            self._when.wrong(
                "`when` must have either `above` or `below`." if limits else "`when` needs `above` or `below`."
            )
            return None
        is_above, limit = limits == ["above"], found[limits[0]].number(f"`{limits[0]}`")
        resolve = found["resolve"].number("`resolve`") if "resolve" in found else None
        if resolve is not None and (resolve > limit if is_above else resolve < limit):
            found["resolve"].wrong(
                f"`resolve` contradicts `{limits[0]}`: the alert would end where it begins; "
                f"it must be {'at most' if is_above else 'at least'} {limit:g}."
            )
        return Bound(limit, is_above, resolve)

    def _over(self, found: dict[str, Value]) -> timedelta:
        if "over" not in found:
            return _WINDOW
        length = found["over"].made("`over`", parse_duration, _WINDOW)
        if not timedelta(minutes=1) <= length <= LONGEST_WINDOW:
            found["over"].wrong("`over` is between 1m and 1h.")
        return length

    def _status(self, value: Value) -> Health:
        return value.made("`status`", _status, Health.DOWN)


def _status(text: str) -> Health:
    if text not in (Health.DEGRADED, Health.DOWN):
        raise ValueError("it is degraded or down.")
    return Health(text)


def _aggregate(text: str) -> Aggregate:
    if text not in list(Aggregate):
        raise ValueError(f"it is one of {', '.join(Aggregate)}.")
    return Aggregate(text)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        raise ValueError("it is no regular expression.") from None
    return text
