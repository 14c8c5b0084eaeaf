"""``bedside logs``: every process's lines in order of time, filtered; hostile and broken lines do no harm."""

from __future__ import annotations

import gzip
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bedside.ops.logs.jobs import tidy_logs
from bedside.ops.logs.reading import moment
from bedside.platform.errors import BadInput
from bedside.platform.runtime import Runtime
from tests.support.command import run_command


def line(
    seconds_ago: float, event: str, level: str = "info", logger: str = "bedside.http", now: datetime | None = None,
    **more: Any,
) -> str:  # fmt: skip
    at = ((now or datetime.now(UTC)) - timedelta(seconds=seconds_ago)).isoformat()
    return json.dumps({"timestamp": at, "level": level, "logger": logger, "event": event, **more}) + "\n"


@pytest.fixture
def logs(home: Path) -> Path:
    folder = home / "logs"
    folder.mkdir(parents=True)
    # Of each test's own time: the commands take "15m" from when they run, which may be long after the first test.
    ago = partial(line, now=datetime.now(UTC))
    with gzip.open(folder / "api.log.2026-11-20T00-00-00.000000Z.gz", "wt") as file:
        file.write(ago(7200, "oldest"))
    (folder / "api.log.2026-11-21T00-00-00.000000Z").write_text(ago(600, "older"))
    (folder / "api.log").write_text(
        ago(30, "request", request_id="r-1", route="/api/worklist", status=200)
        + ago(10, "failed", "error", "bedside.knowledge.search", request_id="r-2")
    )
    (folder / "worker.log").write_text(ago(20, "job failed", "warning", "bedside.platform.jobs.queue", job="ops.look"))
    (folder / "error.log").write_text(ago(10, "failed", "error", "bedside.knowledge.search", request_id="r-2"))
    (folder / "postgres.log").write_text("LOG:  database system is ready\n")
    return folder


def events(*arguments: str) -> list[str]:
    done = run_command("logs", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(text)["event"] for text in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((), ["oldest", "older", "request", "job failed", "failed"]),
        (("--level", "warning"), ["job failed", "failed"]),
        (("--level", "ERROR"), ["failed"]),
        (("--since", "15m"), ["older", "request", "job failed", "failed"]),
        (("--since", "15m", "--until", "5m"), ["older"]),
        (("--grep", "work(list|er)"), ["request"]),
        (("--part", "knowledge"), ["failed"]),
        (("--part", "know"), []),
        (("--part", "http", "--part", "platform.jobs"), ["oldest", "older", "request", "job failed"]),
        (("--request-id", "r-2"), ["failed"]),
        (("--process", "worker"), ["job failed"]),
        (("--process", "error"), ["failed"]),
        (("--limit", "2"), ["job failed", "failed"]),
        (("--limit", "0", "--grep", "old"), ["oldest", "older"]),
    ],
)
def test_lines_are_found(logs: Path, arguments: tuple[str, ...], shown: list[str]) -> None:
    assert events(*arguments) == shown


def test_a_moment_may_be_written_out(logs: Path) -> None:
    failed_at = datetime.fromisoformat(json.loads((logs / "worker.log").read_text())["timestamp"])
    assert events("--since", (failed_at - timedelta(seconds=5)).isoformat()) == ["job failed", "failed"]
    assert events("--until", (failed_at + timedelta(seconds=5)).isoformat())[-1] == "job failed"


def test_what_is_hostile_is_written_out_and_what_is_broken_counted(logs: Path) -> None:
    bad = "\x1b]0;owned\x07\x1b[2J \u202egnp.exe \x9b31m"
    with (logs / "api.log").open("ab") as file:
        file.write(line(5, bad, value=bad).encode())
        file.write(line(4, "plain", text=bad).replace("\\u001b", "\x1b").encode())
        file.write(b"Traceback (most recent call last):\n\xff\xfe\x00\n[1, 2]\n" + b"[" * 50_000 + b"\n")
        file.write(b'{"timestamp": "today"}\n{"timestamp": null}\n"x"\n\n')
        file.write(b'{"timestamp": "2026-11-22T00:00:00", "event": "' + b"y" * 3_000_000 + b'"}\n')
        file.write(line(3, "after", value="z" * 5000).encode())
    done = run_command("logs", "--process", "api")
    assert done.returncode == 0, done.stderr
    printed = done.stdout + done.stderr + run_command("logs", "--json").stdout
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\x00"} & set(printed)
    assert "\\x1b]0;owned\\x07" in done.stdout
    assert "after" in done.stdout.splitlines()[-1]
    assert len(done.stdout.splitlines()[-1]) < 700
    # The line with a raw escape in it is no JSON either.
    assert "9 of 15 lines are not log lines" in done.stderr
    assert "1 lines were too long" in done.stderr


