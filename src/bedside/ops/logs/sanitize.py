"""Takes what tells who somebody is, and secrets, out of logs that others wrote. Reads a stream; memory is bounded."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from pydantic import BaseModel, Field

from bedside.ops.logs.patterns import ADDRESSES, PATTERNS, Kind, Pattern, hint_text, worth_replacing
from bedside.platform.errors import BadInput, BedsideError, Conflict

LONGEST_PIECE = 64 * 1024
"""Characters that are looked at together. A longer line is cut where nothing is found, as far as that can be seen."""

OVERLAP = 4 * 1024
_PRIVATE_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_PRIVATE_KEY_ENDS = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")


class FileReport(BaseModel):
    """What was found in one file."""

    file: str
    output: str | None = Field(description="Where the sanitized text is; null where nothing was written.")
    lines: int
    bytes_read: int
    changed_lines: int
    found: dict[Kind, int]


class SanitizeReport(BaseModel):
    """What was found in all."""

    files: list[FileReport]
    found: dict[Kind, int]
    dry_run: bool


class Unreadable(BedsideError):
    """A file can't be read or written."""

    code = "unreadable"
    title = "A file can't be read or written"


class Sanitizer:
    """Sanitizes text piece by piece, and counts what it took out."""

    def __init__(self, *, addresses: bool = False) -> None:
        self._patterns: tuple[Pattern, ...] = (*PATTERNS, *(ADDRESSES if addresses else ()))
        self.found: Counter[Kind] = Counter()
        self._in_key = False

    def text(self, text: str) -> str:
        """Return ``text``, at most a line, without what is found in it."""
        if self._in_key:
            end = _PRIVATE_KEY_ENDS.search(text)
            if end is None:
                return "\n" if text.endswith("\n") else ""
            self._in_key, text = False, text[end.end() :]
        begin = _PRIVATE_KEY_BEGINS.search(text) if "PRIVATE KEY" in text else None
        if begin is not None and _PRIVATE_KEY_ENDS.search(text, begin.end()) is None:
            self._in_key = True
            self.found[Kind.SECRET] += 1
            return self._replaced(text[: begin.start()]) + "[secret]" + ("\n" if text.endswith("\n") else "")
        return self._replaced(text)

    def _replaced(self, text: str) -> str:
        hints = hint_text(text)
        for pattern in self._patterns:
            # Not any(…): it takes twice as long, and this is where the time goes.
            for hint in pattern.hints:
                if hint in hints:
                    text = pattern.expression.sub(partial(self._instead, pattern), text)
                    break
        return text

    def _instead(self, pattern: Pattern, match: re.Match[str]) -> str:
        group = next((name for name in ("v", "v2", "v3", "v4") if match.groupdict().get(name) is not None), None)
        value = match[group] if group else match[0]
        if not worth_replacing(value) or (pattern.holds is not None and not pattern.holds(value)):
            return match[0]
        self.found[pattern.kind] += 1
        put = f"[{pattern.kind.value}]"
        if group is None:
            return put
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        whole = match[0]
        if group == "v4":
            put = f'"{put}"'
        elif group == "v3" and re.search(r'"\s*:\s*$', whole[:start]):
            put = f'"{put}"'  # a number in JSON: what stands for it is a string
        return whole[:start] + put + whole[end:]

    def pieces(self, file: IO[str]) -> Iterator[tuple[str, str]]:
        """Yield each piece as it was and as it is now: lines, and where a line is too long, parts of it."""
        rest = ""
        while True:
            more = file.readline(LONGEST_PIECE)
            piece = rest + more
            if not piece:
                return
            if not more or piece.endswith("\n"):
                yield piece, self.text(piece)
                rest = ""
                continue
            cut = self._cut(piece)
            yield piece[:cut], self.text(piece[:cut])
            rest = piece[cut:]

    def _cut(self, piece: str) -> int:
        """Where a piece of a long line ends: before what is found at its end, which may go on in the next."""
        cut = max(1, len(piece) - OVERLAP)
        starts = [
            match.start()
            for pattern in self._patterns
            for match in pattern.expression.finditer(piece, max(0, cut - OVERLAP))
            if match.start() < cut < match.end()
        ]
        return max(1, min([cut, *starts]))


