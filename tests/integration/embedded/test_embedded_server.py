from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from bedside.platform.embedded import EmbeddedPostgres
from bedside.platform.embedded import server as server_module
from bedside.platform.embedded.binaries import Carrier, find_carrier
from bedside.platform.embedded.cluster import SUPERUSER
from bedside.platform.embedded.errors import (
    BadDataFolder,
    EmbeddedPostgresError,
    HomeInUse,
    StartFailed,
    WrongMajorVersion,
)
from bedside.platform.embedded.owner import owner_for
from bedside.platform.embedded.postmaster import program_of, read_pid_file
from bedside.platform.embedded.runtime import make_socket_folder


def postmaster(server: EmbeddedPostgres) -> psutil.Process:
    found = read_pid_file(server.data)
    assert found is not None
    return psutil.Process(found.pid)


def query(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def cold(home: Path) -> EmbeddedPostgres:
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    return server


def test_a_fresh_home_gets_a_server_that_stops_and_starts_warm(home: Path) -> None:
    server = EmbeddedPostgres(home)
    assert not server.running()
    assert server.start() is True
    assert server.running()
    assert server.alive()
    query(server, "DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    assert server.start() is False
    server.stop()
    assert not server.running()
    assert not server.alive()
    server.stop()

    began = time.monotonic()
    assert server.start() is True
    assert time.monotonic() - began < 3
    assert query(server, "SELECT n FROM kept") == [(7,)]
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert server.secret.stat().st_mode & 0o777 == 0o600
    assert server.log.stat().st_mode & 0o777 == 0o600
    assert query(server, "SHOW fsync") == [("on",)]
    server.stop()


def test_a_second_bedside_on_the_same_home_is_refused(made_home: Path) -> None:
    first = cold(made_home)
    with pytest.raises(HomeInUse, match=rf"process {os.getpid()}.*BEDSIDE_HOME"):
        EmbeddedPostgres(made_home).start()
    assert first.running()
    first.stop()


def test_the_server_is_found_again_after_bedside_was_killed(made_home: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom bedside.platform.embedded import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), durable=False).start()\nprint('up', flush=True)\ntime.sleep(60)\n"
    )
    bedside = subprocess.Popen([sys.executable, "-c", script, str(made_home)], stdout=subprocess.PIPE)
    assert bedside.stdout is not None
    assert bedside.stdout.readline() == b"up\n"
    server = EmbeddedPostgres(made_home, durable=False)
    before = postmaster(server).pid
    bedside.kill()
    bedside.wait()
    bedside.stdout.close()
    assert server.running()
    assert server.start() is False
    assert postmaster(server).pid == before
    server.stop()
    assert not psutil.pid_exists(before) or psutil.Process(before).status() == psutil.STATUS_ZOMBIE


def test_what_was_committed_survives_a_killed_postmaster(made_home: Path) -> None:
    server = EmbeddedPostgres(made_home)
    server.start()
    query(server, "DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    busy = psycopg.connect(server.superuser_dsn())
    postmaster(server).kill()
    assert server.start() is True
    assert query(server, "SELECT n FROM kept") == [(7,)]
    busy.close()
    server.stop()


def test_a_query_that_outlives_its_killed_server_is_ended(made_home: Path) -> None:
    server = cold(made_home)
    busy = psycopg.connect(server.superuser_dsn())
    # Never waits, so it would not notice for hours that its postmaster is gone.
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000000) a")
    backend = psutil.Process(busy.info.backend_pid)
    time.sleep(0.1)
    postmaster(server).kill()
    time.sleep(0.3)
    assert backend.is_running()
    assert server.start() is True
    assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE
    assert query(server, "SELECT 1") == [(1,)]
    busy.close()
    server.stop()


def test_a_stale_pid_file_whose_pid_is_used_again_is_no_obstacle(made_home: Path) -> None:
    server = cold(made_home)
    server.stop()
    owner = owner_for(made_home)
    sleeper = subprocess.Popen(["sleep", "60"], **owner.privileges)
    try:
        stale = server.data / "postmaster.pid"
        stale.write_text(f"{sleeper.pid}\n{server.data}\n1700000000\n5432\n/nowhere\n\n  0 0\nready   \n")
        owner.own(stale)
        assert not server.running()
        assert server.start() is True
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()
    server.stop()


def test_a_damaged_pid_file_is_no_obstacle(made_home: Path) -> None:
    server = cold(made_home)
    for content in ("", "0\n", "-1\n", "nonsense\n", "99999999999999999999\n", "\0" * 100):
        server.stop()
        stale = server.data / "postmaster.pid"
        stale.write_text(content)
        owner_for(made_home).own(stale)
        assert not server.running()
        assert server.start() is True
    server.stop()


def test_a_server_that_bedside_did_not_start_is_left_alone(made_home: Path) -> None:
    server = cold(made_home)
    program = program_of(postmaster(server))
    server.stop()
    owner = owner_for(made_home)
    sockets = server.socket_folder()
    make_socket_folder(sockets, owner)
    other = subprocess.Popen([str(program), "-D", f"{server.data}/"], stderr=subprocess.DEVNULL, **owner.privileges)
    try:
        deadline = time.monotonic() + 10
        while not (sockets / ".s.PGSQL.5432").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        with pytest.raises(EmbeddedPostgresError, match=f"kill -INT {other.pid}"):
            server.start()
        assert other.poll() is None
    finally:
        other.send_signal(signal.SIGINT)
        other.wait(10)


