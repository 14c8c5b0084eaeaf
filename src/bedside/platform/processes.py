"""Child processes of ``bedside up``: started, restarted when they die, stopped in order, never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from bedside.kit.backoff import Backoff
from bedside.platform.errors import BedsideError

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_TIED = Path(__file__).with_name("tied_process.py")
_POLL_SECONDS = 0.1
# Wrong use (DESIGN) and no such program (tied_process.py): the next attempt would end the same way.
_HOPELESS_CODES = frozenset({2, 127})


class Log(Protocol):
    """What both the standard library's and structlog's loggers offer."""

    def info(self, event: str, /, *args: Any) -> Any: ...
    def warning(self, event: str, /, *args: Any) -> Any: ...
    def error(self, event: str, /, *args: Any) -> Any: ...


class ChildFailed(BedsideError):
    """A child process can't be kept running; ``extra`` holds its name and exit code."""

    code = "process-failed"
    title = "A part of Bedside does not start"


@dataclass(frozen=True)
class ChildProcess:
    """What to run. ``stop_timeout`` in seconds, after which SIGKILL follows SIGTERM.

    ``attempts``: how often in a row it may end within ``healthy_after`` seconds before it is given up;
    0 means never.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    stop_timeout: float = 10.0
    attempts: int = 5
    healthy_after: float = 30.0


@dataclass
class _Running:
    child: ChildProcess
    backoff: Backoff
    process: subprocess.Popen[bytes] | None = None
    start_at: float = 0.0


class ProcessSupervisor:
    """Keeps children running until it is told to stop.

    Each child leads a process group of its own, so that Ctrl-C reaches it once, through us; and the kernel
    kills it when this process dies in whatever way (Linux; see tied_process.py), so that the next start finds
    the ports free. Start and run it in one thread that lives as long as the children should.
    """

    def __init__(self, children: Sequence[ChildProcess], log: Log) -> None:
        self._running = [_Running(child, _backoff(child)) for child in children]
        self._log = log
        self._stop = threading.Event()
        self._signals = 0
        self._preparing = False

    def run(self, prepare: Callable[[], None] | None = None) -> None:
        """Start the children and watch them until SIGINT, SIGTERM or stop(); then stop them in reverse order.

        ``prepare`` runs in this thread while the children load, before they are watched; a signal breaks it off.
        A second signal while stopping kills at once. Call it in the main thread, whose handlers of both signals it
        sets and restores. Raises ChildFailed, after stopping the others, when a child can't be kept running.
        """
        before = {number: signal.signal(number, self._on_signal) for number in _STOP_SIGNALS}
        try:
            self.start()
            if prepare is not None:
                self._prepare(prepare)
            self.watch()
        finally:
            self.stop_children()
            for number, handler in before.items():
                signal.signal(number, handler)

    def start(self) -> None:
        """Start every child once. Raises ChildFailed when a program can't be run at all."""
        for running in self._running:
            self._spawn(running)

    def watch(self) -> None:
        """Restart what dies until stop() is called. Raises ChildFailed when a child is given up."""
        while not self._stop.wait(_POLL_SECONDS):
            for running in self._running:
                self._look_at(running)

    def stop(self) -> None:
        """Make watch() and run() return; safe to call from a signal handler or another thread."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether stop() was called, or a signal came."""
        return self._stop.is_set()

    def pids(self) -> dict[str, int]:
        """Return the process ids of the children that run now, by name."""
        return {
            r.child.name: r.process.pid for r in self._running if r.process is not None and r.process.poll() is None
        }

    def stop_children(self) -> None:
        """Send SIGTERM to all, wait for each as long as it may take, then SIGKILL with whatever they started."""
        alive = [running for running in reversed(self._running) if running.process is not None]
        for running in alive:
            _send(running, signal.SIGTERM)
        began = time.monotonic()
        for running in alive:
            if not self._wait(running, began + running.child.stop_timeout):
                self._log.warning("process_killed: %s did not stop in time", running.child.name)
            # The group may hold what the child started and left.
            _send(running, signal.SIGKILL)
            if running.process is not None:
                running.process.wait()
            running.process = None

    def _wait(self, running: _Running, deadline: float) -> bool:
        while running.process is not None and running.process.poll() is None:
            if time.monotonic() > deadline or self._signals > 1:
                return False
            time.sleep(0.02)
        return True

    def _look_at(self, running: _Running) -> None:
        if running.process is None:
            if time.monotonic() >= running.start_at:
                self._spawn(running)
            return
        code = running.process.poll()
        if code is None:
            running.backoff.healthy()
            return
        _send(running, signal.SIGKILL)
        running.process = None
        name = running.child.name
        pause = running.backoff.next_pause()
        if code in _HOPELESS_CODES or 0 < running.child.attempts <= running.backoff.failures:
            raise ChildFailed(
                f"{name} does not keep running (last exit code {code}); its own messages say why.",
                process=name,
                exit_code=code,
            )
        running.start_at = time.monotonic() + pause
        self._log.warning("process_died: %s ended with code %s, starting it again in %.1f s", name, code, pause)

    def _spawn(self, running: _Running) -> None:
        child = running.child
        try:
            running.process = subprocess.Popen(  # noqa: S603 - argv comes from our own code
                [sys.executable, "-I", "-S", str(_TIED), str(os.getpid()), *child.argv],
                env=None if child.env is None else dict(child.env),
                cwd=child.cwd,
                stdin=subprocess.DEVNULL,
                process_group=0,
            )
        except OSError as error:
            raise ChildFailed(f"{child.name} can't be started: {error.strerror}.", process=child.name) from None
        self._log.info("process_started: %s is process %d", child.name, running.process.pid)

    def _prepare(self, prepare: Callable[[], None]) -> None:
        try:
            self._preparing = True
            prepare()
        except KeyboardInterrupt:
            if not self._stop.is_set():
                raise
        finally:
            self._preparing = False

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        self._stop.set()
        if self._preparing:
            self._preparing = False
            raise KeyboardInterrupt


def _send(running: _Running, number: signal.Signals) -> None:
    if running.process is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(running.process.pid, number)


def _backoff(child: ChildProcess) -> Backoff:
    return Backoff(least=0.5, most=30.0, healthy_after=child.healthy_after)
