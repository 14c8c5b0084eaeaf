"""Which advice is given: that of the deciding protocols, and never two lines that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable

from bedside.triage.conditions import Facts, holds
from bedside.triage.protocol import AdviceLine, Defaults, Protocol, Topic
from bedside.triage.schemas import Level

MAX_LINES = 8


def advice(
    defaults: Defaults, protocols: Iterable[Protocol], level: Level, facts: Facts, in_case: set[str]
) -> list[str]:
    """The lines for `level` of `protocols` in their order, with what everybody is told at that level.

    `in_case` holds the ids of all protocols in the case, deciding or not: any may silence a line. Of lines about one
    topic only those with the stance that stands first in the topic's order are given.
    """
    own = [line for p in protocols for line in p.advice.get(level, []) if _applies(line, facts, in_case)]
    general = [line for line in defaults.advice.get(level, []) if _applies(line, facts, in_case)]
    before, after = [x for x in own if x.first], [x for x in own if not x.first]
    merged = [*before, *general, *after] if level is Level.EMERGENCY else [*own, *general]
    agreed = _agreeing(merged, defaults.topics)
    return list(dict.fromkeys(line.text for line in agreed))[:MAX_LINES]


def _applies(line: AdviceLine, facts: Facts, in_case: set[str]) -> bool:
    if any(name in facts.present for name in line.unless) or not in_case.isdisjoint(line.unless_protocols):
        return False
    return line.when is None or holds(line.when, facts) is not None


def _agreeing(lines: list[AdviceLine], topics: dict[str, Topic]) -> list[AdviceLine]:
    """The lines without those that another line on the same topic overrules or repeats."""
    winners: dict[str, AdviceLine] = {}
    for line in lines:
        if line.topic is None or line.stance is None:
            continue
        order = topics[line.topic].order
        known = winners.get(line.topic)
        if known is None or order.index(line.stance) < order.index(known.stance or ""):
            winners[line.topic] = line
    return [line for line in lines if line.topic is None or winners[line.topic] is line]
