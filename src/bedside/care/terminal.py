"""How the worklist and a case look in a terminal. Whatever people typed is drawn as plain text, never as markup."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bedside.triage.schemas import age_in_words

_STYLES = {"emergency": "bold red", "urgent": "bold yellow", "routine": "cyan", "self-care": "green"}
_WHO = {"patient": "Patient", "assistant": "Bedside"}
_DONE = {"claim": "Claimed", "release": "Released", "decision": "Decided"}
_HOUR, _DAY = 3600, 86_400


def draw_worklist(console: Console, worklist: dict[str, Any]) -> None:
    """Draw the counters and the cases."""
    counts = worklist["counts"]
    named = ("total", "emergency", "urgent", "routine", "self-care", "breached", "mine")
    console.print(Text(" · ".join(f"{name} {counts[name]}" for name in named)))
    if not worklist["items"]:
        console.print(Text("Nobody is waiting."))
        return
    table = Table("level", "waiting", "due", "patient", "about", "why", "status", "id")
    for item in worklist["items"]:
        table.add_row(*_cells(item))
    console.print(table)
    if worklist["next"]:
        console.print(Text("There are more; narrow the list or raise --limit."))


def _cells(item: dict[str, Any]) -> list[Text]:
    due = {"breached": Text("over target", "bold red"), "warning": Text("soon", "yellow")}.get(item["urgency"])
    age = "" if item["age_years"] is None else f", {age_in_words(item['age_years'])}"
    held = "mine" if item["mine"] else item["claimed_by_name"] or item["status"]
    return [
        _level(item["level"]),
        Text(duration(item["waiting_seconds"])),
        due or Text(_time(item["due_at"])),
        Text(item["patient_name"]),
        Text(f"{item['about']}{age}"),
        Text(item["summary"] or ""),
        Text(f"{held}{' (physician)' if item['for_physician'] else ''}"),
        Text(item["assessment_id"]),
    ]


def draw_case(console: Console, case: dict[str, Any]) -> None:
    """Draw a case: the level and why, the conversation, the history."""
    console.print(_level(case["level"]), Text(f"{case['status']}, version {case['version']}, id {case['id']}"))
    if "patient" in case:
        age = "" if case["age_years"] is None else f", {age_in_words(case['age_years'])}"
        console.print(Text(f"{case['patient']['display_name']}; about {case['about']}{age}"))
    console.print(Text("\nWhy this level", "bold"))
    for reason in case["reasons"]:
        console.print(Text(f"- {reason['text']} (“{reason['quote']}”; {reason['source']}; rule {reason['rule']})"))
    if not case["reasons"]:
        console.print(Text("- No protocol settled it; a nurse must."))
    protocol = case["protocol"]
    console.print(Text(f"  protocol {protocol['id']} {protocol['version']}, {protocol['hash'][:12]}"))
    _draw_messages(console, case.get("messages", []))
    for note in case.get("notes", []):
        console.print(Text(f"Note by {note['author_name']}: {note['text']}", "italic"))
    if case.get("history"):
        console.print(Text("\nHistory", "bold"))
        for step in case["history"]:
            who, why = step["actor_name"] or "Bedside", f": {step['reason']}" if step["reason"] else ""
            console.print(Text(f"- {_time(step['at'])} {step['event']} by {who}{why}"))


def _draw_messages(console: Console, messages: list[dict[str, Any]]) -> None:
    if messages:
        console.print(Text("\nConversation", "bold"))
    for message in messages:
        who = _WHO.get(message["author"]) or message["author_name"] or message["author"]
        console.print(Text(f"{who}: {'(taken back)' if message['retracted'] else message['text']}"))


def draw_change(console: Console, move: str, case: dict[str, Any], *, dry_run: bool) -> None:
    """Say what was done to a case, or would be."""
    if dry_run:
        console.print(Text(f"Nothing was changed. Would do: {move} on {case['id']}, which is {case['status']}."))
        return
    console.print(Text(f"{_DONE[move]}. The case is now {case['status']}, level {case['level']}."))


def duration(seconds: int) -> str:
    """Return a span as people read it: ``3 min``, ``5 h``, ``2 d``."""
    if seconds < _HOUR:
        return f"{seconds // 60} min"
    return f"{seconds // _HOUR} h" if seconds < 2 * _DAY else f"{seconds // _DAY} d"


def _level(level: str | None) -> Text:
    return Text(level or "unknown", _STYLES.get(level or "", ""))


def _time(moment: str | None) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%d %b %H:%M}" if moment else ""
