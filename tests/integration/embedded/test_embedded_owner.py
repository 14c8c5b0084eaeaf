from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bedside.platform.embedded import EmbeddedPostgres
from bedside.platform.embedded.errors import DiskFull, FolderOutOfReach
from bedside.platform.embedded.owner import owner_for, require_reach, require_write
from bedside.platform.embedded.postmaster import find_postmaster

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to step down from")
DAEMON = 1


def test_under_root_the_server_runs_as_nobody_or_as_the_home_s_owner(home: Path) -> None:
    home.mkdir()
    assert owner_for(home).name == "nobody"
    os.chown(home, DAEMON, DAEMON)
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    process = find_postmaster(server.data, owner_for(home))
    assert process is not None
    assert set(process.uids()) == {DAEMON}
    assert set(process.gids()) == {DAEMON}
    status = Path(f"/proc/{process.pid}/status").read_text()
    assert "\nGroups:\t \n" in status
    # Started by root or by its owner, the home stays usable to its owner.
    assert {path.stat().st_uid for path in (server.data, server.secret, server.folder)} == {DAEMON}
    server.stop()


def test_a_home_that_the_server_s_user_cannot_reach_is_explained(home: Path) -> None:
    home.parent.chmod(0o700)
    with pytest.raises(FolderOutOfReach) as caught:
        EmbeddedPostgres(home).start()
    assert "'nobody'" in caught.value.message
    assert f"chmod o+x {home.parent} " in caught.value.message
    assert "BEDSIDE_HOME" in caught.value.message
    # Following the advice is enough.
    subprocess.run(["chmod", "o+x", str(home.parent)], check=True)
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    server.stop()


def test_a_folder_that_cannot_be_written_is_explained(home: Path) -> None:
    home.mkdir()
    owner = owner_for(home)
    require_reach(owner, home)
    with pytest.raises(FolderOutOfReach, match=f"chown -R nobody {home}"):
        require_write(owner, home)
    odd = home / "a b'$(touch x)\n"
    odd.mkdir(mode=0o700)
    with pytest.raises(FolderOutOfReach, match="can't enter"):
        require_reach(owner, odd)


def test_umask_077_does_no_harm(home: Path) -> None:
    before = os.umask(0o077)
    try:
        server = EmbeddedPostgres(home, durable=False)
        server.start()
        server.stop()
    finally:
        os.umask(before)


def test_an_ordinary_user_starts_it_without_root(home: Path) -> None:
    home.mkdir()
    os.chown(home, DAEMON, DAEMON)
    # Root was here before, on the user's behalf.
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    server.stop()
    script = (
        "import sys\nfrom pathlib import Path\nfrom bedside.platform.embedded import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)\nserver.start()\n"
        "print(server.running(), server.socket_folder())\nserver.stop()\n"
        "server.folder.chmod(0o500)\n"
        "try:\n    server.start()\nexcept Exception as error:\n    print(error)\n"
        "server.folder.chmod(0o755)\n"
    )
    as_daemon = {"user": DAEMON, "group": DAEMON, "extra_groups": []}
    # The virtual environment's Python may live below /root; the system's serves as well if it is the same version.
    probe = f"import sys; assert sys.version_info[:2] == {sys.version_info[:2]}; import psycopg, psutil"
    for python in (sys.executable, "/usr/bin/python3"):
        command = {"env": {"PYTHONPATH": ":".join(filter(None, sys.path))}, "cwd": "/", "capture_output": True}
        try:
            if subprocess.run([python, "-c", probe], check=False, **command, **as_daemon).returncode == 0:
                break
        except OSError:
            continue
    else:
        pytest.skip("no Python within another user's reach")
    done = subprocess.run([python, "-c", script, str(home)], text=True, check=False, **command, **as_daemon)
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first.startswith("True /")
    assert f"can't write {home}/postgres" in second
    assert "chown -R daemon" in second


@pytest.fixture
def small_disk(request: pytest.FixtureRequest) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bedside-t-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={request.param},mode=755", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("no file systems can be mounted here")
    yield folder
    EmbeddedPostgres(folder / "home").stop("immediate")
    subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()


@pytest.mark.parametrize("small_disk", ["20m", "60m"], indirect=True)
def test_a_disk_too_small_for_a_new_database_is_explained(small_disk: Path) -> None:
    home = small_disk / "home"
    server = EmbeddedPostgres(home)
    with pytest.raises(DiskFull, match="room"):
        server.start()
    # Nothing half-made is left behind.
    assert not server.data.exists()
    assert [path.name for path in server.folder.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("small_disk", ["120m"], indirect=True)
def test_a_disk_that_filled_up_is_explained_and_nothing_is_lost(small_disk: Path) -> None:
    server = EmbeddedPostgres(small_disk / "home")
    server.start()
    with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    server.stop()
    filler = small_disk / "filler"
    # dd ends with 1 when the disk is full.
    assert subprocess.run(
        ["dd", "if=/dev/zero", f"of={filler}", "bs=4k", "status=none"], check=False, stderr=subprocess.DEVNULL
    ).returncode
    with pytest.raises(DiskFull):
        server.start()
    filler.unlink()
    server.start()
    with psycopg.connect(server.superuser_dsn()) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    server.stop()
    assert shutil.disk_usage(small_disk).free > 0
