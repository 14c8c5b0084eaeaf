"""Who is told of which change, and in which words. Several alerts of one part are one message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bedside.notify.schemas import Notification, Severity
from bedside.ops.alerts.course import Course, Move
from bedside.ops.alerts.rules import Level, Rule
from bedside.ops.alerts.states import Event, State

_TOLD = frozenset({Event.HOLD, Event.UNSILENCE, Event.EXPIRE, Event.ESCALATE})
_LONGEST_BODY = 4000
_ORDER = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)


@dataclass(frozen=True)
class OnCall:
    """Who is on call, and the channel that reaches them."""

    who: str
    channel: str


@dataclass(frozen=True)
class News:
    """A change that people are told of: the alert's last move of this evaluation."""

    rule: Rule
    course: Course
    move: Move
    channels: tuple[str, ...]
    on_call: str | None
    evidence: str | None

    @property
    def is_over(self) -> bool:
        return self.move.event is Event.CLEAR


def last_told(course: Course) -> Move | None:
    """Return the move that people are to be told of, if there is one."""
    told = [move for move in course.moves if move.event in _TOLD or move.state is State.RESOLVED]
    return told[-1] if told else None


def receivers(
    rule: Rule, move: Move, told: Sequence[str], rotas: Mapping[str, OnCall], known: frozenset[str], otherwise: str
) -> tuple[tuple[str, ...], str | None]:
    """Return the channels for a move, and who is on call for its level.

    A level's own channels and whoever is on call; at the first level the rule's channels too. What is over is told to
    those who were told that it began. A channel that is gone is ``otherwise``: nothing is said to nobody.
    """
    if move.event is Event.CLEAR:
        return tuple(name if name in known else otherwise for name in told), None
    level = level_of(rule, move.level)
    chosen: list[str] = [] if move.event is Event.ESCALATE else list(rule.channels)
    chosen += level.channels if level else ()
    person = rotas.get(level.rota) if level and level.rota else None
    if person:
        chosen.append(person.channel)
    found = tuple(dict.fromkeys(name if name in known else otherwise for name in chosen))
    return found or (otherwise,), person.who if person else None


def level_of(rule: Rule, number: int) -> Level | None:
    """Return a rule's level of escalation, the last one for a number beyond it."""
    levels = rule.escalation.levels if rule.escalation else ()
    return levels[min(number, len(levels) - 1)] if levels else None


def messages(news: Iterable[News], page: str) -> list[tuple[Notification, list[News]]]:
    """Return one message for each channel, part and kind of change, with what it tells of."""
    groups: dict[tuple[str, str, bool], list[News]] = {}
    for item in news:
        for channel in item.channels:
            groups.setdefault((channel, item.rule.part, item.is_over), []).append(item)
    return [(_message(channel, part, items, page), items) for (channel, part, _), items in groups.items()]


def _message(channel: str, part: str, items: Sequence[News], page: str) -> Notification:
    over = items[0].is_over
    worst = max((item.rule.severity for item in items), key=_ORDER.index)
    if len(items) == 1:
        subject = f"{'Over' if over else worst.capitalize()}: {items[0].rule.title}"
    else:
        subject = (
            f"{len(items)} alerts of {part} are over"
            if over
            else f"{worst.capitalize()}: {len(items)} alerts of {part}"
        )
    body = "\n\n".join(_lines(item) for item in items)
    if not over:
        body += f"\n\nAcknowledge: {page}"
    if len(body) > _LONGEST_BODY:
        body = body[: _LONGEST_BODY - 1] + "…"
    return Notification(
        kind="alert.resolved" if over else "alert.firing",
        subject=subject[:200],
        body=body,
        severity=Severity.INFO if over else worst,
        channel=channel,
        details={"alerts": [_details(item) for item in items]},
    )


def _lines(item: News) -> str:
    rule, move = item.rule, item.move
    if item.is_over:
        return f"{rule.title}: over. {rule.condition.told(move.value).capitalize()}."
    lines = [f"{rule.title} ({rule.severity}): {rule.condition.told(move.value)}.", f"What to do: {rule.remedy}"]
    if rule.procedure:
        lines.append(f"It helps: bedside procedures run {rule.procedure}")
    if item.evidence:
        lines.append(f"Evidence: {item.evidence}")
    level = level_of(rule, move.level)
    if level and rule.escalation:
        asked = (
            f"Level {min(move.level + 1, len(rule.escalation.levels))} of {len(rule.escalation.levels)}: {level.title}"
        )
        lines.append(asked + (f", on call: {item.on_call}" if item.on_call else ""))
    why = {
        Event.ESCALATE: "Nobody has resolved it in time at the level before.",
        Event.EXPIRE: "Its acknowledgement has run out.",
    }
    if move.event in why:
        lines.append(why[move.event])
    lines.append(f"Id: {item.course.id}")
    return "\n".join(lines)


def _details(item: News) -> dict[str, Any]:
    return {
        "id": str(item.course.id),
        "rule": item.rule.name,
        "title": item.rule.title,
        "part": item.rule.part,
        "severity": item.rule.severity.value,
        "state": "resolved" if item.is_over else "firing",
        "event": item.move.event.value,
        "value": item.move.value,
        "level": item.move.level + 1,
    }
