"""``bedside chat``: the conversation in the terminal, over the API, as the patient who is signed in."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from bedside.assistant import terminal
from bedside.assistant.remote import RemoteConversation, last_conversation
from bedside.assistant.schemas import SendMessage
from bedside.assistant.screening import screen_message
from bedside.platform.cli.client import ApiClient
from bedside.platform.cli.options import JsonOption
from bedside.platform.cli.output import say
from bedside.platform.cli.session import current
from bedside.platform.errors import BadInput, BedsideError
from bedside.triage import service as triage
from bedside.triage.schemas import Numbers

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_HELP = """\
Type in your own words, or a choice's number. Enter alone asks the question again, or waits for the nurse.
  /why    why is this asked?
  /back   take the last answer back
  /help   this list
  /quit   leave; bedside chat --resume comes back"""
_SAID = {"/why": "why do you ask?", "/back": "back"}
"""Commands that are said to Bedside in words."""
_LEAVES = frozenset({"/quit", "/q", "/exit"})


@app.command()
def chat(
    conversation: Annotated[
        str | None, typer.Argument(metavar="[ID]", show_default=False, help="Go on with this conversation.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last conversation, or with ID.")] = False,
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
        talk = RemoteConversation(api, conversation or (last_conversation(api) if resume else None), _no_answer)
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
        message = SendMessage.model_validate_json(line)
    except ValidationError:
        raise BadInput(
            f'Line {number} is not a message; write one JSON object a line, like {{"text": "..."}}.'
        ) from None
    if fault := message.fault():
        raise BadInput(f"Line {number}: {fault}")
    return message.model_dump(exclude_none=True)


def _typed(talk: RemoteConversation, console: Console) -> None:
    console.print(f"Conversation {talk.id}. {_HELP}", style="dim", markup=False)
    for message in talk.news():
        terminal.show_clinician(console, message)
    if talk.open_question:
        terminal.show_question(console, talk.open_question)
    while (text := _typed_line(console)) is not None:
        _one_line(talk, console, text)
    if talk.awaits_answers:
        say("No nurse has been sent this yet. If you do not come back, it goes to a nurse as it is, after a while.")
    say(f"Come back with: bedside chat --resume {talk.id}")


def _typed_line(console: Console) -> str | None:
    """Return what is typed next, None when the patient leaves."""
    try:
        text = console.input("\n> ").strip()
    except (EOFError, KeyboardInterrupt):
        console.print()  # what follows must not stand behind the prompt and ^C
        return None
    return None if text.lower() in _LEAVES else text


def _one_line(talk: RemoteConversation, console: Console, text: str) -> None:
    said = _SAID.get(text.lower(), text)
    if said.startswith("/") and said[1:2].isalpha():
        console.print(_HELP, style="dim", markup=False)
    elif said:
        _one_turn(talk, console, said)
    elif talk.open_question:
        terminal.show_question(console, talk.open_question)
    else:
        _wait(talk, console)


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
    safety = screen_message(sent["text"], _numbers()) if sent.get("text") else None
    if safety:
        terminal.show_safety(Console(stderr=True, highlight=False), safety.model_dump(mode="json"))
    say(sentence)


def _numbers() -> Numbers:
    """Whom the service tells people to call, as far as this machine's settings know it."""
    return triage.numbers(current().settings(generate_secrets=False, allow_unsafe=True).core)


def _wait(talk: RemoteConversation, console: Console) -> None:
    say("Waiting for the nurse's reply; Ctrl-C goes back.")
    try:
        while not (messages := talk.wait_for_clinician(600)):
            pass
    except KeyboardInterrupt:
        return
    for message in messages:
        terminal.show_clinician(console, message)
