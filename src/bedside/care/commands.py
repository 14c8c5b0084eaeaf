"""``bedside worklist``: list, show, claim, release, decide, over the API as the clinician who is signed in."""

from __future__ import annotations

import sys
from typing import Annotated, Any
from uuid import UUID

import typer

from bedside.care.terminal import draw_case, draw_change, draw_worklist
from bedside.platform.cli.client import ApiClient
from bedside.platform.cli.options import DryRunOption, JsonOption
from bedside.platform.cli.output import emit
from bedside.platform.errors import BadInput
from bedside.triage.schemas import Level, Subject

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="The nurse's worklist.")

Case = Annotated[UUID, typer.Argument(metavar="ID", help="The assessment's id, as `bedside worklist list` shows it.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; kept with the case, not shown to the patient.")]

_READ_LIMIT = 20_000


@app.command("list")
def list_(
    level: Annotated[Level | None, typer.Option("--level", help="Only this level.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="waiting, claimed, decided or withdrawn.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only what I have claimed.")] = False,
    breached: Annotated[bool, typer.Option("--breached", help="Only what is over its target.")] = False,
    about: Annotated[Subject | None, typer.Option("--about", help="Only about self, child or other.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 50,
    json: JsonOption = False,
) -> None:
    """Show the cases that await a decision, most urgent first."""
    flags = {"mine": mine or None, "breached": breached or None}
    with ApiClient() as api:
        found = api.get("/api/worklist", level=level, status=status, about=about, limit=limit, **flags)
    emit(found, as_json=json, render=lambda console: draw_worklist(console, found))


@app.command()
def show(case: Case, json: JsonOption = False) -> None:
    """Show a case: why it has its level, what was said, who has done what."""
    with ApiClient() as api:
        found = api.get(_path(case))
    emit(found, as_json=json, render=lambda console: draw_case(console, found))


@app.command()
def claim(case: Case, dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Take a waiting case."""
    _change(case, "claim", None, dry_run=dry_run, json=json)


@app.command()
def release(case: Case, reason: Reason = None, dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Give a claimed case back."""
    _change(case, "release", {"reason": reason}, dry_run=dry_run, json=json)


@app.command()
def decide(
    case: Case,
    reply: Annotated[str, typer.Option("--reply", help="What the patient reads; - reads it from standard input.")],
    level: Annotated[Level | None, typer.Option("--level", help="The level; without it, the case's own.")] = None,
    reason: Reason = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Decide a claimed case and answer the patient. Another level than the case's needs --reason."""
    text = sys.stdin.read(_READ_LIMIT) if reply == "-" else reply
    if not text.strip():
        raise BadInput("The reply is empty; say with --reply what the patient is to read.")
    body = {"level": level, "reply": text, "reason": reason}
    _change(case, "decision", body, dry_run=dry_run, json=json)


def _change(case: UUID, move: str, body: dict[str, Any] | None, *, dry_run: bool, json: bool) -> None:
    """Make one move, or with ``dry_run`` only read the case and say what would be done."""
    with ApiClient() as api:
        found = api.get(_path(case))
        if move == "decision" and body is not None:
            # What is decided on is what was read: if it changes in between, the server refuses.
            body = {**body, "level": body["level"] or found["level"], "version": found["version"]}
        if not dry_run:
            found = api.post(f"{_path(case)}/{move}", body)
    emit(found, as_json=json, render=lambda console: draw_change(console, move, found, dry_run=dry_run))


def _path(case: UUID) -> str:
    return f"/api/assessments/{case}"
