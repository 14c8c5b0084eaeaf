"""The running server: what ``postmaster.pid`` says, and whether that process is truly ours."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bedside.platform.embedded.errors import EmbeddedPostgresError
from bedside.platform.embedded.owner import Owner

_LINES = 8  # PostgreSQL's pidfile.h: pid, data, start time, port, socket folder, address, shared memory, status


@dataclass(frozen=True)
class PidFile:
    """The content of ``postmaster.pid`` that is of use."""

    pid: int
    socket_folder: Path | None
    status: str

    @property
    def is_ready(self) -> bool:
        """Tell whether the server says that it takes connections."""
        return self.status == "ready"


def read_pid_file(data: Path) -> PidFile | None:
    """Return what the file says; None when there is none or it is not whole (yet)."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    lines += [""] * (_LINES - len(lines))
    folder = lines[4].strip()
    return PidFile(pid, Path(folder) if folder else None, lines[7].strip())


def find_postmaster(data: Path, owner: Owner) -> psutil.Process | None:
    """Return the process that serves ``data``, or None.

    Pids are used again, so the process must be PostgreSQL's, run by ``owner``, on this very folder. Its
    command line says so; /proc's cwd would, too, but root in a container may not read that.
    """
    found = read_pid_file(data)
    if found is None or found.pid <= 0:
        return None
    try:
        process = psutil.Process(found.pid)
        words = process.cmdline()
        ours = (
            len(words) >= 3
            and Path(words[0]).name == "postgres"
            and words[1:3] == ["-D", str(data)]
            and process.uids().effective == owner.uid
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.Error:
        return None
    return process if ours else None


def program_of(process: psutil.Process) -> Path | None:
    """Return the path of the server program that ``process`` was started from."""
    try:
        return Path(process.cmdline()[0])
    except (psutil.Error, IndexError):
        return None


def clear_stale(data: Path, socket_folder: Path, owner: Owner, cluster_name: str, patience: float = 2.0) -> None:
    """Remove what a killed postmaster left, once none of its processes is alive.

    PostgreSQL overwrites a stale ``postmaster.pid`` itself, unless its pid now belongs to some other process
    of the same user; and it refuses to start beside the old server's last processes, which end on their own
    within milliseconds unless a query keeps them busy. ``patience`` in seconds, then they are killed: with no
    postmaster they can only be in the way, and PostgreSQL recovers from the write-ahead log.
    Raises EmbeddedPostgresError when a server that Bedside did not start runs on the folder.
    """
    found = read_pid_file(data)
    if found is None and not (data / "postmaster.pid").exists():
        return
    if found is not None and _is_foreign_server(found.pid, owner):
        raise EmbeddedPostgresError(
            f"A PostgreSQL server that Bedside did not start (process {found.pid}) may be using {data}; "
            f"stop it first: kill -INT {found.pid}"
        )
    _end_orphans(cluster_name, owner, patience)
    for path in (data / "postmaster.pid", *socket_folder.glob(".s.PGSQL.*")):
        path.unlink(missing_ok=True)


def _is_foreign_server(pid: int, owner: Owner) -> bool:
    try:
        process = psutil.Process(pid)
        words = process.cmdline()
        return (
            process.uids().effective == owner.uid and bool(words) and Path(words[0]).name in {"postgres", "postmaster"}
        )
    except (psutil.Error, ValueError):
        return False


def _end_orphans(cluster_name: str, owner: Owner, patience: float) -> None:
    kill_at = time.monotonic() + patience
    while orphans := _orphans(cluster_name, owner):
        now = time.monotonic()
        if now > kill_at + patience:
            pids = ", ".join(str(process.pid) for process in orphans)
            raise EmbeddedPostgresError(
                f"Processes of the last PostgreSQL server don't end: {pids}; look at their state."
            )
        if now > kill_at:
            for process in orphans:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        time.sleep(0.02)


def _orphans(cluster_name: str, owner: Owner) -> list[psutil.Process]:
    prefix = f"postgres: {cluster_name}:"
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if (
                process.uids().effective == owner.uid
                and process.status() != psutil.STATUS_ZOMBIE
                and " ".join(process.cmdline()).startswith(prefix)
            ):
                found.append(process)
    return found
