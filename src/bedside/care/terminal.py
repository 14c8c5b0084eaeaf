"""How the worklist looks in a terminal of 80 columns. Whatever people typed is plain text, never markup."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

_STYLES = {"emergency": "bold red", "urgent": "bold yellow", "routine": "cyan", "self-care": "green"}
_DUE = {"breached": "bold red", "warning": "yellow"}
_DONE = {
    "claim": "Claimed",
    "release": "Released",
    "decision": "Decided",
    "undo": "Undone; the reply was taken back",
    "refer": "Given to the physicians",
}
_AWAITED = {"waiting", "claimed"}
_HOUR, _DAY = 3600, 86_400
_SHORT = 8
_ROW = "{:<8}  {:<9}  {:<6}  {:<15}  {}"


def draw_worklist(console: Console, worklist: dict[str, Any], *, is_filtered: bool = False) -> None:
    """Draw the counters and the cases: two lines each, of which only the second's end is ever cut off."""
    counts = worklist["counts"]
    named = ("total", "emergency", "urgent", "routine", "self-care", "breached", "mine")
    console.print(Text(" · ".join(f"{name} {counts[name]}" for name in named)))
    if not worklist["items"]:
        waiting = counts["total"]
        none = f"No case is like that; the worklist has {waiting}." if waiting and is_filtered else "Nobody is waiting."
        console.print(Text(none))
        return
    console.print(Text(_ROW.format("id", "level", "waited", "due", "status"), "bold"))
    for item in worklist["items"]:
        _draw_item(console, item)
    if worklist["next"]:
        console.print(Text("There are more; narrow the list or raise --limit."))


def _draw_item(console: Console, item: dict[str, Any]) -> None:
    level, urgency = item["level"] or "unknown", item["urgency"]
    is_awaited = item["status"] in _AWAITED
    waited = "" if item["status"] == "withdrawn" else duration(item["waiting_seconds"])
    held = "mine" if item["mine"] else item["claimed_by_name"] or item["status"]
    physician = " (physician)" if item["for_physician"] else ""
    line = Text(_ROW.format(short(item["assessment_id"]), level, waited, _due(item), f"{held}{physician}"))
    line.stylize(_STYLES.get(level, ""), _SHORT + 2, _SHORT + 2 + len(level))
    if is_awaited and urgency in _DUE:
        line.stylize(_DUE[urgency], 29, 44)
    console.print(line, no_wrap=True, overflow="ellipsis")
    who = f"{item['patient_name']}, {item['about']}{age(item)}"
    summary = f": {item['summary']}" if item["summary"] else ""
    console.print(Text(f"{'':10}{who}{summary}"), no_wrap=True, overflow="ellipsis")


def _due(item: dict[str, Any]) -> str:
    if item["status"] not in _AWAITED or not item["due_at"] or not item["handed_over_at"]:
        return ""
    due, since = (datetime.fromisoformat(item[name]) for name in ("due_at", "handed_over_at"))
    left = int((due - since).total_seconds()) - item["waiting_seconds"]
    # The server says what is over: its clock counts, not this machine's.
    return f"over by {duration(-left)}" if item["breached"] else f"in {duration(max(left, 0))}"


def draw_change(console: Console, move: str, case: dict[str, Any], *, dry_run: bool) -> None:
    """Say what was done to a case, or would be."""
    if dry_run:
        console.print(Text(f"Nothing was changed. Would do: {move} on {short(case['id'])}, which is {case['status']}."))
        return
    console.print(Text(f"{_DONE[move]}. The case is now {case['status']}, level {case['level']}."))


def short(case: str) -> str:
    """Return the end of a case's id: what begins it is the time, which neighbours share (RFC 9562, section 5.7)."""
    return case[-_SHORT:]


def age(of: dict[str, Any]) -> str:
    """Return ``, 34 years`` or ``, 2 months``, empty where the age is not known."""
    years = of["age_years"]
    if years is None:
        return ""
    months = round(years * 12)
    return f", {months} months" if months < 24 else f", {years:g} years"


def duration(seconds: int) -> str:
    """Return a span as people read it: ``3 min``, ``5 h``, ``2 d``."""
    if seconds < _HOUR:
        return f"{seconds // 60} min"
    return f"{seconds // _HOUR} h" if seconds < 2 * _DAY else f"{seconds // _DAY} d"


def level_text(level: str | None) -> Text:
    """Return a level in its colour."""
    return Text(level or "unknown", _STYLES.get(level or "", ""))
