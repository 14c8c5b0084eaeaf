"""Pauses between attempts to start something that keeps failing."""

from __future__ import annotations

import time


class Backoff:
    """No pause for the first attempt, then ``least`` seconds, doubled up to ``most``.

    Forgotten once ``healthy()`` has been told for ``healthy_after`` seconds since the last attempt.
    """

    def __init__(self, *, least: float, most: float, healthy_after: float) -> None:
        self.failures = 0
        self._least = least
        self._most = most
        self._healthy_after = healthy_after
        self._last = time.monotonic()

    def next_pause(self) -> float:
        """Return how many seconds to wait before the next attempt, and count it."""
        pause = min(self._most, self._least * 2.0 ** min(self.failures - 1, 60)) if self.failures else 0.0
        self.failures += 1
        self._last = time.monotonic()
        return pause

    def healthy(self) -> None:
        """Tell that all is well now."""
        if self.failures and time.monotonic() - self._last > self._healthy_after:
            self.failures = 0
