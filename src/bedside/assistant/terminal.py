"""How a conversation looks in the terminal. Text of people and sources is shown as it is, never as mark-up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bedside.kit.clock import in_words

_LEVELS = {
    "emergency": ("EMERGENCY", "bold white on red"),
    "urgent": ("URGENT", "bold yellow"),
    "routine": ("ROUTINE", "bold cyan"),
    "self-care": ("SELF-CARE", "bold green"),
}


def show_safety(console: Console, safety: dict[str, Any]) -> None:
    """Show what to do now, in words as well as in red."""
    lines = "\n".join(f"• {line}" for line in safety["advice"])
    console.print(Panel(Text(lines), title="THIS MAY BE AN EMERGENCY", border_style="bold red"))


def show_turn(console: Console, turn: dict[str, Any]) -> None:
    """Show a reply with its sources, the care card once a nurse has the case, and the next question."""
    assessment = turn["assessment"]
    if assessment and assessment["level"] == "emergency":
        console.print(Text(" EMERGENCY ", style="bold white on red"))
    console.print(Text(turn["reply"]["text"]))
    for citation in turn["reply"]["citations"]:
        url = f"  {citation['url']}" if citation["url"] else ""
        console.print(Text(f"  [{citation['number']}] {citation['title']}{url}", style="dim"))
    if assessment and assessment["status"] in {"waiting", "claimed"}:
        show_card(console, assessment, asks=turn["question"] is not None)
    if turn["question"]:
        show_question(console, turn["question"])


def show_card(console: Console, assessment: dict[str, Any], *, asks: bool) -> None:
    """Show the care card: how urgent, and by when a nurse answers. While a question is open, the last of it alone."""
    name, style = _LEVELS[assessment["level"]]
    told = "Sent to a nurse"
    if assessment["reply_by"]:
        told += f"; you get a reply by {in_words(datetime.fromisoformat(assessment['reply_by']).astimezone())}"
    if asks:
        console.print(Text(f"Your case: {told}.", style="bold"))
        return
    console.print(Panel(Text.assemble((name, style), f"\n{told}"), title="Your case", width=min(60, console.width)))


def show_question(console: Console, question: dict[str, Any]) -> None:
    """Show a question with its numbered choices and why it is asked."""
    console.print()
    console.print(Text(question["text"], style="bold"))
    console.print(Text(f"({question['why']})", style="dim"))
    for number, choice in enumerate(question["choices"], start=1):
        console.print(Text(f"  {number}  {choice['label']}"))


def show_clinician(console: Console, message: dict[str, Any]) -> None:
    """Show a clinician's message."""
    who = f"{message['author_name'] or 'A clinician'} ({message['author']})"
    console.print(Panel(Text(message["text"]), title=Text(who), border_style="green"))


def answer_of(text: str, question: dict[str, Any] | None) -> dict[str, Any]:
    """Return the message for what was typed: a choice's number answers the open question, all else are words."""
    if question and text.isdecimal() and 1 <= int(text) <= len(question["choices"]):
        choice = question["choices"][int(text) - 1]
        return {"text": choice["label"], "question_id": question["id"], "choice": choice["value"]}
    return {"text": text}
