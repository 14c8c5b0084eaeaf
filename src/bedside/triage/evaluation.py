"""Measuring the protocols against labelled messages: confusion, under- and over-triage, bars with intervals."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bedside.platform.errors import BadInput
from bedside.triage.schemas import EvaluationReport, EvaluationRow, Level, Rate

Graded = Sequence[tuple[EvaluationRow, Level | None]]
_Z = 1.959964
_AUGMENTED = re.compile(r"_aug\d+$")


def read_rows(path: Path) -> list[EvaluationRow]:
    """Rows of a labelled JSONL file: `{id, text, level}`, or the columns of hazard-messages.jsonl.

    Raises BadInput, naming the line and never its text.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} can't be read as UTF-8 text; check the path.") from error
    return [_row(line, number) for number, line in enumerate(lines, start=1) if line.strip()]


def _row(line: str, number: int) -> EvaluationRow:
    try:
        data = json.loads(line)
        if "hazard" in data:
            return _hazard(data)
        group = data.get("group") or data.get("complaint") or data.get("protocol") or ""
        return EvaluationRow(
            id=str(data["id"]),
            text=data["text"],
            expected=Level(data["level"]),
            also_acceptable=[Level(level) for level in data.get("also_acceptable", [])],
            family=str(data["id"]),
            group=str(group),
        )
    except (json.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"Line {number} has no id, text and known level (or hazard columns); mend it.") from error


def _hazard(data: dict[str, Any]) -> EvaluationRow:
    """The bars of issue 2: calls, other Emergent rows, borderline benign rows."""
    bar = "none"
    if data.get("variant") == "borderline_benign":
        bar = "benign"
    elif str(data.get("action", "")).startswith("Call"):
        bar = "call"
    elif data.get("severity") == "Emergent":
        bar = "emergent"
    family = _AUGMENTED.sub("", data["id"])
    return EvaluationRow(id=data["id"], text=data["text"], family=family, group=data["hazard"], bar=bar)


def wilson(hits: int, total: int) -> Rate:
    """A proportion with its Wilson score interval at 95 % (Wilson 1927; no continuity correction)."""
    if total == 0:
        return Rate(hits=0, total=0, rate=None, low=None, high=None)
    p = hits / total
    scale = 1 + _Z**2 / total
    centre = (p + _Z**2 / (2 * total)) / scale
    half = _Z * math.sqrt(p * (1 - p) / total + _Z**2 / (4 * total**2)) / scale
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Rate(hits=hits, total=total, rate=round(p, 4), low=round(low, 4), high=round(high, 4))


def report(graded: Graded) -> EvaluationReport:
    """Counts of all graded rows. A row without a level counts as under-triage of anything it was labelled."""
    confusion: dict[str, dict[str, int]] = {}
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for row, level in graded:
        groups[row.group or "all"][level or "none"] += 1
        if row.expected is not None:
            cells = confusion.setdefault(row.expected, dict.fromkeys([*Level, "none"], 0))
            cells[level or "none"] += 1
    labelled = [(row.expected, level) for row, level in graded if row.expected is not None]
    exact = sum(1 for expected, level in labelled if expected is level)
    rows = [(row, level) for row, level in graded if row.expected is not None]
    acceptable = sum(1 for row, level in rows if level in (row.expected, *row.also_acceptable))
    under = sum(1 for expected, level in labelled if _under(expected, level))
    over = sum(1 for expected, level in labelled if level is not None and level.rank < expected.rank)
    return EvaluationReport(
        rows=len(graded), confusion=confusion, exact=wilson(exact, len(labelled)),
        acceptable=wilson(acceptable, len(rows)),
        under_triage=wilson(under, len(labelled)), over_triage=wilson(over, len(labelled)),
        bars=_bars(graded), bars_by_family=_bars_by_family(graded),
        groups={name: dict(counts) for name, counts in sorted(groups.items())}, misses=_misses(graded),
    )  # fmt: skip


def _under(expected: Level, level: Level | None) -> bool:
    if level is None:
        return expected.at_least(Level.URGENT)
    return level.rank > expected.rank


def _meets(row: EvaluationRow, level: Level | None) -> bool:
    """Whether a row counts in its bar: calls to emergency, Emergent to urgent or higher, benign sent to emergency."""
    if row.bar == "emergent":
        return level is not None and level.at_least(Level.URGENT)
    return level is Level.EMERGENCY


def _bars(graded: Graded) -> dict[str, Rate]:
    names = sorted({row.bar for row, _ in graded} - {"none"})
    return {
        name: wilson(sum(_meets(r, x) for r, x in graded if r.bar == name), sum(r.bar == name for r, _ in graded))
        for name in names
    }


def _bars_by_family(graded: Graded) -> dict[str, Rate]:
    """A family counts as met when at least half of its rows do."""
    families: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for row, level in graded:
        if row.bar != "none":
            families[row.bar, row.family].append(_meets(row, level))
    result: dict[str, Rate] = {}
    for name in sorted({bar for bar, _ in families}):
        met = [sum(rows) * 2 >= len(rows) for (bar, _), rows in families.items() if bar == name]
        result[name] = wilson(sum(met), len(met))
    return result


def _misses(graded: Graded) -> list[str]:
    return [row.id for row, level in graded if _missed(row, level)]


def _missed(row: EvaluationRow, level: Level | None) -> bool:
    if row.expected is not None:
        return _under(row.expected, level)
    if row.bar == "benign":
        return _meets(row, level)
    return row.bar != "none" and not _meets(row, level)
