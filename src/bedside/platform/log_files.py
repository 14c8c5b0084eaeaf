"""A log file that is set aside by size and by age, while several processes write to it.

``logging.handlers`` has either, and neither is safe when two processes share a file (error.log, or cli.log of two
commands): the second goes on in a file that the first has renamed. Here the file is looked up before each line, and
set aside under a lock. What was set aside is named after the moment, ``api.log.2026-11-22T18-40-00.123456Z``,
compressed in a thread, and deleted by number and by age.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_ENDING = ".gz"
_UNFINISHED = ".part"
_LONGEST_FIRST_LINE = 4096


@dataclass(frozen=True)
class Rotation:
    """When a file is set aside (bytes, seconds since its first line), and how many are kept for how long (seconds)."""

    largest_bytes: int
    longest_seconds: float
    keep: int
    keep_seconds: float
    compress: bool


def set_aside(path: Path) -> list[Path]:
    """Return the files that were set aside from ``path``, the oldest first."""
    found = path.parent.glob(f"{path.name}.*")
    return sorted(file for file in found if file.suffix != _UNFINISHED)


class RotatingLog(logging.FileHandler):
    """Writes one line at a time to ``path``; a line that can't be written is lost, and nothing else is."""

    def __init__(self, path: Path, rotation: Rotation, clock: Callable[[], datetime] | None = None) -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self.path = path
        self._rotation = rotation
        self._clock = clock or (lambda: datetime.now(UTC))
        self._inode = 0
        self._size = 0
        self._began = 0.0
        self._lock_handle: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line, in a new file where this one is full or old."""
        try:
            line = self.format(record) + self.terminator
            with self._turn(fcntl.LOCK_SH):
                self._find()
                full = self._is_full(len(line))
                if not full:
                    self._write(line)
            if full:
                self._write_anew(line)
        except Exception:  # noqa: BLE001 - logging never breaks what it tells about
            self.handleError(record)

    def _write(self, line: str) -> None:
        if self.stream is not None:
            self.stream.write(line)
            self.stream.flush()

    @contextmanager
    def _turn(self, kind: int) -> Iterator[None]:
        """Let others write too (LOCK_SH), or nobody (LOCK_EX): nobody writes to a file that has been set aside."""
        if self._lock_handle is None:
            self._lock_handle = _opened(self.path.parent / ".rotation.lock")
        fcntl.flock(self._lock_handle, kind)
        try:
            yield
        finally:
            fcntl.flock(self._lock_handle, fcntl.LOCK_UN)

    def close(self) -> None:
        super().close()
        if self._lock_handle is not None:
            os.close(self._lock_handle)
            self._lock_handle = None

    def _find(self) -> None:
        """Open the file, or open it again where another process set it aside or somebody deleted it."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            found = None
        if self.stream is not None and found is not None and found.st_ino == self._inode:
            self._size = found.st_size
            return
        self._reopen()

    def _reopen(self) -> None:
        if self.stream is not None:
            self.stream.close()
        self.stream = self._open()
        self.path.chmod(0o600)
        here = os.fstat(self.stream.fileno())
        self._inode, self._size = here.st_ino, here.st_size
        self._began = first_moment(self.path) or self._clock().timestamp()

    def _is_full(self, more: int) -> bool:
        if not self._size:
            return False
        age = self._clock().timestamp() - self._began
        return self._size + more > self._rotation.largest_bytes or age > self._rotation.longest_seconds

    def _write_anew(self, line: str) -> None:
        with self._turn(fcntl.LOCK_EX):
            before = self._inode
            self._find()
            is_first = self._inode == before  # else another process has set the file aside
            if is_first:
                moment = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
                self.path.rename(self.path.with_name(f"{self.path.name}.{moment}"))
                self._reopen()
            self._write(line)
        if is_first:
            # No daemon: a command that ends waits for it, so that no file is left half compressed.
            threading.Thread(target=tidy, args=(self.path, self._rotation, self._clock()), name="log rotation").start()


def tidy(path: Path, rotation: Rotation, now: datetime) -> None:
    """Compress what was set aside from ``path``, and delete what is too old or too many."""
    with suppress(OSError), _locked(path.parent / ".tidy.lock"):
        files = set_aside(path)
        too_many = set(files[: max(0, len(files) - rotation.keep)])
        for file in files:
            if file in too_many or now.timestamp() - file.stat().st_mtime > rotation.keep_seconds:
                file.unlink(missing_ok=True)
            elif rotation.compress and file.suffix != _ENDING:
                _compress(file)


def _compress(file: Path) -> None:
    part = file.with_name(file.name + _UNFINISHED)
    with file.open("rb") as plain, gzip.open(part, "wb", compresslevel=6) as packed:
        shutil.copyfileobj(plain, packed)
    part.chmod(0o600)
    times = file.stat()
    os.utime(part, (times.st_atime, times.st_mtime))
    part.rename(file.with_name(file.name + _ENDING))
    file.unlink()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = _opened(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def first_moment(path: Path) -> float | None:
    """Return the timestamp of the file's first line in seconds since 1970, None where it says none."""
    try:
        with path.open("rb") as file:
            said = json.loads(file.readline(_LONGEST_FIRST_LINE))
        return datetime.fromisoformat(said["timestamp"]).timestamp()
    except (OSError, ValueError, KeyError, TypeError):
        return None
