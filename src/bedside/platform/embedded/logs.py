"""PostgreSQL's log: one file that the server inherits open, so that its user needs no way into the folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bedside.platform.embedded.owner import share_with_home

LOG_BYTES = 10 * 1024 * 1024
LOG_FILES = 5
_TAIL_BYTES = 8192


def open_log(path: Path) -> int:
    """Return a descriptor that appends to ``path``, readable by its owner alone; the caller closes it."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    share_with_home(handle, path.parent)
    return handle


def rotate_log(path: Path, *, largest: int = LOG_BYTES, keep: int = LOG_FILES) -> bool:
    """Move the log's content to ``path.1`` … ``path.<keep>`` once it is over ``largest`` bytes; tell if it did.

    Copy and truncate: a running server keeps writing to the same file. It appends, so that it goes on at the
    new end; a line written between the two steps is lost.
    """
    try:
        if path.stat().st_size <= largest:
            return False
    except FileNotFoundError:
        return False
    for number in range(keep - 1, 0, -1):
        older = _numbered(path, number)
        if older.exists():
            older.replace(_numbered(path, number + 1))
    newest = _numbered(path, 1)
    shutil.copyfile(path, newest)
    newest.chmod(0o600)
    os.truncate(path, 0)
    return True


def last_lines(path: Path, since: int = 0, count: int = 12) -> str:
    """Return the log's last lines written after the byte ``since``."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(since if since <= size else 0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-count:])


def log_size(path: Path) -> int:
    """Return the log's size in bytes, 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
