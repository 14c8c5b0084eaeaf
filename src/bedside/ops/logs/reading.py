"""Reads log lines, of all processes in the order of time."""

from __future__ import annotations

import heapq
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bedside.kit.durations import parse_duration
from bedside.ops.logs.files import files_of, lines
from bedside.ops.logs.schemas import Counted, LogLine, LogQuery
from bedside.platform.errors import BadInput

_ROOT = "bedside."


def parse_line(raw: bytes) -> LogLine | None:
    """Return what a line says, None for what is no JSON object with a time."""
    try:
        said = json.loads(raw)
        at = datetime.fromisoformat(said["timestamp"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    logger = str(said.get("logger", ""))
    return LogLine(
        at=at,
        level=str(said.get("level", "")).lower(),
        part=logger.removeprefix(_ROOT),
        event=str(said.get("event", "")),
        fields=said,
    )


def matching(raw: Iterable[bytes], query: LogQuery, counted: Counted) -> Iterator[LogLine]:
    """Yield the lines that are wanted, counting all."""
    for text in raw:
        if not text:
            continue
        counted.lines += 1
        line = parse_line(text)
        if line is None:
            counted.malformed += 1
        elif query.wants(line, text.decode("utf-8", "replace")):
            yield line


def recent(
    folder: Path,
    names: Sequence[str],
    query: LogQuery,
    counted: Counted,
    *,
    limit: int | None,
    ends: Mapping[Path, int] | None = None,
) -> Iterator[LogLine]:
    """Yield the wanted lines of these processes' logs, the oldest first: the last ``limit``, or all.

    ``ends``: up to which byte a file is read. Memory is bounded by ``limit`` lines, without one by nothing else.
    """
    found = heapq.merge(
        *(_of_process(folder, name, query, counted, ends or {}) for name in names), key=lambda line: line.at
    )
    wanted = found if limit is None else deque(found, maxlen=limit)
    for line in wanted:
        counted.shown += 1
        yield line


def _of_process(
    folder: Path, name: str, query: LogQuery, counted: Counted, ends: Mapping[Path, int]
) -> Iterator[LogLine]:
    for path in files_of(folder, name):
        if query.since is not None and _last_written(path) < query.since:
            continue
        yield from matching(lines(path, counted, ends.get(path)), query, counted)


def _last_written(path: Path) -> datetime:
    try:
        # A second more: the file's clock may be coarser than the lines'.
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) + timedelta(seconds=1)
    except OSError:
        return datetime.max.replace(tzinfo=UTC)


def moment(text: str, now: datetime) -> datetime:
    """Return the moment that ``15m`` (ago), ``2026-11-22`` or ``2026-11-22T18:40`` stands for; UTC without a zone.

    Raises BadInput.
    """
    try:
        return now - parse_duration(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            "A moment is a length of time ago (15m, 24h, 7d) or a date: 2026-11-22, 2026-11-22T18:40."
        ) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
