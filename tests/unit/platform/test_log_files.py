"""Log files are set aside by size and age, by several processes at once, without losing a line."""

from __future__ import annotations

import gzip
import logging
import multiprocessing
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bedside.platform.log_files import RotatingLog, Rotation, set_aside, tidy

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = 86_400.0
ROTATION = Rotation(largest_bytes=2_000, longest_seconds=DAY, keep=100, keep_seconds=30 * DAY, compress=True)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def say(log: RotatingLog, text: str) -> None:
    log.emit(logging.LogRecord("x", logging.INFO, "x.py", 1, text, None, None))


def settle() -> None:
    """Wait for the threads that compress."""
    for thread in threading.enumerate():
        if thread.name == "log rotation":
            thread.join(30)


def everything(path: Path) -> list[str]:
    settle()
    lines = []
    for file in [*set_aside(path), path]:
        with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as opened:
            lines += opened.read().splitlines()
    return lines


def test_by_size_nothing_is_lost_and_what_is_set_aside_is_compressed(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    log = RotatingLog(path, ROTATION)
    said = [f"line {number} {'x' * 40}" for number in range(400)]
    for text in said:
        say(log, text)
        settle()
    log.close()
    assert everything(path) == said
    aside = set_aside(path)
    assert len(aside) > 5
    assert {file.suffix for file in aside} == {".gz"}
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in [path, *aside])
    assert all(file.stat().st_size <= 2_000 for file in [path, *aside])


def test_by_age_of_the_first_line_also_after_a_restart(tmp_path: Path) -> None:
    path, clock = tmp_path / "api.log", Clock()
    path.write_text(f'{{"timestamp": "{(NOW - timedelta(hours=23)).isoformat()}"}}\n')
    log = RotatingLog(path, ROTATION, clock)
    say(log, "the same file")
    clock.now = NOW + timedelta(hours=2)
    say(log, "a new file")
    log.close()
    settle()
    assert path.read_text() == "a new file\n"
    (aside,) = set_aside(path)
    assert aside.name.startswith("api.log.2026-11-22T14-00-00")


def test_what_is_too_old_or_too_many_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    for day in range(1, 9):
        aside = tmp_path / f"api.log.2026-11-{day:02}T00-00-00.000000Z"
        aside.write_text(f"{day}\n")
    (tmp_path / "worker.log.2026-11-01T00-00-00.000000Z").write_text("another's\n")
    rotation = Rotation(2_000, DAY, keep=3, keep_seconds=1e9, compress=False)
    tidy(path, rotation, NOW)
    assert [file.read_text() for file in set_aside(path)] == ["6\n", "7\n", "8\n"]
    tidy(path, Rotation(2_000, DAY, keep=3, keep_seconds=-1e9, compress=False), NOW)
    assert set_aside(path) == []
    assert (tmp_path / "worker.log.2026-11-01T00-00-00.000000Z").exists()


def test_a_file_that_is_deleted_or_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    log = RotatingLog(path, ROTATION)
    say(log, "one")
    path.unlink()
    say(log, "two")
    path.rename(tmp_path / "elsewhere")
    say(log, "three")
    log.close()
    assert path.read_text() == "three\n"
    assert (tmp_path / "elsewhere").read_text() == "two\n"


def test_what_can_not_be_written_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    log = RotatingLog(tmp_path / "missing" / "api.log", ROTATION)
    say(log, "lost")
    (tmp_path / "missing").mkdir()
    say(log, "kept")
    log.close()
    assert (tmp_path / "missing" / "api.log").read_text() == "kept\n"


def _write(path: str, who: int, lines: int) -> None:
    log = RotatingLog(Path(path), ROTATION)
    for number in range(lines):
        say(log, f"{who} {number} {'x' * 30}")
    log.close()


def test_several_processes_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "error.log"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(str(path), who, 300)) for who in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(100)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    found = sorted(line.rsplit(" ", 1)[0] for line in everything(path))
    assert found == sorted(f"{who} {number}" for who in range(3) for number in range(300))
    assert len(set_aside(path)) > 5