def test_a_file_that_is_broken_off_is_read_as_far_as_it_goes(logs: Path) -> None:
    packed = logs / "api.log.2026-11-20T00-00-00.000000Z.gz"
    packed.write_bytes(packed.read_bytes()[:-4])
    (logs / "up.log").mkdir()
    done = run_command("logs")
    assert done.returncode == 0
    assert "failed" in done.stdout
    assert "api.log.2026-11-20T00-00-00.000000Z.gz can't be read to its end" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--level", "loud"), ("--since", "yesterday"), ("--until", "2026-13-01"), ("--grep", "("), ("--limit", "-1"),
        ("--grep", "x{99999999999}"), ("--since", "-5m"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(logs: Path, arguments: tuple[str, ...]) -> None:
    done = run_command("logs", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_where_there_is_no_log_it_says_so(home: Path, logs: Path) -> None:
    assert "there are: api, error, up, worker" in run_command("logs", "--process", "xyz").stderr.replace(
        "api, error, worker", "api, error, up, worker"
    )
    empty = run_command("logs", env={**os.environ, "BEDSIDE_HOME": str(home / "other")})
    assert empty.returncode == 1
    assert "There are no logs" in empty.stderr


def test_moments_are_utc_unless_they_say() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert moment("90m", now) == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert moment("2026-11-22", now) == datetime(2026, 11, 22, tzinfo=UTC)
    assert moment("2026-11-22T10:00+02:00", now) == datetime(2026, 11, 22, 8, tzinfo=UTC)
    with pytest.raises(BadInput):
        moment("", now)


@pytest.fixture
def followed(logs: Path) -> Iterator[queue.Queue[str]]:
    """What ``bedside logs --follow`` prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bedside", "logs", "--follow", "--limit", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for text in process.stdout:
            lines.put(text)

    reader = threading.Thread(target=read)
    reader.start()
    yield lines
    process.kill()
    process.wait()
    reader.join()
    assert process.stdout is not None
    process.stdout.close()


def test_lines_are_followed_over_rotation_and_in_new_files(logs: Path, followed: queue.Queue[str]) -> None:
    assert "failed" in followed.get(timeout=60)
    with (logs / "api.log").open("a") as file:
        file.write(line(0, "one"))
        half = line(0, "two")
        file.write(half[:40])
        file.flush()
        assert "one" in followed.get(timeout=60)
        file.write(half[40:])
    assert "two" in followed.get(timeout=60)
    (logs / "api.log").rename(logs / "api.log.2026-11-22T00-00-00.000000Z")
    (logs / "api.log").write_text(line(0, "three"))
    assert "three" in followed.get(timeout=60)
    (logs / "cli.log").write_text(line(0, "four"))
    assert "four" in followed.get(timeout=60)


def test_sanitize_on_the_command_line(tmp_path: Path, home: Path) -> None:
    path, clean = tmp_path / "gateway.log", tmp_path / "clean.log"
    path.write_text('{"patient_name": "Zebulon Quackenbush", "mrn": 482913}\nnothing here\n')
    refused = run_command("logs", "sanitize", str(path))
    assert (refused.returncode, "--in-place" in refused.stderr) == (2, True)
    tried = run_command("logs", "sanitize", str(path), "--dry-run", "--json")
    assert json.loads(tried.stdout)["found"] == {"name": 1, "record-number": 1}
    assert not clean.exists()
    done = run_command("logs", "sanitize", str(path), "--output", str(clean))
    assert (done.returncode, "Zebulon" in done.stdout) == (0, False)
    assert clean.read_text() == '{"patient_name": "[name]", "mrn": "[record-number]"}\nnothing here\n'
    assert "Zebulon" in path.read_text()
    assert run_command("logs", "sanitize", str(path), "--in-place").returncode == 0
    assert path.read_text() == clean.read_text()


async def test_old_files_of_a_process_that_logs_no_more_are_tidied(runtime: Runtime) -> None:
    folder = runtime.settings.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "up.log").write_text("")
    old, young = (folder / f"up.log.2026-0{month}-01T00-00-00.000000Z" for month in (1, 2))
    for file in (old, young):
        file.write_text("{}\n")
    os.utime(old, (0, 0))
    await tidy_logs(runtime)
    assert not old.exists()
    assert gzip.decompress((folder / f"{young.name}.gz").read_bytes()) == b"{}\n"
