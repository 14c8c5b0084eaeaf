"""The embedded server: started, found again, stopped."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
import psycopg

from bedside.platform.embedded.binaries import Binaries, install_binaries, prune_binaries
from bedside.platform.embedded.cluster import (
    ENVIRONMENT,
    SETTINGS_FILE,
    SUPERUSER,
    check_data_folder,
    create_cluster,
    reset_superuser_password,
    superuser_password,
    write_private,
)
from bedside.platform.embedded.errors import (
    BadDataFolder,
    DiskFull,
    EmbeddedPostgresError,
    FolderOutOfReach,
    HomeInUse,
    StartFailed,
)
from bedside.platform.embedded.lock import HomeLock
from bedside.platform.embedded.logs import last_lines, log_size, open_log, rotate_log
from bedside.platform.embedded.owner import Owner, owner_for, require_reach, require_write
from bedside.platform.embedded.postmaster import clear_stale, find_postmaster, program_of, read_pid_file
from bedside.platform.embedded.runtime import PORT, label, make_socket_folder, socket_folder
from bedside.platform.embedded.settings import as_file, server_settings

_STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
_POLL_SECONDS = 0.01


class EmbeddedPostgres:
    """PostgreSQL below ``home/postgres``, on a unix socket only.

    The server outlives this object and its process: a later object on the same ``home`` finds it again.
    ``durable=False`` gives up crash safety for speed (tests). ``socket_dir``: an absolute, short path.
    """

    def __init__(self, home: Path, *, durable: bool = True, socket_dir: Path | None = None) -> None:
        self.home = home.absolute().resolve()
        self.folder = self.home / "postgres"
        self.data = self.folder / "data"
        self.log = self.home / "logs" / "postgres.log"
        self.secret = self.home / "secrets" / "postgres_superuser"
        self.durable = durable
        self._chosen_socket_dir = socket_dir
        self._lock = HomeLock(self.folder / "lock")
        self._guard = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def reserve(self) -> None:
        """Take the lock on ``home`` and start nothing yet. Raises HomeInUse, FolderOutOfReach."""
        self._prepare_folders()
        self._lock.acquire()

    def start(self, timeout: float = 60.0, *, create: bool = True) -> bool:
        """Start the server, or find it again; True when it was started just now. ``timeout`` in seconds.

        Creates what is missing (programs, socket folder and, with ``create``, the cluster) and holds the lock on
        ``home`` until stop().
        Raises HomeInUse, FolderOutOfReach, WrongMajorVersion, BadDataFolder, DiskFull, StartFailed.
        """
        owner = self._prepare_folders()
        self._lock.acquire()
        try:
            binaries = install_binaries(self.home)
            require_reach(owner, binaries.tool("postgres").parent)
            started = self._start(owner, binaries, timeout, create=create)
            prune_binaries(self.home, binaries)
        except BaseException as error:
            self._lock.release()
            if isinstance(error, OSError | psutil.Error):
                raise StartFailed(f"PostgreSQL could not be started below {self.folder}: {error}") from None
            raise
        return started

    def stop(self, mode: str = "fast", timeout: float = 60.0) -> None:
        """Stop the server (``smart``, ``fast`` or ``immediate``, as pg_ctl has them) and let go of ``home``.

        A server that has not stopped after ``timeout`` seconds is stopped without a checkpoint (it recovers at
        the next start). Nothing happens when none runs, or when another process keeps it. Raises
        EmbeddedPostgresError when even that fails.
        """
        if not self._lock.folder_exists:
            return
        try:
            # A start that was refused ends here too: what another Bedside keeps is not ours to stop.
            self._lock.acquire()
        except HomeInUse:
            return
        chosen = _STOP_SIGNALS[mode]
        process = self._process()
        sockets = self.socket_folder() if process is not None else None
        if process is not None and not (self._end(process, chosen, timeout) or self._end(process, signal.SIGQUIT, 10)):
            raise EmbeddedPostgresError(f"PostgreSQL (process {process.pid}) does not stop; look at its state.")
        self._reap()
        if sockets is not None and sockets.name == label(self.home):
            with suppress(OSError):  # not empty where a start has been faster
                sockets.rmdir()
        self._lock.release()

    def detach(self) -> None:
        """Let go of ``home`` and leave the server running; the next start() finds it."""
        if self._child is not None and self._child.poll() is None:
            # Popen warns of a child that outlives it, which is meant here.
            self._child.returncode = 0
            self._child = None
        self._lock.release()

    def running(self) -> bool:
        """Tell whether the server runs and takes connections. Needs no password and no lock."""
        found = read_pid_file(self.data)
        return found is not None and found.is_ready and self._process() is not None and self._answers()

    def alive(self) -> bool:
        """Tell whether the server's process and socket are there; cheap enough to ask several times a second."""
        self._reap()
        return self._process() is not None and (self.socket_folder() / f".s.PGSQL.{PORT}").exists()

    def socket_folder(self) -> Path:
        """Return the folder of the running server's socket, or where it will be."""
        found = read_pid_file(self.data)
        if found is not None and found.socket_folder is not None:
            return found.socket_folder
        return socket_folder(self.home, owner_for(self.home), self._chosen_socket_dir)

    def connection(self, role: str, password: str, dbname: str) -> dict[str, str]:
        """Return libpq's connection parameters for ``role``."""
        host = str(self.socket_folder())
        return {"host": host, "port": str(PORT), "user": role, "password": password, "dbname": dbname}

    def dsn(self, role: str, password: str, dbname: str) -> str:
        """Return the same as a URL (``postgresql://``). It holds the password: never log it."""
        where = urlencode({"host": str(self.socket_folder()), "port": PORT}, safe="/")
        return f"postgresql://{quote(role, safe='')}:{quote(password, safe='')}@/{quote(dbname, safe='')}?{where}"

    def superuser_dsn(self, dbname: str = "postgres") -> str:
        """Return the superuser's URL, for provisioning and maintenance. Raises EmbeddedPostgresError."""
        if not self.secret.exists():
            raise EmbeddedPostgresError(f"The secret {self.secret} is missing; stop Bedside and start it again.")
        return self.dsn(SUPERUSER, superuser_password(self.secret)[0], dbname)

    def rotate_log(self) -> bool:
        """Rotate the server's log when it has grown over its size; tell whether it was."""
        return rotate_log(self.log)

    def _prepare_folders(self) -> Owner:
        try:
            if not self.home.exists():
                # Others may pass through, not look: under root, PostgreSQL's user has to.
                self.home.mkdir(parents=True)
                self.home.chmod(0o711)
            owner = owner_for(self.home)
            require_reach(owner, self.home)
            for folder in (self.folder, self.log.parent):
                if not folder.exists():
                    folder.mkdir()
                    folder.chmod(0o755)
                    if self.home.stat().st_uid == owner.uid:
                        owner.own(folder)
        except OSError as error:
            raise FolderOutOfReach(
                f"Can't make folders below {self.home}: {error.strerror}; check its owner."
            ) from None
        if not owner.drops:
            require_write(owner, self.folder)
            require_write(owner, self.log.parent)
        return owner

    def _start(self, owner: Owner, binaries: Binaries, timeout: float, *, create: bool) -> bool:
        process = find_postmaster(self.data, owner)
        sockets = socket_folder(self.home, owner, self._chosen_socket_dir)
        name = label(self.home)
        settings = as_file(server_settings(sockets, name, durable=self.durable))
        if process is not None and self._is_usable(process, binaries, settings):
            self._wait_until_ready(process.pid, 0, timeout)
            return False
        if process is not None:
            self._end(process, signal.SIGINT, timeout)
        self._reap()
        exists = check_data_folder(self.data, owner, binaries.major)
        if not exists and not create:
            raise BadDataFolder(f"{self.data}, which was there, is gone; is its disk mounted? Nothing is made anew.")
        password, is_new = superuser_password(self.secret)
        if not exists:
            create_cluster(binaries, owner, self.data, password, durable=self.durable)
        require_write(owner, self.data)
        clear_stale(self.data, sockets, owner, name)
        make_socket_folder(sockets, owner)
        self._write_settings(owner, settings)
        if exists and is_new:
            reset_superuser_password(binaries, owner, self.data, password)
        self._spawn(owner, binaries, timeout)
        return True

    def _is_usable(self, process: psutil.Process, binaries: Binaries, settings: str) -> bool:
        # One of an older version, with other settings, or whose socket somebody removed, is started anew.
        if program_of(process) != binaries.tool("postgres") or not self.secret.exists():
            return False
        try:
            if (self.data / SETTINGS_FILE).read_text(encoding="utf-8") != settings:
                return False
        except (OSError, UnicodeDecodeError):
            return False
        found = read_pid_file(self.data)
        return found is not None and (not found.is_ready or self.alive())

    def _write_settings(self, owner: Owner, settings: str) -> None:
        try:
            write_private(self.data / SETTINGS_FILE, settings, owner)
        except OSError as error:
            kind = DiskFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else StartFailed
            raise kind(f"Can't write {self.data / SETTINGS_FILE}: {error.strerror}.") from None

    def _spawn(self, owner: Owner, binaries: Binaries, timeout: float) -> None:
        rotate_log(self.log)
        since = log_size(self.log)
        log = open_log(self.log)
        try:
            # A session of its own: Ctrl-C in the terminal is for Bedside, which stops the server in order.
            self._child = subprocess.Popen(  # noqa: S603 - our own copy of the program
                [str(binaries.tool("postgres")), "-D", str(self.data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
                umask=0o077,
                **owner.privileges,
            )
        except OSError as error:
            raise StartFailed(f"Can't run {binaries.tool('postgres')}: {error.strerror}.") from None
        finally:
            os.close(log)
        self._wait_until_ready(self._child.pid, since, timeout)

    def _wait_until_ready(self, pid: int, since: int, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while True:
            found = read_pid_file(self.data)
            if found is not None and found.pid == pid and found.is_ready and self._answers():
                return
            if (self._child is not None and self._child.poll() is not None) or not psutil.pid_exists(pid):
                raise self._failure("PostgreSQL ended while starting", since)
            if time.monotonic() > deadline:
                # Left alone: it may be recovering from a crash, and the next start finds it.
                raise self._failure(f"PostgreSQL was not ready within {timeout:.0f} s", since)
            time.sleep(_POLL_SECONDS)

    def _failure(self, what: str, since: int) -> EmbeddedPostgresError:
        lines = last_lines(self.log, since)
        if "No space left on device" in lines:
            return DiskFull(f"{what}: no space left on the disk of {self.home}. Free some space and start again.")
        return StartFailed(f"{what}. The end of {self.log}:\n{lines}")

    def _answers(self) -> bool:
        target = f"host='{self.socket_folder()}' port={PORT} connect_timeout=2"
        return psycopg.pq.PGconn.ping(target.encode()) == psycopg.pq.Ping.OK

    def _process(self) -> psutil.Process | None:
        return find_postmaster(self.data, owner_for(self.home)) if self.home.exists() else None

    def _end(self, process: psutil.Process, number: signal.Signals, timeout: float) -> bool:
        """Signal ``process`` and tell whether it ended within ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
            # Not process.wait(): where nothing reaps orphans (a container's process 1) it would see a zombie as alive.
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                if time.monotonic() > deadline:
                    return False
                time.sleep(_POLL_SECONDS)
        return True

    def _reap(self) -> None:
        with self._guard:
            if self._child is not None and self._child.poll() is not None:
                self._child = None
