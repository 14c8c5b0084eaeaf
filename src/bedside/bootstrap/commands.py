"""The command line's groups and commands. Modules are named, not imported: each run loads the one it needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """Where a command or group is: a module and its Typer app; ``help`` is what ``bedside --help`` shows."""

    module: str
    help: str
    attribute: str = "app"


COMMANDS: dict[str, Entry] = {
    "up": Entry("bedside.up", "Start everything here: database, API and worker."),
    "serve": Entry("bedside.api", "Run the API alone."),
    "worker": Entry("bedside.worker", "Run background jobs and the schedule alone."),
    "login": Entry("bedside.identity.login_commands", "Sign in to a running Bedside.", "login_app"),
    "logout": Entry("bedside.identity.login_commands", "Sign out and forget the sign-in.", "logout_app"),
    "whoami": Entry("bedside.identity.login_commands", "Show who is signed in.", "whoami_app"),
    "reset-password": Entry("bedside.identity.reset_command", "Choose a new password with the link from your mail."),
    "chat": Entry("bedside.assistant.commands", "Talk to the assistant, as a patient."),
    "worklist": Entry("bedside.care.commands", "The nurse's worklist: list, show, claim, release, decide."),
    "triage": Entry("bedside.triage.commands", "Assess messages; check and evaluate protocols."),
    "knowledge": Entry("bedside.knowledge.commands", "Sources: ingest, search, list."),
    "health": Entry("bedside.ops.health.commands", "How each part is, with evidence and remedy."),
    "procedures": Entry("bedside.ops.procedures.commands", "What an operator runs: list, show, run, history, cancel."),
    "rounds": Entry("bedside.ops.rounds.commands", "Daily, weekly, monthly, quarterly rounds, and their reports."),
    "capacity": Entry("bedside.ops.capacity.commands", "Growth, and when each limit is reached."),
    "logs": Entry("bedside.ops.logs.commands", "Read the logs; sanitize logs that others wrote."),
    "alerts": Entry("bedside.ops.alerts.commands", "Alerts: list, acknowledge, silence, test a channel, rules."),
    "user": Entry("bedside.identity.commands", "Accounts: create, list, disable, reset."),
    "token": Entry("bedside.identity.token_commands", "Revoke sign-ins."),
    "audit": Entry("bedside.audit.commands", "Read and export the audit log."),
    "db": Entry(
        "bedside.ops.database.commands", "The database: setup, migrate, seed, status, pool, advise, tune, shell."
    ),
    "maintenance": Entry("bedside.ops.maintenance.commands", "Database care, retention, legal holds, windows."),
    "sample-data": Entry("bedside.ops.sample.commands", "Sample data: reset, in development alone."),
    "config": Entry("bedside.ops.config.commands", "Settings: init, check, show."),
}
