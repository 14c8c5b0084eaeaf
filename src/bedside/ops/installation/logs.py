"""How much is logged, and how many errors."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from bedside.ops.installation.settings import InstallationCheckSettings
from bedside.platform.checks import Check, Finding, Thresholds, measured, skipped
from bedside.platform.looking import in_thread
from bedside.platform.runtime import Runtime

WINDOW = timedelta(minutes=15)
ERROR_LOG = "error.log"
_TAIL_BYTES = 1024 * 1024
_ERRORS = ("error", "critical")


async def _errors(runtime: Runtime) -> Finding:
    file, now = runtime.settings.home / "logs" / ERROR_LOG, runtime.clock.now()
    limits = runtime.settings.get(InstallationCheckSettings).error_limits
    return await in_thread(lambda: errors_finding(file, now, limits))


def errors_finding(file: Path, now: datetime, limits: Thresholds) -> Finding:
    """Return how many errors a log got in the last quarter of an hour; of a large log its last MiB is read."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _TAIL_BYTES))
            lines = stream.read(_TAIL_BYTES).splitlines()
    except FileNotFoundError:
        return skipped(f"There is no {ERROR_LOG} yet.")
    count = sum(_is_recent_error(line, now) for line in lines)
    minutes = WINDOW / timedelta(minutes=1)
    return measured(
        "errors logged",
        count,
        limits,
        f"{count} errors were logged in the last {minutes:.0f} minutes, of all processes.",
    )


def _is_recent_error(line: bytes, now: datetime) -> bool:
    try:
        entry = json.loads(line)
        at = datetime.fromisoformat(entry["timestamp"])
        return entry.get("level") in _ERRORS and timedelta(0) <= now - at + timedelta(seconds=5) and now - at < WINDOW
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False  # the first line of the tail is half a line


async def _size(runtime: Runtime) -> Finding:
    folder, limits = runtime.settings.home / "logs", runtime.settings.get(InstallationCheckSettings).size_limits
    return await in_thread(lambda: size_finding(folder, limits))


def size_finding(folder: Path, limits: Thresholds) -> Finding:
    """Return how much room all log files take together."""
    sizes = []
    for file in folder.rglob("*") if folder.is_dir() else ():
        try:
            if file.is_file():
                sizes.append(file.stat().st_size)
        except OSError:
            continue  # rotated away meanwhile
    mib = round(sum(sizes) / 2**20, 1)
    return measured("log files", mib, limits, f"{len(sizes)} log files take {mib} MiB.")


CHECKS: tuple[Check, ...] = (
    Check(
        "logs",
        "Errors logged",
        _errors,
        "Read them: bedside logs --level error. The request's id leads from an error to what was asked.",
        name="logs.errors",
        thresholds=lambda settings: settings.get(InstallationCheckSettings).error_limits,
    ),
    Check(
        "logs",
        "Size of logs",
        _size,
        "Keep fewer of them (LOG_FILE_COUNT, LOG_FILE_BYTES), or raise LOG_LEVEL; see what is logged so often.",
        name="logs.size",
        period=timedelta(minutes=5),
        thresholds=lambda settings: settings.get(InstallationCheckSettings).size_limits,
    ),
)
