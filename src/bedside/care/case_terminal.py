"""How one case looks in a terminal: why it has its level, what was asked and answered, what was said and done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from bedside.care.terminal import age, level_text

_WHO = {"patient": "Patient", "assistant": "Bedside"}


def draw_case(console: Console, case: dict[str, Any]) -> None:
    """Draw a case. A patient's own view has only its first part."""
    console.print(level_text(case["level"]), Text(f"{case['status']}, id {case['id']}"))
    if "patient" in case:
        console.print(Text(f"{case['patient']['display_name']}; about {case['about']}{age(case)}"))
    _draw_reasons(console, case)
    _draw_asked(console, case)
    _draw_messages(console, case.get("messages", []))
    for note in case.get("notes", []):
        console.print(Text(f"Note by {note['author_name']}: {note['text']}", "italic"))
    _draw_history(console, case.get("history", []))


def _draw_reasons(console: Console, case: dict[str, Any]) -> None:
    console.print(Text("\nWhy this level", "bold"))
    for reason in case["reasons"]:
        quote = f"“{reason['quote']}”; " if reason["quote"] else ""
        console.print(Text(f"- {reason['text']} ({quote}{reason['source']}; rule {reason['rule']})"))
    if not case["reasons"]:
        console.print(Text("- No protocol settled it; a nurse must."))
    protocol = case["protocol"]
    console.print(Text(f"  protocol {protocol['id']} {protocol['version']}, {protocol['hash'][:12]}"))


def _draw_asked(console: Console, case: dict[str, Any]) -> None:
    if case.get("asked"):
        console.print(Text("\nAsked and answered", "bold"))
    for asked in case.get("asked", []):
        answer = asked["answer"] or "no answer"
        words = asked["words"] or ""
        typed = f" (“{words}”)" if words and words.strip().casefold() != answer.casefold() else ""
        line = Text(f"- {asked['text']} ")
        line.append(f"{answer}{typed}", "bold")
        console.print(line)
    for name, title in (("denied", "Denied"), ("unknown", "Not known")):
        if case.get(name):
            console.print(Text(f"{title}: {', '.join(case[name])}"))
    left = {asked["id"] for asked in case.get("asked", [])}
    unasked = [question["text"] for question in case.get("questions", []) if question["id"] not in left]
    if unasked:
        console.print(Text(f"Not asked yet: {' '.join(unasked)}"))


def _draw_messages(console: Console, messages: list[dict[str, Any]]) -> None:
    if messages:
        console.print(Text("\nConversation", "bold"))
    for message in messages:
        who = _WHO.get(message["author"]) or message["author_name"] or message["author"]
        question = message["question"]["text"] if message["question"] else ""
        text = "(taken back)" if message["retracted"] else message["text"]
        if question and question not in text:
            text = f"{text}\n{question}".strip()
        console.print(Text(f"{who}: {text}"))


def _draw_history(console: Console, history: list[dict[str, Any]]) -> None:
    if history:
        console.print(Text("\nHistory", "bold"))
    for step in history:
        who, why = step["actor_name"] or "Bedside", f": {step['reason']}" if step["reason"] else ""
        at = datetime.fromisoformat(step["at"]).astimezone()
        console.print(Text(f"- {at:%d %b %H:%M %Z} {step['event']} by {who}{why}"))
