"""The short folder of the unix socket: a socket's path of more than 107 bytes fails."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from bedside.platform.embedded.errors import EmbeddedPostgresError, FolderOutOfReach
from bedside.platform.embedded.owner import Owner

PORT = 5432
LONGEST = 107  # sun_path of unix(7) is 108 bytes with its final zero.
_UNFIT = set(",\"'\\\n\r")  # PostgreSQL splits unix_socket_directories at commas and unquotes it.


def label(home: Path) -> str:
    """Return a short name for this home, the same in every process."""
    return "bedside-" + hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]


def socket_folder(home: Path, owner: Owner, chosen: Path | None = None) -> Path:
    """Return where the socket of ``home`` lives. Raises EmbeddedPostgresError when the path is too long."""
    folder = chosen or _base(owner) / label(home)
    length = len(os.fsencode(folder / f".s.PGSQL.{PORT}"))
    if length > LONGEST:
        raise EmbeddedPostgresError(
            f"The socket's path below {folder} has {length} bytes and may have {LONGEST}; choose a shorter folder."
        )
    if not folder.is_absolute() or _UNFIT.intersection(str(folder)):
        raise EmbeddedPostgresError(f"The socket folder {str(folder)!r} must be absolute, without commas or quotes.")
    return folder


def make_socket_folder(folder: Path, owner: Owner) -> None:
    """Create ``folder`` for ``owner`` alone; it is gone after a reboot. Raises FolderOutOfReach.

    A folder of another user's is refused: who owns the folder could put their own server there.
    """
    try:
        folder.mkdir(mode=0o700)
        owner.own(folder)
    except FileExistsError:
        pass
    except OSError as error:
        raise FolderOutOfReach(f"Can't make the socket folder {folder}: {error.strerror}.") from None
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner.uid or status.st_mode & 0o022:
        raise FolderOutOfReach(
            f"The socket folder {folder} must be a folder of {owner.name!r} that nobody else may write; "
            f"remove it and start again: rm -rf {folder}"
        )


def _base(owner: Owner) -> Path:
    # /tmp is the last choice: another user could take the name first, which refuses the start.
    if owner.drops:
        system = Path("/run")
        return system if os.access(system, os.W_OK) else Path(tempfile.gettempdir())
    own = Path(f"/run/user/{owner.uid}")
    usable = own.is_dir() and own.stat().st_uid == owner.uid and os.access(own, os.W_OK | os.X_OK)
    return own if usable else Path(tempfile.gettempdir())
