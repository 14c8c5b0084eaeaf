"""Watches the embedded server and starts it again when it dies."""

from __future__ import annotations

import threading
import time

from bedside.kit.backoff import Backoff
from bedside.platform.embedded.errors import EmbeddedPostgresError
from bedside.platform.embedded.server import EmbeddedPostgres
from bedside.platform.processes import Log

_ROTATE_SECONDS = 60.0


class PostgresSupervisor:
    """A thread that looks at the server every ``interval`` seconds.

    A server that died, or whose socket was removed, is started at once; while starts fail the pauses
    double from 0.5 to 30 seconds, and are forgotten after a minute of health. One log line for each death and
    each failed start. ``restarts`` counts the successful ones.
    """

    def __init__(self, server: EmbeddedPostgres, log: Log, *, interval: float = 0.2) -> None:
        self.server = server
        self.restarts = 0
        self._log = log
        self._interval = interval
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, timeout: float = 60.0) -> bool:
        """Start the server (see EmbeddedPostgres.start) and the watch; True when the server was not running before."""
        started = self.server.start(timeout)
        self._stop.clear()
        self._thread = threading.Thread(target=self._watch, name="postgres-supervisor", daemon=True)
        self._thread.start()
        return started

    def stop(self, mode: str = "fast") -> None:
        """End the watch, then stop the server. Returns when both have ended."""
        self._stop.set()
        # Twice: the first ends a start that the thread may be waiting for, the second what it may have begun since.
        self.server.stop(mode)
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            self.server.stop(mode)

    def _watch(self) -> None:
        backoff = Backoff(least=0.5, most=30.0, healthy_after=60.0)
        rotate_at = time.monotonic() + _ROTATE_SECONDS
        while not self._stop.wait(self._interval):
            if self.server.alive():
                backoff.healthy()
            else:
                self._restart(backoff)
            if time.monotonic() > rotate_at:
                rotate_at = time.monotonic() + _ROTATE_SECONDS
                self._rotate()

    def _restart(self, backoff: Backoff) -> None:
        pause = backoff.next_pause()
        self._log.warning("postgres_died: starting it again in %.1f s", pause)
        if self._stop.wait(pause):
            return
        began = time.monotonic()
        try:
            # An empty database in the place of one that has gone would be worse than none.
            self.server.start(create=False)
        except EmbeddedPostgresError as error:
            if not self._stop.is_set():
                self._log.error("postgres_start_failed: %s", error.message)
            return
        self.restarts += 1
        self._log.info("postgres_restarted: ready after %.2f s", time.monotonic() - began)

    def _rotate(self) -> None:
        try:
            self.server.rotate_log()
        except OSError as error:
            self._log.error("postgres_log_not_rotated: %s", error.strerror)
