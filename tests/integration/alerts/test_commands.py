"""``bedside alerts`` as people run it, with a rule file of their own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from tests.support.command import run_command
from tests.support.receiver import receiving

RULES = """
rules:
  - {name: has_workers, title: It counts, part: jobs, when: {check: alerts.rules, above: 0}, severity: warning,
     channels: [operators], remedy: Nothing.}
  - {name: never, title: Never, when: {check: alerts.rules, status: down}, severity: critical, channels: [operators],
     remedy: Nothing.}
"""


class Terminal:
    def __init__(self, env: dict[str, str]) -> None:
        self.env = env

    def __call__(self, *words: str, code: int = 0, **env: str) -> Any:
        """Run ``bedside alerts`` with --json; return what it printed, read."""
        done = run_command("alerts", *words, "--json", env={**self.env, **env})
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout) if done.stdout else None

    def text(self, *words: str, code: int = 0, **env: str) -> str:
        done = run_command("alerts", *words, env={**self.env, **env})
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def alerts(settings: Settings, urls: DatabaseUrls, tmp_path: Path) -> Terminal:
    names = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "jobs": "DATABASE_JOBS_URL"}
    rules = tmp_path / "mine.yaml"
    rules.write_text(RULES)
    own = {name: urls.require(role) for role, name in names.items()}
    return Terminal({**os.environ, **own, "ALERT_RULES": str(rules)})


def test_an_alert_from_its_beginning_to_its_end(alerts: Terminal) -> None:
    assert alerts("list") == []
    assert alerts("evaluate", "--dry-run", code=3)["changes"] == [
        "has_workers: breach, pending",
        "has_workers: hold, firing",
    ]
    assert alerts("list") == []
    assert alerts("evaluate", code=3)["firing"] == ["has_workers"]
    (alert,) = alerts("list", code=3)
    assert (alert["rule"], alert["state"], alert["part"]) == ("has_workers", "firing", "jobs")
    assert "It counts" in alerts.text("list", code=3)
    assert alerts("ack", "has_workers", "--reason", "I look", "--dry-run")["state"] == "firing"
    assert alerts("ack", "has_workers", "--reason", "I look", "--for", "2h")["acknowledged_reason"] == "I look"
    assert alerts("list")[0]["state"] == "acknowledged"
    shown = alerts("show", alert["id"][:13])
    assert [change["event"] for change in shown["changes"]] == ["breach", "hold", "acknowledge"]
    assert shown["messages"][0]["channel"] == "operators"
    assert "acknowledge" in alerts.text("show", "has_workers")
    put = ("on-call", "add", "night", "Ben", "--channel", "operators")
    for words, code in (
        (("ack", "nobody", "--reason", "I look"), 1),
        (("ack", "has_workers", "--reason", "x"), 2),
        (("ack", "has_workers", "--reason", "I look", "--for", "soon"), 2),
        (("ack", "has_workers", "--reason", "I look", "--for", "30d"), 2),
        (("show", "%' OR 1=1"), 1),
        (("silence", "--reason", "New disks"), 2),
        (("silence", "--reason", "New disks", "--all", "--rule", "never"), 2),
        (("silence", "--reason", "New disks", "--rule", "nobody"), 1),
        (("test", "nobody"), 1),
        (("on-call", "add", "on_call", "Ben", "--channel", "nobody", "--from", "2026-11-23 08:00"), 1),
        (("on-call", "add", "on_call", "Ben", "--channel", "operators", "--from", "tomorrow"), 2),
        ((*put, "--from", "2026-03-29 02:30", "--time-zone", "Europe/Berlin"), 2),
    ):  # fmt: skip
        assert "Traceback" not in alerts.text(*words, code=code)


def test_silences_shifts_and_channels(alerts: Terminal) -> None:
    alerts.text("silence", "--reason", "New disks", "--part", "jobs", "--dry-run")
    assert alerts("silences") == []
    made = alerts("silence", "--reason", "New disks", "--part", "jobs", "--for", "2h")
    assert [silence["id"] for silence in alerts("silences")] == [made["id"]]
    assert alerts("evaluate")["firing"] == []
    assert alerts("list")[0]["state"] == "silenced"
    alerts.text("unsilence", made["id"], "--dry-run")
    alerts.text("unsilence", made["id"])
    alerts.text("unsilence", made["id"], code=1)
    assert alerts("evaluate", code=3)["changes"] == ["has_workers: unsilence, firing"]
    shift = ("on-call", "add", "on_call", "Ben", "--channel", "operators", "--from", "2026-01-05 08:00")
    alerts.text(*shift, "--dry-run")
    added = alerts(*shift, "--time-zone", "Europe/Berlin")
    assert (added["starts_at"], added["on_call"]) == ("2026-01-05T07:00:00Z", True)
    alerts.text(*shift, "--time-zone", "Europe/Berlin", code=1)
    assert alerts("on-call", "list")[0]["who"] == "Ben"
    alerts.text("on-call", "remove", added["id"], "--dry-run")
    alerts.text("on-call", "remove", added["id"])
    assert alerts("on-call", "list") == []
    with receiving() as receiver:
        channels = f"hook: {{kind: webhook, url: 'http://127.0.0.1:{receiver.port}/'}}"
        assert alerts("test", "hook", NOTIFY_CHANNELS=channels)["status"] == "sent"
        receiver.status = 500
        assert alerts("test", "hook", code=1, NOTIFY_CHANNELS=channels)["error"] == "HTTP 500"
        assert len(receiver.taken) == 2
    alerts.text("test", "operators", "--dry-run")


def test_rules_are_shown_read_and_compiled(alerts: Terminal, tmp_path: Path) -> None:
    assert [rule["name"] for rule in alerts("rules")["items"]] == ["has_workers", "never"]
    assert "bedside_check_value" in alerts.text("rules", "--format", "prometheus")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(RULES.rstrip().removesuffix("}") + ", colour: red}\n")
    assert "wrong.yaml, line 6: a rule has the unknown key `colour`" in alerts.text(
        "rules", "--check", str(wrong), code=2
    )
    assert "mine.yaml" in alerts.text("rules")
    assert "line 6" in alerts.text("evaluate", code=2, ALERT_RULES=str(wrong))
    assert alerts("list", ALERT_RULES=str(wrong)) == [], "what is open can still be read"
    assert "not a file" in alerts.text("list", code=2, ALERT_RULES="/nowhere")
