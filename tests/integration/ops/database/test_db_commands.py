"""``bedside db …`` and ``/api/database`` on a real server: what they tell, their exit codes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from bedside.platform.config import Settings
from bedside.platform.database.roles import ROLES, DatabaseUrls
from tests.support.command import run_command
from tests.support.house import House, open_house
from tests.support.postgres import TestCluster
from tests.support.running import eventually

SECRET = "Jane-Planted"
SETTINGS = {role: "DATABASE_URL" if role == "app" else f"DATABASE_{role.upper()}_URL" for role in ROLES}


@pytest.fixture
def env(settings: Settings, urls: DatabaseUrls) -> dict[str, str]:
    """The environment of an operator whose database is external."""
    return {**os.environ, **{name: urls.require(role) for role, name in SETTINGS.items()}}


def test_status_pool_and_tuning(env: dict[str, str], urls: DatabaseUrls) -> None:
    status = run_command("db", "status", "--json", env=env)
    assert status.returncode == 0, status.stderr
    told = json.loads(status.stdout)
    assert told["revision"] == told["newest_revision"]
    assert (told["embedded"], told["standby"], told["hint"]) == (False, False, None)
    assert any(name.startswith("vector ") for name in told["extensions"])
    assert told["largest_tables"]
    assert "PostgreSQL" in run_command("db", "status", env=env).stdout

    with psycopg.connect(urls.require("app"), autocommit=True):
        pool = json.loads(run_command("db", "pool", "--json", env=env).stdout)
    assert 0 < pool["used"] <= pool["available"]
    assert any(group["role"] == "bedside_app" for group in pool["groups"])

    tune = run_command("db", "tune", "--json", "--memory", "64", "--processors", "16", env=env)
    rows = {row["name"]: row for row in json.loads(tune.stdout)}
    assert rows["shared_buffers"]["recommended"] == "16384MB"
    assert rows["shared_buffers"]["restart"]
    assert rows["random_page_cost"]["change"] is False
    assert all(row["reason"] for row in rows.values())
    assert all(bool(row["sql"]) == row["change"] for row in rows.values())
    with psycopg.connect(urls.require("monitor")) as connection:
        assert connection.execute("SHOW shared_buffers").fetchone() != ("16GB",), "it changes nothing"
    assert "shared_buffers" in run_command("db", "tune", env=env).stdout
    assert run_command("db", "tune", "--memory", "0", env=env).returncode == 2


def test_without_a_monitor_role_the_status_says_what_to_set(env: dict[str, str]) -> None:
    del env["DATABASE_MONITOR_URL"]
    told = json.loads(run_command("db", "status", "--json", env=env).stdout)
    assert "DATABASE_MONITOR_URL" in told["hint"]
    assert told["size_bytes"] > 0
    for command in ("pool", "slow-queries", "blocked", "tune"):
        refused = run_command("db", command, env=env)
        assert refused.returncode == 2, command
        assert "DATABASE_MONITOR_URL" in refused.stderr
    advice = json.loads(run_command("db", "advise", "--json", env=env).stdout)
    assert "DATABASE_MONITOR_URL" in advice["skipped"]["db.cache_hit"]


def test_slow_queries_are_told_without_their_values(env: dict[str, str], urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.require("app"), autocommit=True) as connection:
        connection.execute(f"SELECT pg_sleep(0.02), '{SECRET}'")
        connection.execute(f"SET application_name = '{SECRET}'")
    done = run_command("db", "slow-queries", "--by", "max", "--limit", "50", "--json", env=env)
    assert done.returncode in (0, 3), done.stderr
    texts = [item["query"] for item in json.loads(done.stdout)["items"]]
    assert "SELECT pg_sleep($1), $2" in texts
    assert SECRET not in done.stdout
    strict = {**env, "DB_QUERY_TIME_WARNING_MS": "10", "DB_QUERY_LEAST_CALLS": "1"}
    slow = run_command("db", "slow-queries", env=strict)
    assert slow.returncode == 3
    assert "pg_sleep($1)" in slow.stdout
    assert run_command("db", "slow-queries", "--by", "name", env=env).returncode == 2
    assert run_command("db", "slow-queries", "--limit", "0", env=env).returncode == 2


def test_a_chain_of_blocked_sessions_is_told_from_its_head(env: dict[str, str], urls: DatabaseUrls) -> None:
    free = run_command("db", "blocked", "--json", env=env)
    assert (free.returncode, json.loads(free.stdout)) == (0, {"waiting": [], "blockers": []})
    owner = urls.require("owner")
    with (
        psycopg.connect(owner, autocommit=True, application_name="planted head") as head,
        psycopg.connect(owner, autocommit=True, application_name="planted first") as first,
        psycopg.connect(owner, autocommit=True, application_name="planted second") as second,
        psycopg.connect(urls.require("monitor"), autocommit=True) as watch,
    ):
        head.execute("CREATE TABLE planted (id int PRIMARY KEY)")
        head.execute("BEGIN")
        head.execute("LOCK TABLE planted IN ACCESS SHARE MODE")
        first.pgconn.send_query(b"ALTER TABLE planted ADD COLUMN note text")
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = ANY(%s)"
        pids = [first.info.backend_pid, second.info.backend_pid]
        eventually(lambda: watch.execute(waiting, [pids]).fetchone() == (1,), what="the first to wait")
        second.pgconn.send_query(f"SELECT '{SECRET}' FROM planted".encode())
        eventually(lambda: watch.execute(waiting, [pids]).fetchone() == (2,), what="the second to wait")
        told = run_command("db", "blocked", "--json", env=env)
        drawn = run_command("db", "blocked", env=env)
        head.execute("ROLLBACK")
        for connection in (first, second):
            while connection.pgconn.get_result() is not None:
                pass
        head.execute("DROP TABLE planted")
        pid = head.info.backend_pid
    assert told.returncode == 3
    report = json.loads(told.stdout)
    assert [(one["pid"], one["blocks"]) for one in report["blockers"]] == [(pid, 1)]
    assert report["blockers"][0]["sql"] == f"SELECT pg_terminate_backend({pid});"
    assert [(w["application"], w["depth"], w["table"]) for w in report["waiting"]] == [
        ("planted first", 1, "planted"), ("planted second", 2, "planted"),
    ]  # fmt: skip
    assert report["waiting"][1]["command"] == "SELECT"
    assert "planted head" in drawn.stdout
    assert SECRET not in told.stdout + drawn.stdout


def test_advice_names_what_to_do_and_exact_looks_at_every_page(env: dict[str, str], urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.require("owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE planted (id int PRIMARY KEY, v int) WITH (autovacuum_enabled = false)")
        connection.execute("INSERT INTO planted SELECT n, n FROM generate_series(1, 60000) AS n")
        connection.execute("CREATE INDEX planted_v ON planted (v)")
        connection.execute("CREATE INDEX planted_v_again ON planted (v)")
        connection.execute("DELETE FROM planted WHERE id % 10 <> 0")
        connection.execute("VACUUM ANALYZE planted")
    advised = run_command("db", "advise", "--json", env=env)
    assert advised.returncode == 3, advised.stderr
    by_name = {one["name"]: one for one in json.loads(advised.stdout)["advice"]}
    assert by_name["db.duplicate_indexes"]["sql"] == ['DROP INDEX CONCURRENTLY "public"."planted_v_again";']
    assert "db.table_bloat" not in by_name
    exact = run_command("db", "advise", "--exact", "--json", env={**env, "DB_BLOAT_LEAST_MB": "1"})
    found = {one["name"]: one for one in json.loads(exact.stdout)["advice"]}
    assert "planted" in found["db.table_bloat"]["evidence"]
    assert "planted_v" in found["db.index_bloat"]["evidence"]
    assert "db.corruption" not in found
    drawn = run_command("db", "advise", env=env)
    assert 'DROP INDEX CONCURRENTLY "public"."planted_v_again";' in drawn.stdout


def test_the_shell_is_the_monitor_s_and_in_the_audit_log(env: dict[str, str], cluster: TestCluster) -> None:
    who = run_command("db", "shell", "--command", "SELECT current_user", env=env)
    assert who.returncode == 0, who.stderr
    assert run_command("db", "shell", "-c", "SELECT * FROM patients", env=env).returncode == 1, "it reads no rows"
    unasked = run_command("db", "shell", "--role", "owner", "-c", "SELECT 1", env=env)
    assert unasked.returncode == 2
    assert "--yes" in unasked.stderr
    assert run_command("db", "shell", "--role", "owner", "--yes", "-c", f"SELECT '{SECRET}'", env=env).returncode == 0
    assert run_command("db", "shell", "--role", "backup", "-c", "SELECT 1", env=env).returncode == 2
    name = str(conninfo_to_dict(env["DATABASE_URL"])["dbname"])
    with psycopg.connect(cluster.superuser_url(name)) as connection:
        rows = connection.execute(
            "SELECT convert_from(body, 'UTF8') FROM audit_events WHERE action = 'database.shell' ORDER BY writer_id"
        ).fetchall()
    events = [str(row[0]) for row in rows]
    assert sorted("role=owner" in event for event in events) == [False, False, True]
    assert not any(SECRET in event for event in events)


def test_the_shell_s_program_is_where_pg_bin_dir_says(env: dict[str, str], tmp_path: Path) -> None:
    missing = run_command("db", "shell", "-c", "SELECT 1", env={**env, "PG_BIN_DIR": str(tmp_path)})
    assert missing.returncode == 2
    assert "PG_BIN_DIR" in missing.stderr
    fake = tmp_path / "psql"
    fake.write_text('#!/bin/sh\nprintf \'%s|\' "$@" > "$HOME/said"\nexit 7\n')
    fake.chmod(0o755)
    own = {**env, "PG_BIN_DIR": str(tmp_path), "HOME": str(tmp_path)}
    assert run_command("db", "shell", env=own).returncode == 1, "psql's own exit code is no Bedside's"
    said = (tmp_path / "said").read_text()
    assert "bedside_monitor" in said
    assert "password" not in said
    assert "test-bedside" not in said, "arguments are visible to everybody"


@pytest.fixture
def house(settings: Settings, urls: DatabaseUrls, cluster: TestCluster) -> Iterator[House]:
    name = conninfo_to_dict(urls.require("app"))["dbname"]
    with open_house(settings, urls, cluster.superuser_url(str(name))) as opened:
        yield opened


def test_the_api_tells_administrators_the_same(house: House, urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.require("owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE planted_notes (id int PRIMARY KEY, patient_id uuid)")
    status = house.get("admin", "/api/database/status").json()
    assert status["status"]["server_version"]
    assert status["pool"]["used"] > 0
    assert status["blocked"] == {"waiting": [], "blockers": []}
    assert isinstance(status["slow_queries"]["items"], list)
    advice = house.get("admin", "/api/database/advice").json()
    found = {one["name"]: one for one in advice["advice"]}["db.row_security"]
    assert found["status"] == "down"
    assert 'ALTER TABLE "public"."planted_notes" ENABLE ROW LEVEL SECURITY;' in found["sql"]
    assert {row["name"] for row in advice["tuning"]} >= {"shared_buffers", "work_mem"}
    for who, code in (("nurse", 403), ("patient", 403), ("nobody", 401)):
        for path in ("status", "advice"):
            answer: httpx.Response = house.get(who, f"/api/database/{path}")
            assert answer.status_code == code
            assert answer.headers["content-type"] == "application/problem+json"
