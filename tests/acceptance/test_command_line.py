"""The command line beside a running Bedside: exit codes, JSON, and each group's main path."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from bedside.bootstrap.commands import COMMANDS
from bedside.cli import load_command
from bedside.platform.database.roles import DatabaseUrls
from tests.support.running import SAMPLE_PASSWORD, Process, Workplace, workplace

PASSPHRASE = "four quiet words more"
LOOKS = 6
"""At the health of what may not have answered in time, on a machine that is busy."""


# Every command that has --json, by the test below that runs it.
ACCOUNTS = {
    ("user", "create"),
    ("user", "list"),
    ("user", "role"),
    ("user", "reset-password"),
    ("user", "reset-second-factor"),
    ("user", "disable"),
    ("user", "enable"),
    ("user", "unlock"),
    ("token", "revoke"),
    ("token", "list"),
}
CLINICAL = {
    ("login",),
    ("whoami",),
    ("chat",),
    ("worklist", "list"),
    ("worklist", "show"),
    ("worklist", "claim"),
    ("worklist", "release"),
    ("worklist", "decide"),
    ("worklist", "undo"),
    ("worklist", "refer"),
    ("worklist", "note"),
}
KNOWLEDGE = {("knowledge", "ingest"), ("knowledge", "search"), ("knowledge", "list"), ("knowledge", "retire")}
TRIAGE = {("triage", "assess"), ("triage", "protocols"), ("triage", "validate"), ("triage", "evaluate")}
SAMPLE_DATA = {("sample-data", "reset")}
LOGS = {("logs", "sanitize")}
# By tests/integration/alerts/test_commands.py, with rules of its own: whether ours fire is the machine's matter.
ALERTS = {("alerts", verb) for verb in ("list", "show", "ack", "silence", "silences", "rules", "evaluate", "test")}
# Their exit code says what was found, which here is nobody's to know: tests/integration/ops/database.
DATABASE = {("db", "slow-queries"), ("db", "blocked"), ("db", "advise")}
# These need a worker that waits, or a round with a question: tests/integration/ops/procedures and .../rounds.
CARE_ELSEWHERE = {("procedures", "cancel"), ("rounds", "report"), ("rounds", "answer")}
CARE = {
    ("procedures", "list"),
    ("procedures", "show"),
    ("procedures", "run"),
    ("procedures", "history"),
    ("maintenance", "run"),
    ("maintenance", "log"),
    ("maintenance", "retention"),
    ("rounds", "daily"),
    ("rounds", "weekly"),
    ("rounds", "monthly"),
    ("rounds", "quarterly"),
    ("rounds", "list"),
    ("capacity",),
}
HEALTH = {("health",)}
LOOKING = {
    ("audit", "list"),
    ("audit", "access"),
    ("db", "setup"),
    ("db", "migrate"),
    ("db", "seed"),
    ("db", "status"),
    ("db", "pool"),
    ("db", "tune"),
    ("config", "check"),
    ("config", "show"),
}


@dataclass
class Walk:
    """Runs commands with --json, each signed in as somebody, and keeps which it has run."""

    place: Workplace
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def __call__(self, *words: str, stdin: str = "", who: str = "nurse", codes: tuple[int, ...] = (0,)) -> Any:
        """Return what a command that ends with one of ``codes`` prints, read as JSON."""
        done = self.place.run(*words, "--json", stdin=stdin, BEDSIDE_TOKEN_FILE=str(self.place.folder / f"{who}.json"))
        self.seen.add(words[: 2 if hasattr(load_command(words[0]), "commands") else 1])
        assert done.returncode in codes, f"{done.args}: {done.returncode} {done.stdout}{done.stderr}"
        return json.loads(done.stdout)


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
    assert report.pop("warnings")[0].startswith("CRISIS_LINE is not set")
    assert report == {"status": "valid", "file": ".env", "home": str(place.home)}
    assert json.loads(well(place.run("config", "check", "--json", CRISIS_LINE="116 123")))["warnings"] == []
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


def test_settings_are_told_apart_from_those_of_the_bedside_that_runs(bedside: Process) -> None:
    shown = bedside.place.run("config", "show", "--json")
    assert json.loads(well(shown))
    assert f"A Bedside runs on {bedside.place.home} at {bedside.place.address}, with" in shown.stderr
    other = bedside.place.run("config", "show", API_PORT="1")
    assert "(these settings say http://127.0.0.1:1)" in other.stderr


def test_health(bedside: Process) -> None:
    # The machine that tests run on may be busy, which is no fault of Bedside's: its own parts must be well, and where
    # one did not answer in its second, at another look.
    def unwell() -> dict[str, Any]:
        parts = {part["part"]: part for part in walk("health", codes=(0, 1, 3))["parts"]}
        assert {"api", "db", "worker", "disk", "secrets", "audit", "signin", "settings"} <= set(parts)
        own = ("api", "worker", "storage", "secrets", "audit", "settings", "version")
        return {name: parts[name] for name in own if parts[name]["status"] != "healthy"}

    def in_words(*words: str) -> str:
        for _ in range(LOOKS - 1):
            if (done := bedside.place.run("health", *words)).returncode == 0:
                return done.stdout
        return well(bedside.place.run("health", *words))

    walk = Walk(bedside.place)
    for _ in range(LOOKS):
        if not (found := unwell()):
            break
    assert found == {}
    assert walk.seen == HEALTH
    assert "Bedside" in in_words("db.connection")
    assert bedside.place.address in in_words("api", "--json")
    assert bedside.place.run("health", "nothing").returncode in (1, 2)


def test_an_account_from_its_making_to_its_end(bedside: Process) -> None:
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
    login = ("login", "cli@example.org", "--url", place.address, "--password-stdin", "--json")
    tokens = {"BEDSIDE_TOKEN_FILE": str(place.folder / "cli.json")}
    assert place.run(*login, stdin="wrong\n", **tokens).returncode == 1
    assert json.loads(well(place.run(*login, stdin=PASSPHRASE + "\n", **tokens)))["login"] == "cli@example.org"
    assert (place.folder / "cli.json").stat().st_mode & 0o777 == 0o600
    walk = Walk(place)
    assert walk("token", "list", "--user", "cli@example.org")
    assert walk("token", "revoke", "--user", "cli@example.org")["sessions"] == 1
    assert place.run("whoami", **tokens).returncode == 1
    assert walk("user", "role", "cli@example.org", "--role", "physician")["role"] == "physician"
    walk("user", "reset-password", "cli@example.org", "--password-stdin", stdin=PASSPHRASE + " more\n")
    walk("user", "reset-second-factor", "cli@example.org")
    assert walk("user", "disable", "cli@example.org")["disabled_at"]
    assert place.run(*login, stdin=PASSPHRASE + " more\n", **tokens).returncode == 1
    assert walk("user", "unlock", "cli@example.org")["disabled_at"], "what is disabled stays so"
    assert walk("user", "enable", "cli@example.org")["disabled_at"] is None
    assert json.loads(well(place.run(*login, stdin=PASSPHRASE + " more\n", **tokens)))["role"] == "physician"
    well(place.run("logout", **tokens))
    assert walk.seen | {("user", "create"), ("user", "list")} == ACCOUNTS


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


def test_a_case_in_the_terminal(bedside: Process) -> None:
    walk = Walk(bedside.place)
    for who in ("patient", "nurse"):
        sign_in = ("login", f"{who}@example.org", "--url", bedside.place.address, "--password-stdin")
        walk(*sign_in, stdin=SAMPLE_PASSWORD + "\n", who=who)
    assert walk("whoami")["role"] == "nurse"
    talk = walk("chat", stdin='{"text": "I have crushing chest pain"}\n', who="patient")
    case = talk["assessment"]["id"]
    assert case in {item["assessment_id"] for item in walk("worklist", "list")["items"]}
    assert "crushing chest pain" in json.dumps(walk("worklist", "show", case))
    decide = ["decide", case, "--reply", "Call 112 now."]
    note = ["note", case, "Called back; her son is with her."]
    for move in (["claim", case], ["release", case], ["claim", case], note, decide, ["undo", case]):
        walk("worklist", *move)
    walk("worklist", "refer", case, "--reason", "A physician should read the electrocardiogram.")
    assert walk.seen == CLINICAL


def test_knowledge_in_the_terminal(bedside: Process) -> None:
    walk = Walk(bedside.place)
    document = bedside.place.folder / "walk.md"
    document.write_text("# Walking\n\nWalking a little every day is good for the heart.\n")
    walk("knowledge", "ingest", str(document))
    assert walk("knowledge", "search", "walking and the heart", "-k", "3")
    key = next(row["key"] for row in walk("knowledge", "list") if "walk" in row["key"])
    walk("knowledge", "retire", key, "--yes")
    assert walk.seen == KNOWLEDGE


def test_json_of_every_command_that_only_looks_or_may_be_repeated(bedside: Process) -> None:
    walk = Walk(bedside.place)
    for words in LOOKING:
        walk(*words)
    assert walk.seen == LOOKING


def test_procedures_care_and_rounds_in_the_terminal(bedside: Process) -> None:
    walk = Walk(bedside.place)
    assert "jobs.retry_failed" in {each["name"] for each in walk("procedures", "list")["items"]}
    assert walk("procedures", "show", "jobs.retry_failed")["name"] == "jobs.retry_failed"
    ran = walk("procedures", "run", "jobs.retry_failed", "--dry-run")
    assert (ran["state"], ran["dry_run"]) == ("completed", True)
    assert ran["id"] in {each["id"] for each in walk("procedures", "history", "jobs.retry_failed")}
    assert walk("maintenance", "run", "--tasks", "update_statistics", "--no-backup", "--dry-run")["dry_run"]
    assert isinstance(walk("maintenance", "log"), list)
    assert walk("maintenance", "retention")["items"]
    for period in ("daily", "weekly", "monthly", "quarterly"):
        assert walk("rounds", period, "--dry-run")["dry_run"]
    assert len(walk("rounds", "list")["periods"]) == 4
    # How full the machine is that tests run on is no fault of Bedside's.
    assert walk("capacity", codes=(0, 3))["projections"]
    assert walk.seen == CARE


def test_what_a_reset_of_the_sample_data_would_do(bedside: Process) -> None:
    walk = Walk(bedside.place)
    assert walk("sample-data", "reset", "--dry-run")
    assert walk.seen == SAMPLE_DATA


def test_triage_in_the_terminal(place: Workplace) -> None:
    walk = Walk(place)
    assert walk("triage", "assess", "I have crushing chest pain")["level"] == "emergency"
    assert walk("triage", "protocols")
    walk("triage", "validate")
    labelled = place.folder / "labelled.jsonl"
    labelled.write_text('{"id": "1", "text": "I have crushing chest pain", "level": "emergency"}\n')
    walk("triage", "evaluate", str(labelled))
    assert walk.seen == TRIAGE


def test_logs_in_the_terminal(bedside: Process) -> None:
    walk = Walk(bedside.place)
    lines = well(bedside.place.run("logs", "--json", "--part", "http", "--limit", "20")).splitlines()
    assert {json.loads(line)["event"] for line in lines} == {"request"}
    file = bedside.place.home / "logs" / "api.log"
    found = walk("logs", "sanitize", str(file), "--dry-run")["found"]
    assert found.keys() & {"name", "phone", "e-mail", "token", "secret"} == set(), "there is nothing to take out"
    assert walk.seen == LOGS


def test_json_of_every_command_is_held_by_one_of_the_tests_above() -> None:
    found = set()
    for name in COMMANDS:
        command = load_command(name)
        for verb, each in (getattr(command, "commands", None) or {"": command}).items():
            if any("--json" in parameter.opts for parameter in each.params):
                found.add((name, verb) if verb else (name,))
    tried = ACCOUNTS | CLINICAL | KNOWLEDGE | TRIAGE | SAMPLE_DATA | LOGS | CARE | HEALTH | LOOKING
    tried |= ALERTS | DATABASE | CARE_ELSEWHERE
    assert found - tried == set()


def test_a_command_that_reads_a_pipe_which_closes_says_nothing(bedside: Process) -> None:
    place = bedside.place
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -m bedside audit export | head -n 1', sys.executable],
        capture_output=True, text=True, cwd=place.folder, env=place.environment(), timeout=90, check=False,
    )  # fmt: skip
    assert json.loads(done.stdout)
    assert "Traceback" not in done.stderr
