"""Bedside as people run it: real ``python -m bedside`` processes in a home of their own, stopped for certain.

with workplace() as place:                       # a folder, a free port, an environment that holds nothing else
    with place.up() as bedside:                  # the banner is out: ready
        bedside.http.get("/health")
        place.run("user", "list", "--json")      # a command beside it
    # SIGINT, and everything is gone; place.up() again is a warm start
"""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
import psutil

from bedside.platform import tied_process

_TIED = Path(tied_process.__file__)
_PREFIX = "bedside-up-"
READY_SECONDS = 90.0
STOP_SECONDS = 40.0
SAMPLE_PASSWORD = "bedside-sample"
_POLL_SECONDS = 0.02


class NotThere(AssertionError):
    """Something did not happen in time."""


def eventually(true: Callable[[], Any], seconds: float = READY_SECONDS, what: str = "it") -> None:
    """Wait until ``true()`` holds. Raises NotThere."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise NotThere(f"{what} did not happen within {seconds:g} s")
        time.sleep(_POLL_SECONDS)


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gone(pid: int) -> bool:
    """Tell whether a process has ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@dataclass
class Workplace:
    """A folder to work in, with ``home`` (BEDSIDE_HOME) below it."""

    folder: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self, **more: str) -> dict[str, str]:
        """Return a whole environment: nothing of the tester's own settings reaches Bedside."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "BEDSIDE_HOME": str(self.home),
            "API_PORT": str(self.port),
            "SAMPLE_DATA": "true",
            **self.settings,
            **more,
        }

    def run(
        self, *arguments: str, stdin: str = "", timeout: float = READY_SECONDS, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "bedside", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment(**environment),
            timeout=timeout,
            check=False,
        )

    @contextmanager
    def process(self, *arguments: str, **environment: str) -> Iterator[Process]:
        """Start a command that goes on (``up``, ``serve``, ``worker``); what is left of it is killed at the end."""
        number = len(list(self.folder.glob("stdout-*")))
        with (self.folder / f"stdout-{number}").open("wb") as out, (self.folder / f"stderr-{number}").open("wb") as err:
            process = Process(self, self._start(arguments, environment, out, err), Path(out.name), Path(err.name))
        try:
            yield process
        finally:
            process.close()
            self.kill_what_is_left()

    def _start(
        self, arguments: tuple[str, ...], environment: dict[str, str], out: IO[bytes], err: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        # A session of its own stands for a terminal: SIGINT to its group is Ctrl-C. Tied to the tests' own process,
        # so that a killed run leaves no Bedside.
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_TIED), str(os.getpid()), sys.executable, "-m", "bedside", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=self.folder,
            env=self.environment(**environment),
            start_new_session=True,
        )

    @contextmanager
    def up(self, **environment: str) -> Iterator[Process]:
        """Run ``bedside up`` from its banner until the block ends, then stop it as Ctrl-C does."""
        with self.process("up", **environment) as process:
            process.wait_for_banner()
            yield process
            if process.popen.poll() is None:
                process.stop()

    def processes(self) -> list[psutil.Process]:
        """Return every process that belongs to this home: Bedside's own and PostgreSQL's."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                belongs = process.environ().get("BEDSIDE_HOME") == str(self.home)
                if belongs or any(str(self.home) in word for word in process.cmdline()):
                    found.append(process)
        return found

    def kill_what_is_left(self) -> None:
        """Kill every process of this home, and what those started."""
        for process in self.processes():
            with suppress(psutil.Error):
                for one in [process, *process.children(recursive=True)]:
                    one.kill()

    def logs(self) -> dict[str, str]:
        """Return the text of every log and of everything the processes printed, by file."""
        files = [*(self.home / "logs").glob("*"), *self.folder.glob("stdout-*"), *self.folder.glob("stderr-*")]
        return {file.name: _text(file) for file in files}

    def sample_token(self, who: str) -> str:
        """Sign in ``who``@example.org; return the access token."""
        form = {"username": f"{who}@example.org", "password": SAMPLE_PASSWORD}
        answer = httpx.post(f"{self.address}/api/auth/token", data=form, timeout=30, trust_env=False)
        answer.raise_for_status()
        return str(answer.json()["access_token"])


@dataclass
class Process:
    """A running ``bedside`` command."""

    place: Workplace
    popen: subprocess.Popen[bytes]
    stdout_file: Path
    stderr_file: Path

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.place.address, timeout=30, trust_env=False)

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def stdout(self) -> str:
        return self.stdout_file.read_text(encoding="utf-8")

    @property
    def stderr(self) -> str:
        return self.stderr_file.read_text(encoding="utf-8")

    def child(self, name: str) -> int:
        """Return the process id of ``serve`` or ``worker`` below ``bedside up``."""
        for process in psutil.Process(self.pid).children():
            words = process.cmdline()
            # Between fork and exec it is still the program that ties it to its parent.
            if name in words and "bedside" in words and "-I" not in words:
                return process.pid
        raise NotThere(f"{name} does not run")

    def find_child(self, name: str) -> int:
        """Return as ``child``, or 0 while there is none: between a death and the next start, or before its exec."""
        with suppress(NotThere, psutil.Error):
            return self.child(name)
        return 0

    def has_child(self, name: str) -> bool:
        return self.find_child(name) != 0

    def postmaster(self) -> int:
        """Return the process id of PostgreSQL."""
        return int((self.place.home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])

    def answers(self, path: str = "/ready") -> bool:
        """Tell whether the API answers ``path`` with 200."""
        try:
            return self.http.get(path).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_for_banner(self, seconds: float = READY_SECONDS) -> None:
        """Wait until ``bedside up`` says that it is ready. Raises NotThere with what it said instead."""

        def said() -> bool:
            if self.popen.poll() is not None:
                raise NotThere(f"it ended with {self.popen.returncode}: {self.stdout}{self.stderr}")
            return "Ctrl-C stops everything." in self.stdout

        eventually(said, seconds, "the banner")

    def wait(self, seconds: float = READY_SECONDS) -> int:
        """Return the exit code once the process has ended by itself."""
        return self.popen.wait(seconds)

    def stop(self, number: signal.Signals = signal.SIGINT, *, group: bool = False) -> int:
        """Send a signal to the process, or to its whole group as a terminal does; return the exit code."""
        (os.killpg if group else os.kill)(self.pid, number)
        return self.wait(STOP_SECONDS)

    def close(self) -> None:
        """Kill the process and its children, whatever state they are in."""
        self.http.close()
        if self.popen.poll() is None:
            with suppress(psutil.Error):
                for child in psutil.Process(self.pid).children(recursive=True):
                    child.kill()
            self.popen.kill()
            self.popen.wait()


@contextmanager
def workplace(**settings: str) -> Iterator[Workplace]:
    """Yield a new workplace; its processes and files are gone at the end."""
    _sweep()
    # Not pytest's tmp_path: PostgreSQL's user could not reach it where root runs the tests.
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)
    place = Workplace(folder, settings=settings)
    try:
        yield place
    finally:
        place.kill_what_is_left()
        shutil.rmtree(folder, ignore_errors=True)


def _text(file: Path) -> str:
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
        return opened.read().decode("utf-8", "replace")


def _sweep() -> None:
    """Remove what killed runs have left: PostgreSQL outlives its Bedside by design."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdigit() and folder.stat().st_uid == os.geteuid() and gone(int(number)):
            Workplace(folder, port=0).kill_what_is_left()
            shutil.rmtree(folder, ignore_errors=True)
