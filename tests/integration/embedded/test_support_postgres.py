from __future__ import annotations

import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import psycopg

from bedside.platform.embedded.provision.roles import APP, OWNER

WORKER = """
import sys, time
sys.path.insert(0, sys.argv[1])
import psycopg
from support.postgres import template_cluster

def build(name):
    with psycopg.connect(cluster.url("bedside_owner", name)) as connection:
        connection.execute("CREATE TABLE built (n int); GRANT SELECT, INSERT ON built TO bedside_app")
        connection.execute("INSERT INTO built VALUES (1)")

with template_cluster() as cluster:
    cluster.template("tpl", build)
    names = [cluster.create_database("gw", template="tpl") for _ in range(2)]
    for name in names:
        with psycopg.connect(cluster.url("bedside_app", name)) as connection:
            connection.execute("INSERT INTO built VALUES (2)")
            assert connection.execute("SELECT sum(n) FROM built").fetchone() == (3,)
    cluster.drop_database(names[0])
    print(cluster.server.home, cluster.server.socket_folder(), flush=True)
    time.sleep(float(sys.argv[2]))
    assert cluster.server.running()
"""


def test_workers_of_one_run_share_a_server_and_the_last_one_removes_it() -> None:
    tests, run = Path(__file__).parents[2], f"support-{uuid.uuid4().hex[:12]}"
    workers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WORKER, str(tests), str(pause)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTEST_XDIST_TESTRUNUID": run, "PATH": "/usr/bin:/bin", "TMPDIR": tempfile.gettempdir()},
        )
        for pause in (0.0, 1.0)
    ]
    outputs = [worker.communicate(timeout=60) for worker in workers]
    assert [(worker.returncode, error) for worker, (_, error) in zip(workers, outputs, strict=True)] == [(0, "")] * 2
    assert outputs[0][0] == outputs[1][0]
    home = Path(outputs[0][0].split()[0])
    assert not home.exists()
    assert not home.parent.exists()


def test_a_database_made_from_a_template_has_its_owner_and_its_doors_shut() -> None:
    from support.postgres import template_cluster

    with template_cluster() as cluster:
        cluster.template("tpl", lambda name: None)
        name = cluster.create_database("own", template="tpl")
        with psycopg.connect(cluster.superuser_url(name)) as connection:
            row = connection.execute(
                "SELECT pg_get_userbyid(datdba), has_database_privilege('pg_monitor', oid, 'CONNECT'),"
                " has_database_privilege(%s, oid, 'CONNECT') FROM pg_database WHERE datname = current_database()",
                [APP],
            ).fetchone()
        assert row == (OWNER, False, True)