def check_arguments(files: Iterable[Path], output: Path | None, *, in_place: bool, dry_run: bool) -> None:
    """Raise BadInput or Conflict for what can't be meant, before anything is read."""
    paths = list(files)
    if in_place and output is not None:
        raise BadInput("--in-place and --output exclude each other.")
    if not (in_place or output or dry_run):
        raise BadInput("Say where the sanitized text goes: --output FILE or FOLDER, --in-place, or --dry-run.")
    for path in paths:
        if not path.is_file():
            raise BadInput(f"{path} is not a file.")
    if output is not None and len(paths) > 1 and not output.is_dir():
        raise BadInput("With several files --output is a folder that exists.")
    for path in paths:
        target = _target(path, output)
        if target is not None and target.exists():
            raise Conflict(f"{target} exists already; choose another place, or --in-place.")
    targets = [_target(path, output) for path in paths]
    if output is not None and len(set(targets)) < len(targets):
        raise BadInput("Two of the files have the same name; sanitize them one after the other.")


def _target(path: Path, output: Path | None) -> Path | None:
    if output is None:
        return None
    return output / path.name if output.is_dir() else output


def sanitize_files(
    files: Iterable[Path],
    *,
    output: Path | None,
    in_place: bool,
    addresses: bool,
    dry_run: bool,
    progress: Callable[[int], None] = lambda _: None,
) -> SanitizeReport:
    """Sanitize each file to ``output``, or in its own place once it is whole; ``progress`` is told bytes read.

    Raises Unreadable; the file it names is as it was, and nothing half-written is left.
    """
    reports = []
    for path in files:
        target = None if dry_run else (path if in_place else _target(path, output))
        try:
            reports.append(_sanitize(path, target, Sanitizer(addresses=addresses), progress))
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(f"{path} can't be sanitized ({type(error).__name__}); it is as it was.") from None
    whole: Counter[Kind] = Counter()
    for report in reports:
        whole.update(report.found)
    return SanitizeReport(files=reports, found=dict(whole), dry_run=dry_run)


def _sanitize(path: Path, target: Path | None, sanitizer: Sanitizer, progress: Callable[[int], None]) -> FileReport:
    lines = changed = size = 0
    with _reading(path) as source:
        part = _beside(target) if target is not None else None
        try:
            with _writing(part, path) as sink:
                for before, after in sanitizer.pieces(source):
                    lines += before.endswith("\n")
                    changed += before != after
                    size += len(before)
                    progress(len(before))
                    sink.write(after)
            if part is not None and target is not None:
                shutil.copymode(path, part)
                part.replace(target)
        except BaseException:
            if part is not None:
                part.unlink(missing_ok=True)
            raise
    return FileReport(
        file=str(path),
        output=str(target) if target else None,
        lines=lines,
        bytes_read=size,
        changed_lines=changed,
        found=dict(sanitizer.found),
    )


def _beside(target: Path) -> Path:
    """Return a new file in the target's folder, which no reader takes for the target."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    return Path(name)


def _reading(path: Path) -> IO[str]:
    # What is no UTF-8 goes through as it is.
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", errors="surrogateescape", newline="\n")
    return path.open(encoding="utf-8", errors="surrogateescape", newline="\n")


def _writing(part: Path | None, source: Path) -> IO[str]:
    if part is None:
        return Path(os.devnull).open("w", encoding="utf-8", errors="surrogateescape")
    if source.suffix == ".gz":
        return gzip.open(part, "wt", encoding="utf-8", errors="surrogateescape", newline="\n")
    return part.open("w", encoding="utf-8", errors="surrogateescape", newline="\n")
