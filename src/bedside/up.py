"""``bedside up``: everything on one machine. The database is watched here; the API and the worker are children."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import structlog
import typer

from bedside.bootstrap.database import embedded_server, prepare_embedded, require_external
from bedside.bootstrap.settings import read_settings
from bedside.platform.config import Settings
from bedside.platform.config.address import DEFAULT_URL, forget_address, write_address
from bedside.platform.config.core import DatabaseSettings, LogSettings, ServerSettings
from bedside.platform.database.migrate import head
from bedside.platform.embedded.supervisor import PostgresSupervisor
from bedside.platform.errors import BedsideError, SettingsError, Unavailable
from bedside.platform.logging import configure_logging
from bedside.platform.processes import ChildProcess, ProcessSupervisor

_log = structlog.get_logger(__name__)

LEAST_FREE_BYTES = 300 * 1024 * 1024
READY_SECONDS = 60.0
# The API goes on without a database that takes longer: the safety screen needs none.
API_WAIT_SECONDS = "5"
WORKER_WAIT_SECONDS = "60"
_POLL_SECONDS = 0.05
# The terminal is for the person at it; the children's logs are in files.
_QUIET = {**os.environ, "LOG_STDERR": "false"}

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def up() -> None:
    """Start the database, the API and the worker, load what a fresh Bedside needs, and say where it is."""
    settings = read_settings()
    _require_room(settings.home)
    _require_free_port(settings.get(ServerSettings))
    log = settings.get(LogSettings).model_copy(update={"to_stderr": False})
    configure_logging(log, settings.home / "logs", process="up")
    if not settings.get(DatabaseSettings).is_embedded:
        require_external(settings)
    database = PostgresSupervisor(embedded_server(settings), _log)
    if settings.get(DatabaseSettings).is_embedded:
        # Before anything is started: a Bedside that runs here must not feel that another was tried.
        database.server.reserve()
    # The children load while the database starts, and wait for it.
    children = ProcessSupervisor(
        [
            ChildProcess("api", [*_bedside(), "serve", "--wait-for-database", API_WAIT_SECONDS], env=_QUIET),
            ChildProcess(
                "worker",
                [*_bedside(), "worker", "--wait-for-database", WORKER_WAIT_SECONDS],
                env=_QUIET,
                stop_timeout=25,
            ),
        ],
        _log,
    )
    failures: list[BedsideError] = []
    herald = threading.Thread(target=_announce, args=(settings, children, failures), daemon=True)

    def prepare() -> None:
        if settings.get(DatabaseSettings).is_embedded:
            database.start()
            prepare_embedded(database.server, settings)
        herald.start()

    try:
        children.run(prepare)
    finally:
        if herald.is_alive():
            herald.join()
        if settings.get(DatabaseSettings).is_embedded:
            database.stop()
        forget_address(settings.home, settings.get(ServerSettings).url)
    if failures:
        raise failures[0]
    typer.echo("Bedside has stopped.", err=True)


def _bedside() -> list[str]:
    return [sys.executable, "-m", "bedside"]


def _require_room(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(home).free
    except OSError as error:
        raise SettingsError(f"BEDSIDE_HOME {home} can't be made ({error.strerror}); choose another folder.") from None
    if free < LEAST_FREE_BYTES:
        raise SettingsError(
            f"Only {free // 2**20} MiB are free at {home}; Bedside needs {LEAST_FREE_BYTES // 2**20} MiB to start. "
            "Free some space or set BEDSIDE_HOME to a folder elsewhere."
        )


def _require_free_port(server: ServerSettings) -> None:
    """Ask before the database is started, so that a mistake costs no time."""
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.host, server.port))
        except OSError as error:
            raise SettingsError(
                f"Can't listen on {server.host}:{server.port} ({error.strerror}); is Bedside running already? "
                "Stop what uses it, or choose another with API_PORT."
            ) from None


def _announce(settings: Settings, supervisor: ProcessSupervisor, failures: list[BedsideError]) -> None:
    """Load what is missing, wait for the API, then tell the person at the terminal."""
    try:
        _seed_once(settings, supervisor)
        _wait_until_ready(settings.get(ServerSettings), supervisor)
    except BedsideError as error:
        failures.append(error)
        supervisor.stop()
        return
    if not supervisor.stopping:
        write_address(settings.home, settings.get(ServerSettings).url)
        typer.echo(_banner(settings))


def _seed_once(settings: Settings, supervisor: ProcessSupervisor) -> None:
    """Run ``bedside db seed`` when this version's content is not loaded yet, in a process of its own."""
    marker = settings.home / "seeded.json"
    wanted = {"content": _content_fingerprint(), "sample_data": settings.core.sample_data}
    try:
        if json.loads(marker.read_text(encoding="utf-8")) == wanted:
            return
    except (OSError, ValueError):
        pass
    # A session of its own: Ctrl-C reaches it once, through us.
    seeder = subprocess.Popen(  # noqa: S603 - our own program
        [*_bedside(), "db", "seed"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    said = _until_done(seeder, supervisor)
    if supervisor.stopping:
        return
    if seeder.returncode != 0:
        reason = said.strip().splitlines()[-1:] or ["no reason given"]
        raise Unavailable(f"Loading the starter content failed: {reason[0]}")
    marker.write_text(json.dumps(wanted), encoding="utf-8")


def _until_done(process: subprocess.Popen[str], supervisor: ProcessSupervisor) -> str:
    """Return what ``process`` said on stderr; end it when the supervisor stops."""
    while True:
        try:
            return process.communicate(timeout=0.1)[1]
        except subprocess.TimeoutExpired:
            if supervisor.stopping:
                process.kill()


def _content_fingerprint() -> str:
    digest = hashlib.sha256(f"{version('bedside')} {head()}".encode())
    folder = Path(str(resources.files("bedside.knowledge") / "data" / "starter"))
    for path in sorted(folder.glob("*.md")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _wait_until_ready(server: ServerSettings, supervisor: ProcessSupervisor) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(server.host, server.host)  # noqa: S104 - asked, not bound
    address = f"http://{host}:{server.port}/ready"
    deadline = time.monotonic() + READY_SECONDS
    reason = "See the logs below BEDSIDE_HOME/logs."
    while time.monotonic() < deadline and not supervisor.stopping:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as answer:
            reason = _reason(answer) or reason
        except OSError:
            pass
        time.sleep(_POLL_SECONDS)
    if not supervisor.stopping:
        raise Unavailable(f"The API is not ready after {READY_SECONDS:g} s. {reason}")


def _reason(answer: urllib.error.HTTPError) -> str | None:
    try:
        return str(json.load(answer)["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _banner(settings: Settings) -> str:
    server = settings.get(ServerSettings)
    lines = [
        "",
        f"Bedside {version('bedside')} is ready at {server.url}",
        f"  API documentation  {server.url}/api/docs",
        f"  data               {settings.home}",
        f"  logs               {settings.home / 'logs'}",
    ]
    if settings.core.sample_data:
        lines += [
            "  sample sign-ins    patient@example.org, nurse@example.org,",
            "                     physician@example.org, admin@example.org",
            "  password           bedside-sample",
            "",
            "In another terminal:",
            f"  .venv/bin/bedside login patient@example.org{_url_option(server)}",
            "  .venv/bin/bedside chat",
        ]
    lines.append("Ctrl-C stops everything.")
    return "\n".join(lines)


def _url_option(server: ServerSettings) -> str:
    """Return how ``bedside login`` is told the address, where it is not the one it goes to by itself."""
    return "" if server.url == DEFAULT_URL else f" --url {server.url}"
