"""``bedside chat``: the conversation in the terminal, over the API, as the patient who is signed in."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from bedside.assistant import terminal
from bedside.assistant.remote import RemoteConversation
from bedside.assistant.schemas import SendMessage
from bedside.assistant.screening import screen_message
from bedside.platform.cli.client import ApiClient
from bedside.platform.cli.options import JsonOption
from bedside.platform.cli.output import say
from bedside.platform.cli.session import current
from bedside.platform.errors import BadInput, BedsideError

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_HELP = (
    "Type in your own words, or a choice's number. Enter alone waits for the nurse; /quit leaves, --resume comes back."
)


@app.command()
def chat(
    resume: Annotated[str | None, typer.Option("--resume", metavar="ID", help="Go on with this conversation.")] = None,
    wait: Annotated[
        float, typer.Option("--wait", min=0, max=86_400, help="With --json: seconds to wait for a clinician's reply.")
    ] = 0,
    json_lines: JsonOption = False,
) -> None:
    """Tell Bedside what is wrong, answer its questions, read what the nurse decides.

    With --json each line of standard input is a message ({"text": ...} or {"question_id": ..., "choice": ...})
    and each line of standard output a turn.
    """
    with ApiClient() as api:
        talk = RemoteConversation(api, resume, _no_answer)
        if json_lines:
            _scripted(talk, wait)
        else:
            _typed(talk, Console(highlight=False))


def _scripted(talk: RemoteConversation, wait: float) -> None:
    for number, line in enumerate(sys.stdin, start=1):
        if line.strip():
            turn = talk.say(_message(line, number))
            typer.echo(json.dumps({"conversation_id": talk.id, **turn}, ensure_ascii=False))
    if wait:
        messages = talk.wait_for_clinician(wait)
        typer.echo(json.dumps({"conversation_id": talk.id, "clinician": messages}, ensure_ascii=False))


def _message(line: str, number: int) -> dict[str, Any]:
    try:
        return SendMessage.model_validate_json(line).model_dump(exclude_none=True)
    except ValidationError:
        raise BadInput(
            f'Line {number} is not a message; write one JSON object a line, like {{"text": "..."}}.'
        ) from None


def _typed(talk: RemoteConversation, console: Console) -> None:
    console.print(f"Conversation {talk.id}. {_HELP}", style="dim", markup=False)
    for message in talk.news():
        terminal.show_clinician(console, message)
    if talk.open_question:
        terminal.show_question(console, talk.open_question)
    while (text := _typed_line(console)) is not None:
        if text:
            _one_turn(talk, console, text)
        else:
            _wait(talk, console)
    say(f"Come back with: bedside chat --resume {talk.id}")


def _typed_line(console: Console) -> str | None:
    """Return what is typed next, None when the patient leaves."""
    try:
        text = console.input("\n> ").strip()
    except (EOFError, KeyboardInterrupt):
        return None
    return None if text in {"/quit", "/q", "/exit"} else text


def _one_turn(talk: RemoteConversation, console: Console, text: str) -> None:
    try:
        turn = talk.say(terminal.answer_of(text, talk.open_question))
        messages = talk.news()
    except BedsideError as error:
        if safety := error.extra.get("safety"):
            terminal.show_safety(console, safety)
        say(error.message)
        return
    terminal.show_turn(console, turn)
    for message in messages:
        terminal.show_clinician(console, message)


def _no_answer(sentence: str, sent: dict[str, Any]) -> None:
    """Screen the words here when the server does not, so that an emergency is never met by silence."""
    safety = screen_message(sent["text"], _number()) if sent.get("text") else None
    if safety:
        terminal.show_safety(Console(stderr=True, highlight=False), safety.model_dump(mode="json"))
    say(sentence)


def _number() -> str:
    """The service's emergency number, as far as this machine's settings know it."""
    return current().settings(generate_secrets=False, allow_unsafe=True).core.emergency_number


def _wait(talk: RemoteConversation, console: Console) -> None:
    say("Waiting for the nurse's reply; Ctrl-C goes back.")
    try:
        while not (messages := talk.wait_for_clinician(600)):
            pass
    except KeyboardInterrupt:
        return
    for message in messages:
        terminal.show_clinician(console, message)
