"""The commands as people run them: processes of their own, a real terminal where one is asked for."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest

from bedside.identity.settings import IdentitySettings
from bedside.platform.config import Settings
from bedside.platform.config.section import Section
from bedside.platform.database.roles import DatabaseUrls
from tests.conftest import serving
from tests.support.command import run_command

PASSWORD = "seven quiet herons wade"
BEDSIDE = [sys.executable, "-m", "bedside"]


@dataclass
class Cli:
    """Runs ``bedside`` in the test's home, against the test's database."""

    env: dict[str, str]

    def __call__(self, *args: str, stdin: str | None = None, expect: int = 0) -> str:
        done = run_command(*args, env=self.env, stdin=stdin or "")
        assert done.returncode == expect, done.stderr
        return done.stdout if expect == 0 else done.stderr

    def talk(self, *args: str, answers: list[tuple[str, str | Callable[[str], str]]]) -> str:
        """Run at a terminal: when a text has appeared, type the answer."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(sys.executable, [*BEDSIDE, *args], self.env)
        seen, deadline = "", time.monotonic() + 60
        for wanted, answer in [*answers, (None, "")]:
            start = len(seen)
            while wanted is None or wanted not in seen[start:]:
                assert time.monotonic() < deadline, seen
                if not select.select([terminal], [], [], 1)[0]:
                    continue
                try:
                    seen += os.read(terminal, 65536).decode()
                except OSError:  # the other end is closed
                    assert wanted is None, seen
                    break
            if wanted is not None:
                os.write(terminal, f"{answer(seen) if callable(answer) else answer}\n".encode())
        os.close(terminal)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, seen
        return seen


@pytest.fixture
def cli(settings: Settings, urls: DatabaseUrls, tmp_path: Path) -> Cli:
    env = {
        **os.environ,
        "DATABASE_URL": urls.require("app"),
        "DATABASE_OWNER_URL": urls.require("owner"),
        "DATABASE_JOBS_URL": urls.require("jobs"),
        "BEDSIDE_TOKEN_FILE": str(tmp_path / "config" / "token.json"),
        "COLUMNS": "200",
    }
    return Cli(env)


def test_an_operator_manages_accounts(cli: Cli) -> None:
    create = ("user", "create", "Nurse@Example.org", "--role", "nurse", "--name", "Noor [b]Nurse[/b]")
    cli(*create, "--dry-run")
    assert json.loads(cli("user", "list", "--json")) == []
    made = json.loads(cli(*create, "--password-stdin", "--json", stdin=f"{PASSWORD}\n"))
    assert (made["login"], made["role"]) == ("nurse@example.org", "nurse")
    assert "This login" in cli(*create, "--password-stdin", stdin=f"{PASSWORD}\n", expect=1)
    assert "already" in cli(*create, "--dry-run", expect=1)
    assert "Noor [b]Nurse[/b]" in cli("user", "list")


def test_an_operator_changes_accounts(cli: Cli) -> None:
    create = ("user", "create", "nurse@example.org", "--role", "nurse", "--name", "Noor", "--json")
    made = json.loads(cli(*create, "--password-stdin", stdin=f"{PASSWORD}\n"))
    cli("user", "disable", "nurse@example.org", "--dry-run")
    assert json.loads(cli("user", "list", "--json"))[0]["disabled_at"] is None
    assert json.loads(cli("user", "disable", "nurse@example.org", "--json"))["disabled_at"]
    assert json.loads(cli("user", "enable", made["id"], "--json"))["disabled_at"] is None
    assert json.loads(cli("user", "role", "nurse@example.org", "--role", "admin", "--json"))["role"] == "admin"
    assert json.loads(cli("user", "list", "--role", "nurse", "--json")) == []
    cli("user", "reset-password", "nurse@example.org", "--password-stdin", stdin="four grey otters swim\n")
    cli("user", "reset-password", "nurse@example.org", "--link")
    cli("user", "reset-second-factor", "nurse@example.org")


def test_a_locked_sign_in_is_shown_searched_and_lifted(cli: Cli, settings: Settings, urls: DatabaseUrls) -> None:
    for name in ("noor", "nils"):
        create = ("user", "create", f"{name}@example.org", "--role", "nurse", "--name", name, "--password-stdin")
        cli(*create, stdin=f"{PASSWORD}\n")
    with serving(settings, urls) as address:
        for _ in range(settings.get(IdentitySettings).lockout_failures):
            cli("login", "noor@example.org", "--url", address, "--password-stdin", stdin="not it\n", expect=1)
    shown = cli("user", "list", "--search", "NOOR")
    assert "locked until" in shown
    assert "nils" not in shown
    assert "locked until" not in cli("user", "list", "--search", "nils")
    assert "Would unlock" in cli.talk("user", "unlock", "noor@example.org", "--dry-run", answers=[])
    assert "locked until" in cli("user", "list")
    assert json.loads(cli("user", "unlock", "noor@example.org", "--json"))["locked_until"] is None
    assert "locked until" not in cli("user", "list")
    assert json.loads(cli("user", "list", "--disabled", "--json")) == []


