"""``bedside worklist``: the clinician who is signed in at work on cases, over the API."""

from __future__ import annotations

import re
import sys
from typing import Annotated, Any

import typer

from bedside.care.case_terminal import draw_case
from bedside.care.schemas import STEEP_REASON_MINIMUM, is_steep
from bedside.care.terminal import draw_change, draw_worklist, short
from bedside.platform.cli.client import ApiClient
from bedside.platform.cli.options import DryRunOption, JsonOption, YesOption, confirm
from bedside.platform.cli.output import emit
from bedside.platform.errors import BadInput
from bedside.triage.schemas import Level, Subject

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="The nurse's worklist.")

_DIGITS = re.compile("[0-9a-f]{6,32}")
_WHOLE = 32


def _digits(text: str) -> str:
    """Return a case's id, or its beginning or end, as lower-case digits without dashes."""
    digits = text.strip().replace("-", "").lower()
    if not _DIGITS.fullmatch(digits):
        raise typer.BadParameter("an id is what `bedside worklist list` shows: 6 or more of 0-9 and a-f.")
    return digits


Case = Annotated[
    str,
    typer.Argument(metavar="ID", parser=_digits, help="A case's id, or its beginning or end of 6 digits or more."),
]
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
    chosen = {"level": level, "status": status, "about": about, "mine": mine or None, "breached": breached or None}
    with ApiClient() as api:
        found = api.get("/api/worklist", limit=limit, **chosen)
    is_filtered = any(value is not None for value in chosen.values())
    emit(found, as_json=json, render=lambda console: draw_worklist(console, found, is_filtered=is_filtered))


@app.command()
def show(case: Case, json: JsonOption = False) -> None:
    """Show a case: why it has its level, what was said, who has done what."""
    with ApiClient() as api:
        found = api.get(_path(api, case))
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
def refer(
    case: Case,
    reason: Annotated[str, typer.Option("--reason", help="Why a physician is needed; not shown to the patient.")],
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Give a claimed case to the physicians; its target stays."""
    _change(case, "refer", {"reason": reason}, dry_run=dry_run, json=json)


@app.command()
def undo(case: Case, dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Take your own decision back, within a minute; the patient's reply goes with it."""
    _change(case, "undo", None, dry_run=dry_run, json=json)


@app.command()
def note(
    case: Case,
    text: Annotated[str, typer.Argument(help="The note; - reads it from standard input.")],
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Add a note to a case. Patients never see it."""
    body = {"text": _read(text, "The note is empty; write what colleagues are to know.")}
    with ApiClient() as api:
        path = _path(api, case)
        if dry_run:
            found = api.get(path)
            emit(found, as_json=json, render=lambda console: draw_change(console, "note", found, dry_run=True))
            return
        added = api.post(f"{path}/notes", body)
    emit(added, as_json=json, render=lambda console: console.print("Noted. Patients never see it.", markup=False))


@app.command()
def decide(
    case: Case,
    reply: Annotated[str, typer.Option("--reply", help="What the patient reads; - reads it from standard input.")],
    level: Annotated[Level | None, typer.Option("--level", help="The level; without it, the case's own.")] = None,
    reason: Reason = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Decide a claimed case and answer the patient. Another level than the case's needs --reason."""
    text = _read(reply, "The reply is empty; say with --reply what the patient is to read.")
    with ApiClient() as api:
        path = _path(api, case)
        found = api.get(path)
        decided = level or Level(found["level"])
        _require_reason(found, decided, reason, yes=yes or dry_run)
        # What is decided on is what was read: if it changes in between, the server refuses.
        body = {"level": decided, "reply": text, "reason": reason, "version": found["version"]}
        if not dry_run:
            found = api.post(f"{path}/decision", body)
    emit(found, as_json=json, render=lambda console: draw_change(console, "decision", found, dry_run=dry_run))


def _require_reason(case: dict[str, Any], decided: Level, reason: str | None, *, yes: bool) -> None:
    """Ask for what a decision other than the machine's needs, before it is sent; the server looks again."""
    machine = Level(case["machine_level"]) if case.get("machine_level") else None
    if machine is None or decided is machine or case["status"] != "claimed":
        return
    if not (reason or "").strip():
        raise BadInput(f"The assessment says {machine}; say with --reason why it is {decided}.")
    if not is_steep(machine, decided):
        return
    if len((reason or "").strip()) < STEEP_REASON_MINIMUM:
        raise BadInput(
            f"The assessment says {machine}; for {decided} say with --reason, in {STEEP_REASON_MINIMUM} characters "
            "or more, what was found."
        )
    confirm(decided, what=f"This lowers an emergency to {decided}.", yes=yes)


def _read(text: str, if_empty: str) -> str:
    given = sys.stdin.read(_READ_LIMIT) if text == "-" else text
    if not given.strip():
        raise BadInput(if_empty)
    return given


def _change(case: str, move: str, body: dict[str, Any] | None, *, dry_run: bool, json: bool) -> None:
    """Make one move, or with ``dry_run`` only read the case and say what would be done."""
    with ApiClient() as api:
        path = _path(api, case)
        found = api.get(path) if dry_run else api.post(f"{path}/{move}", body)
    emit(found, as_json=json, render=lambda console: draw_change(console, move, found, dry_run=dry_run))


def _path(api: ApiClient, case: str) -> str:
    """Return a case's path. Raises BadInput where the digits are of no case, or of several."""
    if len(case) == _WHOLE:
        return f"/api/assessments/{case}"
    found = [item["assessment_id"] for item in api.get("/api/worklist", id=case, limit=5)["items"]]
    if not found:
        raise BadInput(f"No case has an id with {case} at its beginning or end; see: bedside worklist list")
    if len(found) > 1:
        ends = ", ".join(short(one) for one in found)
        raise BadInput(f"Several cases have {case} in their id ({ends}); give more of it, or the id's end.")
    return f"/api/assessments/{found[0]}"
