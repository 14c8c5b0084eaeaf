"""Making a cluster: initdb, the superuser's password, the settings."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from bedside.platform.embedded.binaries import Binaries
from bedside.platform.embedded.errors import BadDataFolder, DiskFull, EmbeddedPostgresError, WrongMajorVersion
from bedside.platform.embedded.owner import Owner, share_with_home

SUPERUSER = "bedside_super"
SETTINGS_FILE = "bedside.conf"
DRAFT_PREFIX = ".data-"
# Nothing of the caller's environment reaches PostgreSQL: PGDATA, PGPORT or a locale would change the cluster.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
_NO_SPACE = "No space left on device"
_INITDB_SECONDS = 120.0


def check_data_folder(data: Path, owner: Owner, major: int) -> bool:
    """Tell whether ``data`` holds a cluster of this major version; False when there is none yet.

    Raises BadDataFolder or WrongMajorVersion.
    """
    try:
        if not any(data.iterdir()):
            return False
        found = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        if not data.exists():
            return False
        raise BadDataFolder(f"{data} is not empty and holds no PostgreSQL cluster; move its content away.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadDataFolder(f"Can't read {data} ({type(error).__name__}); check who owns it.") from None
    if found != str(major):
        raise WrongMajorVersion(
            f"{data} was written by PostgreSQL {found[:10]!r} and this Bedside carries {major}. Start it with the "
            "Bedside release that wrote it, back it up there, and restore the backup here into a new BEDSIDE_HOME."
        )
    status = data.stat()
    if status.st_uid != owner.uid:
        raise BadDataFolder(
            f"{data} belongs to user {status.st_uid} and PostgreSQL runs as {owner.name!r}. "
            f"Run: chown -R {owner.name} {data}"
        )
    if stat.S_IMODE(status.st_mode) & 0o027:
        raise BadDataFolder(f"{data} is open to other users, which PostgreSQL refuses. Run: chmod 700 {data}")
    return True


def create_cluster(binaries: Binaries, owner: Owner, data: Path, password: str, *, durable: bool) -> None:
    """Run initdb for ``data``: scram everywhere, checksums, the builtin C.UTF-8 locale (the same on every machine).

    The cluster appears whole or not at all. Raises DiskFull or EmbeddedPostgresError with initdb's message.
    """
    for leftover in data.parent.glob(f"{DRAFT_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        draft = Path(tempfile.mkdtemp(prefix=DRAFT_PREFIX, dir=data.parent))
    except OSError as error:
        raise EmbeddedPostgresError(f"Can't make a folder in {data.parent}: {error.strerror}.") from None
    try:
        owner.own(draft)
        _initdb(binaries, owner, draft / "cluster", password, durable=durable)
        with (draft / "cluster" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"\ninclude_if_exists = '{SETTINGS_FILE}'\n")
        # An empty folder may be there already, even as a mount point, which can't be replaced.
        if data.exists():
            for entry in (draft / "cluster").iterdir():
                shutil.move(entry, data / entry.name)
            data.chmod(0o700)
            owner.own(data)
        else:
            (draft / "cluster").rename(data)
        _sync(data.parent)
    except OSError as error:
        raise _explain(error.strerror or type(error).__name__, data) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _initdb(binaries: Binaries, owner: Owner, data: Path, password: str, *, durable: bool) -> None:
    # The password travels in a file for this user alone: arguments are visible to everybody.
    secret = data.parent / "password"
    write_private(secret, password + "\n", owner)
    options = [
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        f"--pwfile={secret}",
        "--auth-local=scram-sha-256",
        "--auth-host=scram-sha-256",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]
    try:
        run_tool(binaries, owner, "initdb", options)
    except subprocess.TimeoutExpired:
        raise EmbeddedPostgresError(
            f"initdb did not end within {_INITDB_SECONDS:.0f} s; is the disk very slow?"
        ) from None
    except subprocess.CalledProcessError as error:
        raise _explain(error.stderr, data.parent.parent / "data") from None


def write_private(path: Path, text: str, owner: Owner) -> None:
    """Write ``text`` to ``path``, all at once and for ``owner`` alone."""
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        owner.own(Path(draft))
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def superuser_password(path: Path) -> tuple[str, bool]:
    """Return the superuser's password from ``path`` and whether it was made just now.

    Raises EmbeddedPostgresError when it can't be read or written, or is open to other users.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise EmbeddedPostgresError(f"The secret {path} is open to other users; run: chmod 600 {path}")
        found = path.read_text(encoding="ascii").strip()
        if not found:
            raise EmbeddedPostgresError(f"The secret {path} is empty; delete it and start again.")
    except FileNotFoundError:
        return _new_password(path), True
    except (OSError, UnicodeDecodeError) as error:
        raise EmbeddedPostgresError(f"The secret {path} can't be read ({type(error).__name__}).") from None
    return found, False


def reset_superuser_password(binaries: Binaries, owner: Owner, data: Path, password: str) -> None:
    """Give a stopped cluster's superuser this password, where its secret was lost (a restored backup).

    Whoever may write the data folder owns the cluster already, so nothing is opened by it.
    """
    options = ["--single", "-D", str(data), "-c", "log_statement=none", "-c", "shared_preload_libraries=", "postgres"]
    statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'\n"  # token_urlsafe has no quote
    try:
        run_tool(binaries, owner, "postgres", options, stdin=statement)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise EmbeddedPostgresError(
            f"The superuser's secret is missing and could not be made anew for {data}; restore BEDSIDE_HOME/secrets."
        ) from None


def run_tool(binaries: Binaries, owner: Owner, name: str, options: list[str], stdin: str | None = None) -> str:
    """Run one of PostgreSQL's programs as ``owner``; return what it printed. Raises subprocess's errors."""
    done = subprocess.run(  # noqa: S603 - our own copy of the program, arguments made here
        [str(binaries.tool(name)), *options],
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        env=ENVIRONMENT,
        timeout=_INITDB_SECONDS,
        check=True,
        **owner.privileges,
    )
    return done.stdout


def _new_password(path: Path) -> str:
    password = secrets.token_urlsafe(32)
    folder = path.parent
    try:
        if not folder.exists():
            folder.mkdir(mode=0o700)
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            share_with_home(handle, folder.parent)
            os.close(handle)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(password)
            file.flush()
            os.fsync(file.fileno())
            share_with_home(file.fileno(), folder)
    except OSError as error:
        raise _explain(error.strerror or type(error).__name__, path) from None
    return password


def _explain(reason: str, path: Path) -> EmbeddedPostgresError:
    if _NO_SPACE in reason or "Disk quota exceeded" in reason:
        return DiskFull(f"No room for {path}: a new database needs about 80 MB. Free some space and start again.")
    lines = [line for line in reason.splitlines() if line.startswith("initdb: error")] or reason.splitlines()[-3:]
    return EmbeddedPostgresError(f"{path} could not be made: {' '.join(lines)[:500]}")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
