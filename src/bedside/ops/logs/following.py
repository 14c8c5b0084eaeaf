"""Follows log files as they grow, over their being set aside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bedside.ops.logs.files import LONGEST_LINE, processes
from bedside.ops.logs.schemas import Counted

POLL_SECONDS = 0.25


@dataclass
class _Open:
    file: IO[bytes]
    inode: int
    begun: bytes = b""


def follow(
    folder: Path,
    names: Sequence[str],
    ends: Mapping[Path, int],
    counted: Counted,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[bytes]:
    """Yield whole lines that are written to these processes' logs, from ``ends`` on; for ever.

    Without names every process's, also those that begin to log later, but for the errors that they log twice.
    """
    opened: dict[Path, _Open] = {}
    try:
        while True:
            found = False
            for path in _paths(folder, names):
                for line in _news(path, opened, ends.get(path, 0), counted):
                    found = True
                    yield line
            if not found:
                pause(POLL_SECONDS)
    finally:
        for one in opened.values():
            one.file.close()


def _paths(folder: Path, names: Sequence[str]) -> list[Path]:
    return [folder / f"{name}.log" for name in names or (p for p in processes(folder) if p != "error")]


def _news(path: Path, opened: dict[Path, _Open], start: int, counted: Counted) -> Iterator[bytes]:
    one = opened.get(path)
    if one is None:
        one = _open(path, start)
        if one is None:
            return
        opened[path] = one
    yield from _rest(one, counted)
    try:
        now = path.stat()
    except OSError:
        return
    if now.st_ino != one.inode or now.st_size < one.file.tell():
        # Set aside: what was written to it before was read above, but for what came in between.
        yield from _rest(one, counted)
        one.file.close()
        del opened[path]
        fresh = _open(path, 0)
        if fresh is not None:
            opened[path] = fresh


def _open(path: Path, start: int) -> _Open | None:
    try:
        file = path.open("rb")
    except OSError:
        return None
    file.seek(start)
    return _Open(file, path.stat().st_ino)


def _rest(one: _Open, counted: Counted) -> Iterator[bytes]:
    while piece := one.file.readline(LONGEST_LINE):
        if len(one.begun) < LONGEST_LINE:
            one.begun += piece
        if piece.endswith(b"\n"):
            counted.cut += len(one.begun) > LONGEST_LINE
            line, one.begun = one.begun.rstrip(b"\r\n"), b""
            yield line[:LONGEST_LINE]
