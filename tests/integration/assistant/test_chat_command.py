"""``bedside chat`` as a program of its own, against a served API."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from bedside.assistant import commands, remote
from bedside.platform.cli import tokens
from bedside.platform.cli.client import ApiClient
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import Unavailable
from bedside.triage.schemas import Numbers
from tests.conftest import serving
from tests.integration.assistant.test_routes import EMERGENCY, NURSE, http, path  # noqa: F401 - fixtures
from tests.support.command import run_command
from tests.support.talk import sign_in


@pytest.fixture
def signed_in(http: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    """The token file of the patient."""
    file = tmp_path / "token.json"
    monkeypatch.setenv("BEDSIDE_TOKEN_FILE", str(file))
    access = http.headers["Authorization"].removeprefix("Bearer ")
    tokens.save(tokens.StoredTokens(url=str(http.base_url), access_token=access, refresh_token="none"))
    return file


def chat(*options: str, typed: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "100"}
    if url:
        stored = tokens.load()
        tokens.save(stored.model_copy(update={"url": url}))
    return run_command("chat", *options, env=environment, stdin=typed)


@pytest.mark.usefixtures("signed_in")
def test_scripted_turns_are_one_json_object_a_line(http: httpx.Client) -> None:  # noqa: F811
    done = chat("--json", typed='{"text": "I have a headache"}\n\n{"text": "no"}\n')
    assert done.returncode == 0, done.stderr
    turns = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(turns) == 2
    assert turns[0]["question"]
    read = http.get(f"/api/conversations/{turns[0]['conversation_id']}").json()
    assert len(read["messages"]) == 4


@pytest.mark.usefixtures("signed_in")
def test_typed_numbers_answer_and_a_conversation_is_resumed(http: httpx.Client) -> None:  # noqa: F811
    done = chat(typed="I have a headache\n2\n/quit\n")
    assert done.returncode == 0, done.stderr
    assert "1  Yes" in done.stdout
    conversation = done.stderr.split("--resume ")[1].split()[0]
    read = http.get(f"/api/conversations/{conversation}").json()
    assert read["messages"][2]["text"] == "No"
    again = chat("--resume", conversation, typed="2\n")
    assert again.returncode == 0, again.stderr
    assert len(http.get(f"/api/conversations/{conversation}").json()["messages"]) == 6


@pytest.mark.usefixtures("signed_in")
def test_resume_alone_goes_on_with_the_last_conversation(http: httpx.Client) -> None:  # noqa: F811
    none = chat("--resume", typed="")
    assert none.returncode == 2
    assert "bedside chat" in none.stderr
    chat("--json", typed='{"text": "I have a cough"}\n')
    turn = json.loads(chat("--json", typed='{"text": "I have a headache"}\n').stdout)
    again = chat("--resume", typed="2\n")
    assert again.returncode == 0, again.stderr
    assert turn["question"]["text"] in again.stdout
    assert f"--resume {turn['conversation_id']}" in again.stderr
    assert len(http.get(f"/api/conversations/{turn['conversation_id']}").json()["messages"]) == 4


@pytest.mark.usefixtures("signed_in")
def test_commands_and_empty_lines_are_not_sent(http: httpx.Client) -> None:  # noqa: F811
    done = chat(typed="/help\n/foo\nI have a headache\n\n/HELP\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("/quit") == 4
    question = "Did it come on suddenly"
    assert done.stdout.count(question) == 2
    assert "No nurse has been sent this yet" in done.stderr
    conversation = done.stderr.split("--resume ")[1].split()[0]
    assert [line for line in done.stderr.splitlines() if "Come back with" in line] == [
        f"Come back with: bedside chat --resume {conversation}"
    ]
    assert done.stdout.endswith("\n")
    messages = http.get(f"/api/conversations/{conversation}").json()["messages"]
    assert [m["text"] for m in messages if m["author"] == "patient"] == ["I have a headache"]


@pytest.mark.usefixtures("signed_in")
def test_back_and_why_are_said_in_words(http: httpx.Client) -> None:  # noqa: F811
    done = chat(typed="I have a sore throat\n/why\n2\n/back\n")
    assert "Why I ask:" in done.stdout
    assert "taken back your answer" in done.stdout


@pytest.mark.usefixtures("signed_in")
def test_the_nurse_s_reply_is_waited_for(http: httpx.Client) -> None:  # noqa: F811
    first = chat("--json", typed=json.dumps({"text": EMERGENCY}))
    turn = json.loads(first.stdout)
    assert turn["assessment"]["level"] == "emergency"
    nurse = sign_in(http, NURSE)
    case = f"/api/assessments/{turn['assessment']['id']}"
    http.post(f"{case}/claim", headers=nurse).raise_for_status()
    decision = {"level": "emergency", "reply": "An ambulance is on its way."}
    http.post(f"{case}/decision", json=decision, headers=nurse).raise_for_status()
    waited = chat("--json", "--wait", "20", "--resume", turn["conversation_id"], typed="")
    assert [m["text"] for m in json.loads(waited.stdout)["clinician"]] == ["An ambulance is on its way."]
    assert "An ambulance is on its way." in chat("--resume", turn["conversation_id"], typed="").stdout
    told = chat(typed=f"{EMERGENCY}\n").stdout
    assert "EMERGENCY" in told
    # When the answer comes is told in the time zone of the one who reads it.
    assert re.search(r"you get a reply by \w+day \d+ \w+, \d\d:\d\d \S+", " ".join(told.replace("\u2502", " ").split()))


def test_an_emergency_is_met_with_advice_while_the_server_is_down(
    signed_in: Path,
    settings: Settings,
    urls: DatabaseUrls,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(remote, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(commands, "_numbers", lambda: Numbers(emergency="112"))
    with serving(settings, urls) as address:
        tokens.save(tokens.load().model_copy(update={"url": address}))
        api = ApiClient()
        talk = remote.RemoteConversation(api, None, commands._no_answer)
    with api, pytest.raises(Unavailable, match="does not answer"):
        talk.say({"text": EMERGENCY})
    shown = capsys.readouterr().err
    assert "THIS MAY BE AN EMERGENCY" in shown
    assert "Call 112" in shown
    assert signed_in.exists()


@pytest.mark.usefixtures("signed_in")
def test_a_server_that_is_down_is_said_to_be() -> None:
    done = chat("--json", typed='{"text": "x"}', url="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("line", ["not json", "[]", "{}", '{"text": 7}', '{"text": "a", "b": 1}', "\x00"])
@pytest.mark.usefixtures("signed_in")
def test_lines_that_are_no_message_say_which(line: str) -> None:
    done = chat("--json", typed=f'{{"text": "hi"}}\n{line}\n')
    assert done.returncode == 2
    assert "Line 2" in done.stderr


def test_without_a_sign_in_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDSIDE_TOKEN_FILE", str(tmp_path / "none.json"))
    done = chat(typed="hi\n")
    assert done.returncode == 1
    assert "bedside login" in done.stderr
