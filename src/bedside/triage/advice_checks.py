"""Advice that could contradict other advice, or name a number that only the settings know, is refused at load."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bedside.triage.protocol import AdviceLine, Defaults, Protocol, Topic
from bedside.triage.schemas import Level

_PLACEHOLDER = "emergency_number"
_BRACES = re.compile(r"\{([^{}]*)\}")
_OWN_NUMBER = re.compile(r"\b(?:999|911|112|000|108)\b|(?<!\{)\bemergency number\b", re.IGNORECASE)
_CHECKED = (Level.EMERGENCY, Level.URGENT)
"""Levels at which contradicting advice could harm before a nurse has read it."""


def advice_problems(protocol: Protocol, topics: dict[str, Topic], known: set[str], ids: set[str]) -> Iterator[str]:
    """Every advice line of `protocol` that can't be weighed against others, and every number written out."""
    for level, lines in protocol.advice.items():
        for number, line in enumerate(lines):
            where = f"advice.{level}.{number}"
            yield from line_problems(line, where, topics, level)
            for name in sorted(line.findings() - known):
                yield f"{where}: names the unknown finding {name!r}; define it under `findings`"
            for name in sorted(set(line.unless_protocols) - ids):
                yield f"{where}.unless_protocols: there is no protocol {name!r}; mend its name"
    for number, text in enumerate(protocol.safety_net):
        yield from _numbers(text, f"safety_net.{number}")
    for rule in protocol.rules:
        yield from _numbers(rule.reason, f"rules.{rule.id}.reason")


def default_problems(defaults: Defaults, known: set[str]) -> Iterator[str]:
    """The same for what is said to everybody at a level."""
    for level, lines in defaults.advice.items():
        for number, line in enumerate(lines):
            where = f"advice.{level}.{number}"
            yield from line_problems(line, where, defaults.topics, level)
            for name in sorted(line.findings() - known):
                yield f"{where}: names the unknown finding {name!r}"
    for number, text in enumerate(defaults.safety_net):
        yield from _numbers(text, f"safety_net.{number}")


def line_problems(line: AdviceLine, where: str, topics: dict[str, Topic], level: Level) -> Iterator[str]:
    """What keeps one line from being weighed against every other line on its topic."""
    yield from _numbers(line.text, where)
    if (line.topic is None) != (line.stance is None):
        yield f"{where}: give `topic` and `stance` together, or neither"
    elif line.topic is not None and line.topic not in topics:
        yield f"{where}: unknown topic {line.topic!r}; use one of {', '.join(sorted(topics))}, or add it there"
    elif line.topic is not None and line.stance not in topics[line.topic].order:
        order = ", ".join(topics[line.topic].order)
        yield f"{where}: stance {line.stance!r} has no place in the order of {line.topic} ({order}); give it one"
    if level not in _CHECKED:
        return
    for name, topic in topics.items():
        if name != line.topic and any(_says(line.text, word) for word in topic.words):
            yield (
                f"{where}: speaks of {name} and does not name it as its topic, so it could contradict another line; "
                "add `topic` and `stance`, and give each topic a line of its own"
            )


def _says(text: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) is not None


def _numbers(text: str, where: str) -> Iterator[str]:
    if _OWN_NUMBER.search(text):
        yield f"{where}: names an emergency number; write {{{_PLACEHOLDER}}}, which the settings fill"
    for name in _BRACES.findall(text):
        if name != _PLACEHOLDER:
            yield f"{where}: unknown placeholder {name!r}; only {{{_PLACEHOLDER}}} is filled"
