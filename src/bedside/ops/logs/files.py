"""The log files of a home: which there are, and their lines, each of bounded length."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bedside.ops.logs.schemas import Counted
from bedside.platform.log_files import set_aside

LONGEST_LINE = 64 * 1024
"""Bytes of a line that are read; Bedside's own are far shorter."""

ERRORS = "error"


def processes(folder: Path) -> list[str]:
    """Return whose logs there are: api, worker, cli, up, error. PostgreSQL's own log is no JSON and not among them."""
    return sorted(file.stem for file in folder.glob("*.log") if file.stem != "postgres")


def files_of(folder: Path, process: str) -> list[Path]:
    """Return a process's log files, the oldest first; the last is the one that is written to."""
    path = folder / f"{process}.log"
    return [*set_aside(path), *([path] if path.exists() else [])]


def lines(path: Path, counted: Counted, end: int | None = None) -> Iterator[bytes]:
    """Yield a file's lines without their ends, compressed or not, up to the byte ``end``.

    A line over LONGEST_LINE is cut. A file that can't be read to its end is named in ``counted``.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            yield from _lines(file, counted, end)
    except (OSError, EOFError, zlib.error):
        counted.unreadable_files.append(path.name)


def _lines(file: IO[bytes] | gzip.GzipFile, counted: Counted, end: int | None) -> Iterator[bytes]:
    while end is None or file.tell() < end:
        line = file.readline(LONGEST_LINE)
        if not line:
            return
        if not line.endswith(b"\n") and len(line) == LONGEST_LINE:
            counted.cut += 1
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = file.readline(LONGEST_LINE)
        yield line.rstrip(b"\r\n")
