"""One Bedside process at a time keeps the embedded server of a BEDSIDE_HOME."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bedside.platform.embedded.errors import EmbeddedPostgresError, HomeInUse
from bedside.platform.embedded.owner import share_with_home


class HomeLock:
    """An flock: the kernel lets go of it when its process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    @property
    def folder_exists(self) -> bool:
        """Whether anybody has ever made the folder that the lock is for."""
        return self.path.parent.is_dir()

    def acquire(self) -> None:
        """Take the lock; taking it again is nothing. Raises HomeInUse, naming the process that has it."""
        if self._handle is not None:
            return
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EmbeddedPostgresError(f"Can't open the lock file {self.path}: {error.strerror}.") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise HomeInUse(
                f"Bedside already runs on {self.path.parent.parent} (process {holder}). "
                "Stop that one, or set BEDSIDE_HOME to another folder."
            ) from None
        share_with_home(handle, self.path.parent)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Let go of the lock; nothing happens where it is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
