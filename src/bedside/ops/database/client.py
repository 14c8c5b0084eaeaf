"""psql, as a program of its own in the operator's terminal."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bedside.platform.database.urls import psycopg_url
from bedside.platform.embedded.binaries import PACKAGE, find_carrier
from bedside.platform.embedded.errors import EmbeddedPostgresError
from bedside.platform.errors import SettingsError

# Of the operator's own environment, what a terminal and an editor need. Nothing of libpq's may decide where we go.
_KEPT = ("PATH", "HOME", "TERM", "LANG", "LC_ALL", "TZ", "EDITOR", "PAGER", "PSQL_PAGER", "COLUMNS", "LINES")


def find_psql(folder: Path | None) -> Path:
    """Return psql: of ``folder`` (PG_BIN_DIR) where that is set, else the wheel's, else the machine's own.

    Raises SettingsError where there is none.
    """
    if folder is not None:
        found = folder / "psql"
        if os.access(found, os.X_OK):
            return found
        raise SettingsError(f"PG_BIN_DIR: there is no psql in {folder}.")
    try:
        carried = find_carrier().folder / PACKAGE / "pginstall" / "bin" / "psql"
    except EmbeddedPostgresError:
        carried = None
    if carried is not None and os.access(carried, os.X_OK):
        return carried
    path = shutil.which("psql")
    if path is None:
        raise SettingsError("There is no psql here; install PostgreSQL's client, or set PG_BIN_DIR to its folder.")
    return Path(path)


def run_psql(program: Path, url: str, options: list[str]) -> int:
    """Run psql in this terminal until it ends; return its exit code. Raises SettingsError for a malformed URL.

    The password goes by the environment of psql alone: arguments are visible to everybody on the machine.
    """
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(psycopg_url(url)).items() if value is not None}
    except psycopg.ProgrammingError:
        # Its text would quote the URL and the password in it.
        raise SettingsError("The role's URL is not understood; use postgresql://ROLE:PASSWORD@HOST/DATABASE") from None
    password = parts.pop("password", None)
    conninfo = make_conninfo(**{**parts, "application_name": "bedside db shell"})
    environment = _environment(password)
    # Ctrl-C ends a statement in psql; this process waits for psql to end by itself.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = subprocess.run(  # noqa: S603 - the program is ours or the operator's choice, the arguments are made here
            [str(program), "--no-psqlrc", *options, "--dbname", conninfo],
            env=environment,
            check=False,
            restore_signals=True,
            preexec_fn=_default_interrupt,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    return done.returncode


def _default_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _environment(password: str | None) -> Mapping[str, str]:
    found = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # What is typed may hold names: it is kept in no history file.
    found["PSQL_HISTORY"] = os.devnull
    return found if password is None else {**found, "PGPASSWORD": password}
