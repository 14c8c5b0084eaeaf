"""The command line beside a running Bedside: exit codes, JSON, and each group's main path."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from bedside.bootstrap.commands import COMMANDS
from bedside.cli import load_command
from bedside.platform.database.roles import DatabaseUrls
from tests.support.running import SAMPLE_PASSWORD, Process, Workplace, workplace

PASSPHRASE = "four quiet words more"


@pytest.fixture
def place() -> Iterator[Workplace]:
    """A workplace where nothing runs."""
    with workplace() as made:
        yield made


def well(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command that succeeded printed."""
    assert done.returncode == 0, f"{done.args}: {done.stdout}{done.stderr}"
    return done.stdout


def test_help_names_every_group(place: Workplace) -> None:
    said = well(place.run("--help"))
    for name in COMMANDS:
        assert re.search(rf"^\s*(│ )?\s*{name}\b", said, re.MULTILINE), name
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", well(place.run("--version")))


def test_exit_code_1_when_what_was_asked_failed(place: Workplace) -> None:
    done = place.run("login", "patient@example.org", "--url", place.address, "--password-stdin", stdin="x\n")
    assert done.returncode == 1
    assert "bedside up" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["user", "create"],
        ["health", "--nothing"],
        ["audit", "list", "--last", "yesterday"],
        ["token", "revoke"],
        ["worklist", "show", "not-an-id"],
    ],
)
def test_exit_code_2_for_wrong_use(place: Workplace, arguments: list[str]) -> None:
    done = place.run(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_exit_code_4_for_a_fault_and_no_stack(place: Workplace, urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.require("owner"), autocommit=True) as connection:
        connection.execute("ALTER TABLE accounts RENAME TO gone")
    done = place.run("user", "list", DATABASE_URL=urls.app, DATABASE_JOBS_URL=urls.require("jobs"))
    assert done.returncode == 4, done.stderr
    assert "fault of Bedside's own" in done.stderr
    assert "Traceback" not in done.stderr
    assert "SELECT" not in done.stderr, "the error's own text may quote what somebody typed"
    assert len(done.stderr.splitlines()) == 1


def test_config_init_writes_a_file_once_that_config_check_accepts(place: Workplace) -> None:
    file = place.folder / ".env"
    assert "Would write" in place.run("config", "init", "--dry-run").stderr
    assert not file.exists()
    well(place.run("config", "init"))
    assert file.stat().st_mode & 0o777 == 0o600
    report = json.loads(well(place.run("config", "check", "--json")))
    assert report == {"status": "valid", "file": ".env", "home": str(place.home)}
    written = file.read_text()
    refused = place.run("config", "init")
    assert refused.returncode == 1
    assert "exists already" in refused.stderr
    assert file.read_text() == written
    # Every line, uncommented at its default, is a setting that check knows.
    names = re.findall(r"^# ([A-Z][A-Z0-9_]+)=(\S.*)$", written, re.MULTILINE)
    assert len(names) > 30
    file.write_text("".join(f"{name}={value}\n" for name, value in names if name != "BEDSIDE_HOME"))
    well(place.run("config", "check", SAMPLE_DATA="false"))


def test_config_init_asks_and_prints(place: Workplace) -> None:
    answers = "St Example's\nproduction\n999\n127.0.0.1\n8123\n"
    well(place.run("config", "init", "--interactive", "--file", "asked.env", stdin=answers))
    text = (place.folder / "asked.env").read_text()
    for line in ('ORGANISATION="St Example\'s"', "ENVIRONMENT=production", "EMERGENCY_NUMBER=999", "API_PORT=8123"):
        assert f"\n{line}\n" in text
    show = place.run(
        "config", "show", "--json", BEDSIDE_SETTINGS_FILE="asked.env", SAMPLE_DATA="false", API_PORT=""
    )  # fmt: skip
    found = {row["name"]: row for row in json.loads(well(show))}
    assert found["ORGANISATION"]["value"] == "St Example's"
    assert (found["API_PORT"]["value"], found["API_PORT"]["origin"]) == ("8123", "file")
    printed = well(place.run("config", "init", "--env-only"))
    assert "# API_PORT=8000" in printed
    assert not (place.folder / ".env").exists()
    hostile = place.run("config", "init", "--interactive", "--file", "b.env", stdin='x" y\n' + answers)
    assert hostile.returncode == 2
    assert not (place.folder / "b.env").exists()


def test_config_show_masks_every_secret(place: Workplace) -> None:
    secret = "s3cret-9f8e7d"
    environment = {
        "DATABASE_URL": f"postgresql://app:{secret}@127.0.0.1/b",
        "DATABASE_OWNER_URL": f"postgresql://owner:{secret}@127.0.0.1/b",
        "JWT_SECRET_KEY": secret * 4,
        "REDIS_URL": f"redis://:{secret}@127.0.0.1",
    }
    for form in ([], ["--json"]):
        shown = well(place.run("config", "show", *form, **environment))
        assert secret not in shown
        assert "********" in shown
    rows = {row["name"]: row for row in json.loads(well(place.run("config", "show", "--json", **environment)))}
    assert rows["DATABASE_URL"]["value"] == "********"
    assert rows["DATABASE_URL"]["origin"] == "environment"


def test_health(bedside: Process) -> None:
    report = json.loads(well(bedside.place.run("health", "--json")))
    assert report["status"] == "healthy"
    assert {"db", "worker", "disk"} <= {part["part"] for part in report["parts"]}
    assert "Bedside" in well(bedside.place.run("health", "db"))
    assert bedside.place.run("health", "nothing").returncode in (1, 2)


def test_an_account_is_made_from_standard_input_and_signs_in(bedside: Process) -> None:
    place = bedside.place
    make = ("user", "create", "cli@example.org", "--role", "nurse", "--name", "Cleo Cli")
    assert place.run(*make).returncode == 2, "nobody is there to be asked"
    well(place.run(*make, "--dry-run"))
    made = json.loads(well(place.run(*make, "--password-stdin", "--json", stdin=PASSPHRASE + "\n")))
    assert (made["login"], made["role"]) == ("cli@example.org", "nurse")
    assert PASSPHRASE not in json.dumps(made)
    assert place.run(*make, "--password-stdin", stdin=PASSPHRASE + "\n").returncode == 1
    listed = json.loads(well(place.run("user", "list", "--role", "nurse", "--json")))
    assert "cli@example.org" in {row["login"] for row in listed}
    assert "cli@example.org" in well(place.run("user", "list"))
    login = ("login", "cli@example.org", "--url", place.address, "--password-stdin", "--json")
    tokens = {"BEDSIDE_TOKEN_FILE": str(place.folder / "cli.json")}
    assert place.run(*login, stdin="wrong\n", **tokens).returncode == 1
    assert json.loads(well(place.run(*login, stdin=PASSPHRASE + "\n", **tokens)))["login"] == "cli@example.org"
    assert (place.folder / "cli.json").stat().st_mode & 0o777 == 0o600
    well(place.run("logout", **tokens))
    assert place.run("whoami", **tokens).returncode != 0


def test_audit_lists_and_exports_what_happened(bedside: Process) -> None:
    place = bedside.place
    place.sample_token("admin")
    events = json.loads(well(place.run("audit", "list", "--last", "1h", "--action", "account.sign_in", "--json")))
    assert events
    assert all(event["action"].startswith("account.sign_in") for event in events)
    assert isinstance(json.loads(well(place.run("audit", "access", "--last", "24h", "--json"))), list)
    lines = well(place.run("audit", "export", "--last", "1h")).splitlines()
    assert len(lines) >= len(events)
    assert all(isinstance(json.loads(line), dict) for line in lines)
    file = place.folder / "export.jsonl"
    well(place.run("audit", "export", "--to", str(file)))
    assert file.stat().st_mode & 0o777 == 0o600
    assert place.run("audit", "export", "--to", str(file)).returncode == 2, "an export never overwrites"


def commands_with_json() -> set[tuple[str, ...]]:
    found = set()
    for name in COMMANDS:
        command = load_command(name)
        for verb, each in (getattr(command, "commands", None) or {"": command}).items():
            if any("--json" in parameter.opts for parameter in each.params):
                found.add((name, verb) if verb else (name,))
    return found


def test_json_of_every_command_that_has_it(bedside: Process) -> None:
    """One walk through all of them, as a nurse and a patient and an operator would; a new one must be added."""
    place = bedside.place
    seen: set[tuple[str, ...]] = set()

    def walk(*words: str, stdin: str = "", who: str = "nurse", codes: tuple[int, ...] = (0,)) -> Any:
        verbs = words[: 2 if hasattr(load_command(words[0]), "commands") else 1]
        done = place.run(*words, "--json", stdin=stdin, BEDSIDE_TOKEN_FILE=str(place.folder / f"{who}.json"))
        assert done.returncode in codes, f"{words}: {done.stdout}{done.stderr}"
        seen.add(tuple(verbs))
        return json.loads(done.stdout) if verbs != ("chat",) else [json.loads(x) for x in done.stdout.splitlines()]

    for who in ("patient", "nurse"):
        sign_in = ("login", f"{who}@example.org", "--url", place.address, "--password-stdin")
        walk(*sign_in, stdin=SAMPLE_PASSWORD + "\n", who=who)
    assert walk("whoami")["role"] == "nurse"
    assert walk("chat", stdin='{"text": "I have crushing chest pain"}\n', who="patient")
    waiting = walk("worklist", "list")["items"]
    case = waiting[0]["assessment_id"]
    for move in (["show"], ["claim"], ["release"], ["claim"], ["decide", "--reply", "Call 112 now.", "--reason", "x"]):
        walk("worklist", move[0], case, *move[1:])
    assert walk("triage", "assess", "I have crushing chest pain")["level"] == "emergency"
    document = place.folder / "walk.md"
    document.write_text("# Walking\n\nWalking a little every day is good for the heart.\n")
    walk("knowledge", "ingest", str(document))
    assert walk("knowledge", "search", "walking and the heart", "-k", "3")
    key = next(row["key"] for row in walk("knowledge", "list") if "walk" in row["key"])
    walk("knowledge", "retire", key, "--yes")
    new = ("user", "create", "walk@example.org", "--role", "patient", "--name", "Wal King", "--password-stdin")
    walk(*new, stdin=PASSPHRASE + "\n")
    walk("user", "list")
    walk("user", "role", "walk@example.org", "--role", "nurse")
    walk("user", "reset-password", "walk@example.org", "--password-stdin", stdin=PASSPHRASE + " more\n")
    walk("user", "reset-second-factor", "walk@example.org", codes=(0, 1))
    walk("user", "disable", "walk@example.org")
    walk("user", "enable", "walk@example.org")
    walk("token", "revoke", "--user", "walk@example.org")
    walk("audit", "list")
    walk("audit", "access")
    walk("health")
    for verb in ("setup", "migrate", "seed", "status"):
        walk("db", verb)
    walk("config", "check")
    walk("config", "show")
    assert commands_with_json() - seen == set()


def test_a_command_that_reads_a_pipe_which_closes_says_nothing(bedside: Process) -> None:
    place = bedside.place
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -m bedside audit export | head -n 1', sys.executable],
        capture_output=True, text=True, cwd=place.folder, env=place.environment(), timeout=90, check=False,
    )  # fmt: skip
    assert json.loads(done.stdout)
    assert "Traceback" not in done.stderr
