"""Reads a rule file strictly: an unknown key, a contradiction or an unknown name is told with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bedside.kit.durations import parse_duration
from bedside.notify.schemas import Severity
from bedside.ops.alerts.conditions import check_of
from bedside.ops.alerts.document import LARGEST, Problems, Value, read_document
from bedside.ops.alerts.names import Names
from bedside.ops.alerts.reading_conditions import read_condition
from bedside.ops.alerts.rules import DAYS, Escalation, Level, QuietHours, Rule, RuleBook
from bedside.platform.errors import SettingsError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TOP = frozenset({"defaults", "escalations", "rules"})
_DEFAULTS = frozenset({"for", "resolve_for", "channels", "escalation"})
_LEVEL = frozenset({"title", "respond_within", "resolve_within", "channels", "rota"})
_QUIET = frozenset({"days", "from", "to", "time_zone", "reason"})
_RULE = _DEFAULTS | {
    "name",
    "title",
    "part",
    "when",
    "severity",
    "silence",
    "remedy",
    "procedure",
    "source",
    "waits_for",
}
_MOST_RULES = 1000


@dataclass(frozen=True)
class _Defaults:
    hold: timedelta = timedelta(0)
    resolve_hold: timedelta = timedelta(0)
    channels: tuple[str, ...] = ()
    escalation: str | None = None


def load_rules(path: Path, names: Names) -> RuleBook:
    """Return the rules of a file. Raises SettingsError that names every problem, each with its line."""
    try:
        if path.stat().st_size > LARGEST:
            raise SettingsError(f"{path}: a rule file is at most 1 MiB.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The rule file {path} can't be read ({type(error).__name__}); see ALERT_RULES.") from None
    return parse_rules(text, path.name, names)


def parse_rules(text: str, source: str, names: Names) -> RuleBook:
    """Return the rules in ``text``. Raises SettingsError that names every problem, each with its line."""
    problems = Problems(source)
    book = _Reader(problems, names).book(text)
    if problems.found:
        raise SettingsError("The alert rules can't be used:\n" + "\n".join(f"- {p}" for p in problems.found))
    return book


class _Reader:
    def __init__(self, problems: Problems, names: Names) -> None:
        self._problems, self._names = problems, names

    def book(self, text: str) -> RuleBook:
        root = read_document(text, self._problems)
        top = root.mapping("the file", _TOP) if root else {}
        if root and "rules" not in top:
            root.wrong("the file must have `rules`.")
        escalations = self._escalations(top.get("escalations"))
        defaults = self._defaults(top.get("defaults"), escalations)
        rules: dict[str, Rule] = {}
        listed = top["rules"].items("`rules`") if "rules" in top else []
        if len(listed) > _MOST_RULES:
            listed[_MOST_RULES].wrong(f"there are more than {_MOST_RULES} rules.")
        for value in listed[:_MOST_RULES]:
            rule = self._rule(value, defaults, escalations)
            if rule is None:
                continue
            if rule.name in rules:
                value.wrong(f"the rule {rule.name} stands already in line {rules[rule.name].line}.")
            rules[rule.name] = rule
        return RuleBook(self._problems.source, tuple(rules.values()), escalations)

    def _defaults(self, value: Value | None, escalations: Mapping[str, Escalation]) -> _Defaults:
        found = value.mapping("`defaults`", _DEFAULTS) if value else {}
        return _Defaults(
            hold=_length(found.get("for"), "`for`", timedelta(0)),
            resolve_hold=_length(found.get("resolve_for"), "`resolve_for`", timedelta(0)),
            channels=self._channels(found.get("channels")),
            escalation=_one_of(found.get("escalation"), "`escalation`", escalations),
        )

    def _escalations(self, value: Value | None) -> dict[str, Escalation]:
        made = {}
        for name, listed in (value.mapping("`escalations`") if value else {}).items():
            if not _NAME.fullmatch(name):
                listed.wrong("an escalation's name is of small letters, digits and _.")
            levels = tuple(self._level(level) for level in listed.items(f"the escalation {name}"))
            if not levels:
                listed.wrong(f"the escalation {name} must have a level.")
            made[name] = Escalation(name, levels)
        return made

    def _level(self, value: Value) -> Level:
        found = value.mapping("a level", _LEVEL)
        for key in ("title", "respond_within"):
            if key not in found:
                value.wrong(f"a level must have `{key}`.")
        respond = _length(found.get("respond_within"), "`respond_within`", timedelta(hours=1))
        resolve = _length(found["resolve_within"], "`resolve_within`", respond) if "resolve_within" in found else None
        if resolve is not None and resolve < respond:
            found["resolve_within"].wrong("`resolve_within` is shorter than `respond_within`.")
        return Level(
            title=found["title"].text("`title`", 100) if "title" in found else "",
            respond_within=respond,
            resolve_within=resolve,
            channels=self._channels(found.get("channels")),
            rota=found["rota"].made("`rota`", _name, None) if "rota" in found else None,
        )

    def _channels(self, value: Value | None) -> tuple[str, ...]:
        chosen = value.texts("`channels`") if value else []
        for name in chosen:
            if value and name and name not in self._names.channels:
                known = ", ".join(sorted(self._names.channels))
                value.wrong(f"there is no channel {name[:40]}; there are {known}. NOTIFY_CHANNELS makes more.")
        return tuple(dict.fromkeys(chosen))

    def _rule(self, value: Value, defaults: _Defaults, escalations: Mapping[str, Escalation]) -> Rule | None:
        found = value.mapping("a rule", _RULE)
        missing = [key for key in ("name", "title", "when", "severity", "remedy") if key not in found]
        if missing:
            value.wrong(f"a rule must have {', '.join(f'`{key}`' for key in missing)}.")
            return None
        name = found["name"].made("`name`", _name, None)
        waits = found["waits_for"].text("`waits_for`", 200) if "waits_for" in found else None
        condition, unavailable = read_condition(found["when"], self._names, waits)
        chosen = _one_of(found.get("escalation"), "`escalation`", escalations) or defaults.escalation
        channels = self._channels(found["channels"]) if "channels" in found else defaults.channels
        escalation = escalations.get(chosen) if chosen else None
        if not channels and not (escalation and any(level.channels or level.rota for level in escalation.levels)):
            value.wrong("nobody would be told: give `channels`, or an escalation with some.")
        severity = found["severity"].made("`severity`", _severity, Severity.WARNING)
        if name is None or condition is None:
            return None
        part = (check_of(condition) or "api").partition(".")[0]
        return Rule(
            name=name,
            title=found["title"].text("`title`", 120),
            part=(found["part"].made("`part`", _name, None) or part) if "part" in found else part,
            condition=condition,
            hold=_length(found.get("for"), "`for`", defaults.hold),
            resolve_hold=_length(found.get("resolve_for"), "`resolve_for`", defaults.resolve_hold),
            severity=severity,
            channels=channels,
            escalation=escalation,
            quiet=tuple(_quiet(item) for item in found["silence"].items("`silence`")) if "silence" in found else (),
            remedy=found["remedy"].text("`remedy`", 500),
            procedure=self._procedure(found.get("procedure")),
            source=found["source"].text("`source`", 200) if "source" in found else None,
            line=value.line,
            unavailable=unavailable,
        )

    def _procedure(self, value: Value | None) -> str | None:
        if value is None:
            return None
        name = value.text("`procedure`", 100)
        if name and name not in self._names.procedures:
            value.wrong(f"there is no procedure {name}; `bedside procedures list` shows them.")
        return name


def _quiet(value: Value) -> QuietHours:
    found = value.mapping("a silence", _QUIET)
    for key in sorted(_QUIET - found.keys()):
        value.wrong(f"a silence must have `{key}`.")
    days = frozenset(DAYS.index(day) for day in _days(found.get("days")))
    begins = _clock(found.get("from"), "`from`")
    ends = _clock(found.get("to"), "`to`")
    if begins == ends and {"from", "to"} <= found.keys():
        value.wrong("`from` and `to` are the same time; leave the rule out if it is to be silent always.")
    zone = found["time_zone"].made("`time_zone`", _zone, "UTC") if "time_zone" in found else "UTC"
    reason = found["reason"].text("`reason`", 200) if "reason" in found else ""
    return QuietHours(days, begins, ends, zone, reason)


def _days(value: Value | None) -> list[str]:
    chosen = value.texts("`days`") if value else []
    for day in chosen:
        if value and day not in DAYS:
            value.wrong(f"`days` are {', '.join(DAYS)}.")
    return [day for day in chosen if day in DAYS]


def _clock(value: Value | None, what: str) -> time:
    return value.made(what, _time, time(0)) if value else time(0)


def _time(text: str) -> time:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text)
    if not found:
        raise ValueError('a time is written in quotes as "22:00".')
    return time(int(found[1]), int(found[2]))


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError):
        raise ValueError("this is no time zone; write one as Europe/Berlin.") from None
    return text


def _length(value: Value | None, what: str, otherwise: timedelta) -> timedelta:
    return value.made(what, parse_duration, otherwise) if value else otherwise


def _one_of(value: Value | None, what: str, known: Mapping[str, object]) -> str | None:
    if value is None:
        return None
    name = value.text(what, 100)
    if name and name not in known:
        value.wrong(f"there is no escalation {name[:40]}; there are {', '.join(sorted(known)) or 'none'}.")
    return name or None


def _name(text: str) -> str | None:
    if not _NAME.fullmatch(text):
        raise ValueError("a name is of small letters, digits and _, and begins with a letter.")
    return text


def _severity(text: str) -> Severity:
    if text not in list(Severity):
        raise ValueError(f"it is one of {', '.join(Severity)}.")
    return Severity(text)
