"""Whom PostgreSQL runs as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from bedside.platform.embedded.errors import FolderOutOfReach

NOBODY = "nobody"
# Asked as that user, so that access lists and odd file systems are answered for as well as mode bits.
_FIRST_REFUSED = 'mode=$1; shift; for d; do test "$mode" "$d" || { printf %s "$d"; exit 3; }; done'


class Privileges(TypedDict, total=False):
    """Arguments of subprocess.Popen by which a child gives up root."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Owner:
    """The operating-system user that owns the cluster. ``drops``: this process is root and must step down."""

    name: str
    uid: int
    gid: int
    drops: bool

    @property
    def privileges(self) -> Privileges:
        """Return what subprocess needs to start a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drops else {}

    def own(self, path: Path) -> None:
        """Hand ``path`` to this user, when this process is root."""
        if self.drops:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def share_with_home(handle: int, folder: Path) -> None:
    """Hand an open file to whoever owns ``folder``, when this process is root.

    Root may start Bedside for an ordinary user, who starts it without root the next time.
    """
    if os.geteuid() == 0:
        status = folder.stat()
        os.fchown(handle, status.st_uid, status.st_gid)


def owner_for(home: Path) -> Owner:
    """Return the current user; for root the owner of ``home``, or ``nobody`` where that is root, too."""
    if os.geteuid() != 0:
        return Owner(_name(os.geteuid()), os.geteuid(), os.getegid(), drops=False)
    status = home.stat()
    if status.st_uid != 0:
        try:
            return Owner(_name(status.st_uid), status.st_uid, pwd.getpwuid(status.st_uid).pw_gid, drops=True)
        except KeyError:
            return Owner(str(status.st_uid), status.st_uid, status.st_gid, drops=True)
    try:
        entry = pwd.getpwnam(NOBODY)
    except KeyError:
        raise FolderOutOfReach(
            f"PostgreSQL may not run as root, {home} belongs to root and this machine has no user {NOBODY!r}. "
            f"Give the folder to an ordinary user: chown USER {home}"
        ) from None
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid, drops=True)


def require_reach(owner: Owner, folder: Path) -> None:
    """Raise FolderOutOfReach unless ``owner`` may enter ``folder`` and each folder above it."""
    folder = folder.resolve()
    blocked = _first_refused(owner, "-x", [*reversed(folder.parents), folder])
    if blocked is not None:
        raise FolderOutOfReach(
            f"PostgreSQL runs as {owner.name!r}{_why(owner)}, who can't enter {blocked}. "
            f"Run: chmod o+x {blocked}   or set BEDSIDE_HOME to a folder elsewhere, such as /var/lib/bedside."
        )


def require_write(owner: Owner, folder: Path) -> None:
    """Raise FolderOutOfReach unless ``owner`` may write ``folder``."""
    if _first_refused(owner, "-w", [folder]) is not None:
        raise FolderOutOfReach(
            f"PostgreSQL runs as {owner.name!r}{_why(owner)}, who can't write {folder}. "
            f"Run: chown -R {owner.name} {folder}   (and check that the file system is not read-only)."
        )


def _first_refused(owner: Owner, test: str, folders: list[Path]) -> Path | None:
    if not owner.drops:
        mode = os.X_OK if test == "-x" else os.W_OK
        return next((folder for folder in folders if not os.access(folder, mode)), None)
    answer = subprocess.run(  # noqa: S603 - fixed script, paths are arguments
        ["/bin/sh", "-c", _FIRST_REFUSED, "sh", test, *map(str, folders)],
        cwd="/",
        capture_output=True,
        check=False,
        **owner.privileges,
    )
    return Path(os.fsdecode(answer.stdout)) if answer.returncode else None


def _why(owner: Owner) -> str:
    return " (it may not run as root)" if owner.drops else ""


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