@pytest.mark.parametrize(
    ("args", "stdin", "code", "says"),
    [
        (("user", "create", "x@example.org", "--role", "nurse", "--name", "X"), None, 2, "--password-stdin"),
        (("user", "create", "x@example.org", "--role", "king", "--name", "X"), None, 2, "role"),
        (("user", "create", "no address", "--role", "nurse", "--name", "X"), None, 2, "e-mail address"),
        (
            ("user", "create", "x@example.org", "--role", "nurse", "--name", "X", "--password-stdin"),
            "short\n",
            2,
            "at least 12",
        ),
        (("user", "create", "x@example.org", "--role", "nurse", "--name", "X", "--password-stdin"), "\n", 2, "empty"),
        (("user", "disable", "nobody@example.org"), None, 1, "No account"),
        (("user", "list", "--role", "system"), None, 2, "--role must be"),
        (("token", "revoke"), None, 2, "Say whose"),
        (("token", "revoke", "--all"), None, 2, "add --yes"),
        (("token", "revoke", "--session", "x"), None, 2, "id"),
        (("token", "revoke", "--user", "a@b.c", "--all", "--yes"), None, 2, "Say whose"),
        (("whoami",), None, 1, "bedside login"),
        (("login", "a@example.org", "--url", "ftp://x", "--password-stdin"), "x\n", 2, "http"),
        (("login", "a@example.org", "--url", "http://127.0.0.1:9", "--password-stdin"), "x\n", 1, "does not answer"),
    ],
)
def test_wrong_use_says_what_to_do(cli: Cli, args: tuple[str, ...], stdin: str | None, code: int, says: str) -> None:
    told = cli(*args, stdin=stdin, expect=code)
    assert says in told
    assert "Traceback" not in told


def test_signing_in_is_kept_for_the_owner_and_renewed(
    cli: Cli, settings: Settings, urls: DatabaseUrls, tmp_path: Path
) -> None:
    cli(
        *("user", "create", "nurse@example.org", "--role", "nurse", "--name", "Noor", "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )
    kept = tmp_path / "config" / "token.json"
    with serving(settings, urls) as address:
        enter = ("login", "nurse@example.org", "--url", address, "--password-stdin")
        assert "wrong" in cli(*enter, stdin="not it\n", expect=1)
        assert not kept.exists()
        assert cli(*enter, stdin=f"{PASSWORD}\n") == "Noor <nurse@example.org>, nurse\n"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert PASSWORD not in kept.read_text()
        stored = json.loads(kept.read_text())
        kept.write_text(json.dumps({**stored, "access_token": "x.y.z"}))
        assert json.loads(cli("whoami", "--json"))["role"] == "nurse"
        assert json.loads(kept.read_text())["refresh_token"] != stored["refresh_token"]
        kept.chmod(0o644)
        assert "open to other users" in cli("whoami", expect=1)
        kept.chmod(0o600)
        assert "Would end 1" in cli.talk("token", "revoke", "--user", "nurse@example.org", "--dry-run", answers=[])
        assert json.loads(cli("token", "revoke", "--user", "Nurse@example.org", "--json")) == {"sessions": 1}
        assert "bedside login" in cli("whoami", expect=1)
        cli(*enter, stdin=f"{PASSWORD}\n")
        assert json.loads(cli("token", "revoke", "--all", "--yes", "--json")) == {"sessions": 1}
        cli(*enter, stdin=f"{PASSWORD}\n")
        assert "Signed out." in cli.talk("logout", answers=[])
        assert not kept.exists()
        assert "not signed in" in cli.talk("logout", answers=[])


def test_staff_enrol_a_second_factor_at_the_terminal(cli: Cli, settings: Settings, urls: DatabaseUrls) -> None:
    changed: Section = settings.get(IdentitySettings).model_copy(update={"second_factor": True})
    codes: list[str] = []

    def first(seen: str) -> str:
        secret = re.search(r"type in the secret (\w+)", seen)
        assert secret is not None
        codes.append(secret[1])
        return pyotp.TOTP(secret[1]).now()

    def following(_: str) -> str:
        return pyotp.TOTP(codes[0]).at(time.time(), counter_offset=1)

    create = ("user", "create", "nurse@example.org", "--role", "nurse", "--name", "Noor")
    cli.talk(*create, answers=[("Password: ", PASSWORD), ("confirmation: ", PASSWORD)])
    with serving(settings.replace(changed), urls) as address:
        seen = cli.talk(
            *("login", "nurse@example.org", "--url", address),
            answers=[("Password: ", PASSWORD), ("code that the app shows", first), ("next code", following)],
        )
        assert "Noor <nurse@example.org>, nurse" in seen
        assert PASSWORD not in seen
        recovery = re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", seen)
        assert len(recovery) == 10
        seen = cli.talk(
            *("login", "nurse@example.org", "--url", address),
            answers=[("Password: ", PASSWORD), ("second factor", recovery[0])],
        )
        assert "Noor" in seen
        given = ("login", "nurse@example.org", "--url", address, "--password-stdin")
        assert "--code" in cli(*given, stdin=f"{PASSWORD}\n", expect=1)
        cli(*given, "--code", recovery[1], stdin=f"{PASSWORD}\n")
