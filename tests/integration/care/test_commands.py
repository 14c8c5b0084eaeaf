"""``bedside worklist`` against the served API, with a stored sign-in."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from bedside.care.terminal import duration
from bedside.identity.service.accounts import add_account
from bedside.platform.access.actor import Actor, Role
from bedside.triage.schemas import Level
from tests.support.care import Ward, result
from tests.support.command import run_command
from tests.support.passwords import hashed_once

PASSWORD = "seven quiet herons wade"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Awaitable[Ended]]


@pytest.fixture
async def run(ward: Ward, server: str, tmp_path: Path) -> Run:
    """Run the real command as a nurse who is signed in."""
    hashed = await hashed_once(PASSWORD)
    async with ward.runtime.unit_of_work(Actor.system()) as ctx:
        await add_account(ctx, login="nora@example.org", name="Nora", role=Role.NURSE, password_hash=hashed)
    form = {"username": "nora@example.org", "password": PASSWORD}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = (await client.post(f"{server}/api/auth/token", data=form)).json()
    stored = tmp_path / "token.json"
    stored.touch(mode=0o600)
    stored.write_text(json.dumps({"url": server} | {k: answer[k] for k in ("access_token", "refresh_token")}))

    async def call(*arguments: str, text: str = "", tokens: Path = stored) -> Ended:
        env = os.environ | {"BEDSIDE_TOKEN_FILE": str(tokens), "COLUMNS": "200"}
        done = await asyncio.to_thread(run_command, "worklist", *arguments, env=env, stdin=text)
        return Ended(done.returncode, done.stdout, done.stderr)

    return call


async def test_from_the_list_to_a_decision(ward: Ward, run: Run) -> None:
    case = await ward.case(result(Level.EMERGENCY, quote="[red]chest[/red] hurts"), text="My [bold]chest hurts")
    ident = str(case.assessment.id)
    listed = await run("list")
    assert listed.code == 0
    assert "emergency 1" in listed.out
    assert ident[-8:] in listed.out
    (item,) = json.loads((await run("list", "--json")).out)["items"]
    assert item["assessment_id"] == ident
    assert (await run("list", "--level", "routine")).out.endswith("No case is like that; the worklist has 1.\n")
    shown = (await run("show", ident)).out
    assert "[red]chest[/red] hurts" in shown
    assert "My [bold]chest hurts" in shown
    assert "NICE CG95" in shown
    assert "Nothing was changed" in (await run("claim", ident, "--dry-run")).out
    assert json.loads((await run("show", ident, "--json")).out)["status"] == "waiting"
    assert "Claimed" in (await run("claim", ident)).out
    assert "waiting" in (await run("release", ident, "--reason", "Break")).out
    await run("claim", ident)
    decided = await run("decide", ident, "--reply", "-", "--json", text="Ambulance is coming.\n")
    case_now = json.loads(decided.out)
    assert (case_now["status"], case_now["level"]) == ("decided", "emergency")
    assert case_now["messages"][-1]["text"] == "Ambulance is coming."
    assert "by Nora" in (await run("show", ident)).out


async def test_what_the_server_refuses_is_said_in_its_words(ward: Ward, run: Run) -> None:
    case = await ward.case()
    await ward.claim(case, ward.other_nurse)
    lost = await run("claim", str(case.assessment.id))
    assert (lost.code, lost.out) == (1, "")
    assert "Nils Nurse has claimed this case" in lost.err
    missing = await run("show", str(uuid4()))
    assert "No such assessment" in missing.err
    change = ("--level", "routine", "--reply", "Rest.", "--reason", "Known costochondritis")
    lower = await run("decide", str(case.assessment.id), *change)
    assert (lower.code, lower.out) == (1, "")
    assert "Nils Nurse" in lower.err


async def test_a_case_goes_by_the_end_of_its_id_and_a_steep_lowering_is_asked_about(ward: Ward, run: Run) -> None:
    case = await ward.case(result(Level.EMERGENCY))
    end = str(case.assessment.id)[-8:]
    assert "Claimed" in (await run("claim", end)).out
    lower = ("decide", end, "--level", "self-care", "--reply", "Rest.")
    assert "--reason" in (await run(*lower)).err
    assert "10 characters" in (await run(*lower, "--reason", "x")).err
    assert "--yes" in (await run(*lower, "--reason", "Old scar, no pain")).err
    assert "Decided" in (await run(*lower, "--reason", "Old scar, no pain", "--yes")).out
    assert "taken back" in (await run("undo", end)).out
    assert "Noted" in (await run("note", end, "Rang the patient")).out
    assert "physicians" in (await run("refer", end, "--reason", "Needs an ECG")).out
    unknown = await run("show", "00000000")
    assert unknown.code == 2
    assert "worklist list" in unknown.err


async def test_what_would_be_done_is_said_and_not_done(ward: Ward, run: Run) -> None:
    case = await ward.case(result(Level.EMERGENCY))
    end = str(case.assessment.id)[-8:]
    await run("claim", end)
    before = json.loads((await run("show", end, "--json")).out)
    for arguments in (
        ("note", end, "Rang the patient", "--dry-run"),
        ("refer", end, "--reason", "Needs an ECG", "--dry-run"),
        ("release", end, "--dry-run"),
        ("decide", end, "--reply", "Come in.", "--dry-run"),
        ("undo", end, "--dry-run"),
    ):
        told = await run(*arguments)
        assert (told.code, told.out) == (
            0,
            f"Nothing was changed. Would do: {_move(arguments[0])} on {end}, which is claimed.\n",
        )
    assert json.loads((await run("note", end, "-", "--dry-run", "--json", text="Rang\n")).out)["notes"] == []
    after = json.loads((await run("show", end, "--json")).out)
    for still in ("status", "version", "claimed_by", "for_physician", "notes", "messages", "history"):
        assert after[still] == before[still], still
    assert (await run("note", end, "-", "--dry-run", text=" \n")).code == 2


def _move(command: str) -> str:
    return "decision" if command == "decide" else command


async def test_wrong_use_is_said_before_anything_is_sent(run: Run, tmp_path: Path) -> None:
    assert (await run("show", "not-an-id")).code == 2
    assert (await run("list", "--level", "panic")).code == 2
    assert (await run("decide", str(uuid4()))).code == 2
    assert (await run("decide", str(uuid4()), "--reply", "-", text="  \n")).code == 2
    nobody = await run("list", tokens=tmp_path / "none.json")
    assert nobody.code == 1
    assert "bedside login" in nobody.err


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 min"), (3599, "59 min"), (7300, "2 h"), (200_000, "2 d")])
def test_spans_as_people_read_them(seconds: int, words: str) -> None:
    assert duration(seconds) == words