def test_a_newer_minor_version_takes_over_a_running_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = Carrier("18.6.2", find_carrier().folder)
    real = server_module.install_binaries
    monkeypatch.setattr(server_module, "install_binaries", lambda home: real(home, older))
    server = cold(home)
    query(server, "DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    server.detach()
    monkeypatch.undo()
    newer = EmbeddedPostgres(home, durable=False)
    assert newer.start() is True
    program = program_of(postmaster(newer))
    assert program is not None
    assert find_carrier().version in program.parts
    assert not (home / "postgres" / "18.6.2").exists()
    assert query(newer, "SELECT n FROM kept") == [(7,)]
    newer.stop()


def test_another_major_version_is_refused_and_left_untouched(home: Path) -> None:
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(WrongMajorVersion, match=r"'15'.*carries 18.*restore the backup"):
        EmbeddedPostgres(home).start()
    assert [entry.name for entry in data.iterdir()] == ["PG_VERSION"]


def test_a_folder_with_other_content_is_refused(home: Path) -> None:
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "thesis.odt").write_text("years of work")
    with pytest.raises(BadDataFolder, match="not empty"):
        EmbeddedPostgres(home).start()
    assert (data / "thesis.odt").read_text() == "years of work"


def test_an_empty_data_folder_such_as_a_mount_point_is_used(home: Path) -> None:
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    inode = data.stat().st_ino
    server = cold(home)
    assert data.stat().st_ino == inode
    assert query(server, "SELECT 1") == [(1,)]
    server.stop()


def test_a_data_folder_open_to_others_is_refused_with_the_command(made_home: Path) -> None:
    server = cold(made_home)
    server.stop()
    server.data.chmod(0o755)
    with pytest.raises(BadDataFolder, match=f"chmod 700 {server.data}"):
        server.start()
    server.data.chmod(0o700)
    server.start()
    server.stop()


def test_a_lost_secret_is_made_anew(made_home: Path) -> None:
    server = cold(made_home)
    query(server, "DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    server.stop()
    before = server.secret.read_text()
    server.secret.unlink()
    with pytest.raises(EmbeddedPostgresError, match="missing"):
        server.superuser_dsn()
    server.start()
    assert server.secret.read_text() != before
    assert query(server, "SELECT n FROM kept") == [(7,)]
    server.stop()


@pytest.mark.parametrize(("content", "mode", "says"), [("x", 0o644, "chmod 600"), ("", 0o600, "empty")])
def test_an_unfit_secret_is_refused(home: Path, content: str, mode: int, says: str) -> None:
    secret = home / "secrets" / "postgres_superuser"
    secret.parent.mkdir(parents=True)
    secret.write_text(content)
    secret.chmod(mode)
    with pytest.raises(EmbeddedPostgresError, match=says):
        EmbeddedPostgres(home).start()


def test_a_failing_start_tells_the_log_s_last_lines(made_home: Path) -> None:
    server = cold(made_home)
    query(server, "ALTER SYSTEM SET max_connections = 5")
    query(server, "ALTER SYSTEM SET superuser_reserved_connections = 5")
    server.stop()
    with pytest.raises(StartFailed, match="superuser_reserved_connections"):
        server.start()
    # The lock was let go of.
    with pytest.raises(StartFailed):
        EmbeddedPostgres(made_home).start()
    (server.data / "postgresql.auto.conf").write_text("")
    server.start()
    server.stop()


def test_the_socket_folder_is_made_again_after_a_reboot(made_home: Path) -> None:
    server = cold(made_home)
    folder = server.socket_folder()
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)
    server.start()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert query(server, "SELECT 1") == [(1,)]
    server.stop()


def test_a_server_without_its_socket_is_started_anew(made_home: Path) -> None:
    server = cold(made_home)
    shutil.rmtree(server.socket_folder())
    assert not server.alive()
    assert not server.running()
    assert server.start() is True
    assert server.running()
    server.stop()


def test_a_server_with_other_settings_is_started_anew(made_home: Path) -> None:
    server = cold(made_home)
    before = postmaster(server).pid
    server.detach()
    safer = EmbeddedPostgres(made_home, durable=True)
    assert safer.start() is True
    assert postmaster(safer).pid != before
    assert query(safer, "SHOW fsync") == [("on",)]
    sockets = safer.socket_folder()
    safer.stop()
    assert not sockets.exists()


def test_the_caller_s_environment_changes_nothing(made_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGDATA": "/",
        "PGPORT": "1",
        "PGHOST": "/x",
        "PGUSER": "x",
        "LC_ALL": "tr_TR",
        "TZ": "X",
    }.items():
        monkeypatch.setenv(name, value)
    server = cold(made_home)
    assert query(server, "SHOW timezone") == [("UTC",)]
    server.stop()


def test_connection_parameters_and_url_name_the_same(made_home: Path) -> None:
    server = cold(made_home)
    server.stop()
    parameters = server.connection("a role", "p@ss/%'", "data base")
    url = psycopg.conninfo.conninfo_to_dict(server.dsn("a role", "p@ss/%'", "data base"))
    assert {key: str(value) for key, value in url.items()} == parameters
    assert SUPERUSER in server.superuser_dsn()
