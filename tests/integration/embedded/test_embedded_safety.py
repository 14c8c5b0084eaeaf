from __future__ import annotations

import os
import time
import uuid
from pathlib import Path

import psutil
import psycopg
import pytest

from bedside.platform.embedded import EmbeddedPostgres
from bedside.platform.embedded.cluster import SUPERUSER
from bedside.platform.embedded.errors import EmbeddedPostgresError, FolderOutOfReach
from bedside.platform.embedded.logs import last_lines, open_log, rotate_log
from bedside.platform.embedded.owner import owner_for
from bedside.platform.embedded.postmaster import read_pid_file
from bedside.platform.embedded.runtime import make_socket_folder, socket_folder
from bedside.platform.embedded.settings import as_file, server_settings

PLANTED = "Wilhelmina-Planted"


@pytest.mark.parametrize("password", ["wrong", "", "x" * 900])
def test_a_password_is_truly_asked_for(running: EmbeddedPostgres, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(running.dsn(SUPERUSER, password, "postgres"))
    with psycopg.connect(running.superuser_dsn()) as connection:
        assert connection.pgconn.used_password
        rules = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
    assert rules == [("scram-sha-256",)]


def test_nothing_listens_on_a_network(running: EmbeddedPostgres) -> None:
    found = read_pid_file(running.data)
    assert found is not None
    process = psutil.Process(found.pid)
    family = [process, *process.children(recursive=True)]
    assert [c for p in family for c in p.net_connections("inet")] == []
    assert len(process.net_connections("unix")) > 0


def test_the_cluster_is_made_as_designed(running: EmbeddedPostgres) -> None:
    with psycopg.connect(running.superuser_dsn()) as connection:

        def show(name: str) -> str:
            row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            assert row is not None
            return str(row[0])

        assert show("data_checksums") == "on"
        assert show("shared_preload_libraries") == "pg_stat_statements"
        assert show("password_encryption") == "scram-sha-256"
        assert show("fsync") == "off"
        assert show("server_encoding") == "UTF8"
        provider = connection.execute("SELECT DISTINCT datlocprovider, datlocale FROM pg_database").fetchall()
        assert provider == [("b", "C.UTF-8")]
        # Letters beyond ASCII are letters, wherever Bedside runs.
        words = connection.execute("SELECT to_tsvector('simple', 'Übelkeit ÄRZTE')::text").fetchone()
        assert words == ("'ärzte':2 'übelkeit':1",)


def test_patient_data_in_statements_never_reaches_the_log(running: EmbeddedPostgres) -> None:
    failing = [
        f"INSERT INTO person VALUES ('{PLANTED}')",
        f"SELECT '{PLANTED}'::uuid",
        f'SELECT * FROM "{PLANTED}"',
        f"SELECT '{PLANTED}' +",
        f"DO $$ BEGIN RAISE EXCEPTION 'no %', '{PLANTED}'; END $$",
        f"DO $$ BEGIN RAISE WARNING 'hm %', '{PLANTED}'; END $$",
        f"INSERT INTO person VALUES (repeat('{PLANTED}', 1000))",
    ]
    with psycopg.connect(running.superuser_dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE person (name text PRIMARY KEY CHECK (length(name) < 100))")
        connection.execute("INSERT INTO person VALUES (%s)", [PLANTED])
        refused = 0
        for statement in failing:
            try:
                connection.execute(statement)
            except psycopg.Error:
                refused += 1
        assert refused == 6
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES (%s)", [PLANTED])
        marker = f"slow_{uuid.uuid4().hex}"
        connection.execute(f"SELECT pg_sleep(1.05), %s AS {marker}", [PLANTED])
        connection.execute("SET statement_timeout = '20ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(5), %s", [PLANTED])
    deadline = time.monotonic() + 5
    while marker not in running.log.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    text = running.log.read_text()
    assert marker in text
    assert "duration:" in text
    assert PLANTED not in text


@pytest.mark.parametrize("folder", ["/tmp/" + "x" * 100, "relative", "/tmp/a,b", "/tmp/a'b", "/tmp/a\nb"])
def test_an_unfit_socket_folder_is_refused(home: Path, folder: str) -> None:
    with pytest.raises(EmbeddedPostgresError, match="socket"):
        EmbeddedPostgres(home, socket_dir=Path(folder)).start()
    assert not (home / "postgres" / "data").exists()


def test_a_long_home_has_a_short_socket(home: Path) -> None:
    home.mkdir()
    deep = home / ("ä" * 100) / ("b" * 100)
    deep.mkdir(parents=True)
    assert len(str(socket_folder(deep, owner_for(deep)))) < 60


def test_somebody_else_s_socket_folder_is_refused(home: Path) -> None:
    home.mkdir()
    owner = owner_for(home)
    mine = home / "mine"
    make_socket_folder(mine, owner)
    make_socket_folder(mine, owner)
    mine.chmod(0o777)
    with pytest.raises(FolderOutOfReach, match="rm -rf"):
        make_socket_folder(mine, owner)
    mine.chmod(0o700)
    (home / "link").symlink_to(mine)
    with pytest.raises(FolderOutOfReach, match="rm -rf"):
        make_socket_folder(home / "link", owner)
    with pytest.raises(FolderOutOfReach, match="No such file"):
        make_socket_folder(home / "none" / "deeper", owner)


def test_a_socket_folder_of_one_s_choice(home: Path) -> None:
    server = EmbeddedPostgres(home, durable=False, socket_dir=home.parent / "s")
    server.start()
    assert server.running()
    assert server.socket_folder() == home.parent / "s"
    assert EmbeddedPostgres(home).running()
    server.stop()


def test_the_log_is_rotated_while_it_is_written(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    assert not rotate_log(log)
    handle = open_log(log)
    with os.fdopen(handle, "wb", buffering=0) as writer:
        for number in range(7):
            writer.write(f"line {number}\n".encode() * 10)
            assert rotate_log(log, largest=50, keep=3)
        writer.write(b"the last\n")
    assert not rotate_log(log, largest=50)
    assert log.read_bytes() == b"the last\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [log.name, *(f"{log.name}.{n}" for n in (1, 2, 3))]
    assert (tmp_path / "postgres.log.1").read_text().startswith("line 6")
    assert (tmp_path / "postgres.log.1").stat().st_mode & 0o777 == 0o600


def test_the_log_s_tail_is_short_and_begins_where_asked(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    assert last_lines(log) == ""
    log.write_bytes(b"old\n" + b"\xff\xfe new\n" * 5000)
    assert len(last_lines(log).splitlines()) == 12
    log.write_text("old\nnew\n")
    assert last_lines(log, since=4) == "new"
    assert last_lines(log, since=999) == "old\nnew"


def test_settings_are_quoted() -> None:
    assert "cluster_name = 'a''b'\n" in as_file({"cluster_name": "a'b"})
    settings = server_settings(Path("/run/x"), "name", durable=True)
    assert settings["listen_addresses"] == ""
    assert "fsync" not in settings
