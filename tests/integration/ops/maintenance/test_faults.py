"""Maintenance that is broken off: its process killed, the database killed, the disk full."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from bedside.bootstrap.runtime import build_runtime
from bedside.ops.maintenance.procedures import Task
from bedside.ops.maintenance.settings import MaintenanceSettings
from bedside.ops.procedures.schemas import RunView
from bedside.ops.procedures.states import RunState
from bedside.platform.config import Settings
from bedside.platform.database.migrate import migrate
from bedside.platform.database.roles import ROLES, DatabaseUrls, role_name
from bedside.platform.embedded.postmaster import read_pid_file
from bedside.platform.embedded.provision import provision_roles
from bedside.platform.errors import Unavailable
from bedside.platform.runtime import Runtime
from tests.support.maintenance import SWAMP, Yard, actions, until
from tests.support.postgres import PASSWORDS, TestCluster, lone_server

REBUILDS = "SELECT 1 FROM pg_stat_progress_create_index"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, home: object) -> None:
    """Small tables matter here."""
    monkeypatch.setenv("DB_BLOAT_LEAST_MB", "0")
    monkeypatch.setenv("MAINTENANCE_LOCK_TIMEOUT", "120")


@pytest.fixture
def yard(runtime: Runtime, urls: DatabaseUrls, cluster: TestCluster) -> Yard:
    made = Yard.of(runtime, urls, cluster)
    made.as_owner(*SWAMP, "VACUUM swamp")
    return made


async def mended(yard: Yard) -> RunView:
    """Run what mends, and see that it did."""
    assert yard.invalid() != []
    run = await yard.run(Task.OPTIMIZE_INDEXES)
    assert run.state is RunState.COMPLETED, run
    assert any(action.startswith("Drop") and "_ccnew" in action for action in actions(run))
    assert yard.invalid() == []
    return run


def rebuilding(yard: Yard) -> subprocess.Popen[bytes]:
    """``bedside maintenance run`` in a process of its own."""
    names = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "jobs": "DATABASE_JOBS_URL"}
    names["monitor"] = "DATABASE_MONITOR_URL"
    env = {**os.environ, **{name: yard.urls.require(role) for role, name in names.items()}}
    command = [sys.executable, "-m", "bedside", "maintenance", "run", "--tasks", "reindex", "--no-backup"]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def test_a_killed_command_leaves_no_statement_behind_and_the_next_run_mends_its_index(yard: Yard) -> None:
    with yard.in_the_way("INSERT INTO swamp (frog, word) VALUES (1, 'toad')"):
        with rebuilding(yard) as process:
            await until(yard.invalid, "the rebuild to begin")
            process.send_signal(signal.SIGKILL)
        await until(lambda: not yard.sql(REBUILDS), "the end of the killed command's statement")
    await mended(yard)


@pytest.fixture
def lone(settings: Settings) -> Iterator[tuple[DatabaseUrls, str, int]]:
    """A server that may be killed: the URLs of a database in it, the superuser's, and the postmaster's process id."""
    with lone_server() as server:
        provision_roles(server.superuser_dsn(), "bedside", PASSWORDS)
        urls = DatabaseUrls(**{r: server.dsn(role_name(r), PASSWORDS[role_name(r)], "bedside") for r in ROLES})
        migrate(urls.require("owner"))
        found = read_pid_file(server.data)
        assert found is not None
        yield urls, server.superuser_dsn("bedside"), found.pid


def answers(url: str) -> bool:
    """Tell whether a server takes connections."""
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=5):
        return True
    return False


async def test_a_database_that_is_killed_in_the_middle_comes_back_whole(
    settings: Settings, lone: tuple[DatabaseUrls, str, int]
) -> None:
    urls, superuser_url, postmaster = lone
    async with build_runtime(settings, urls, process="test").running() as runtime:
        yard = Yard(runtime, urls, superuser_url)
        yard.as_owner(*SWAMP, "VACUUM swamp")
        blocker = psycopg.connect(urls.require("owner"))
        blocker.execute("INSERT INTO swamp (frog, word) VALUES (1, 'toad')")
        running = asyncio.create_task(yard.run(Task.REINDEX))
        await until(yard.invalid, "the rebuild to begin")
        # The tests' servers write their log late; what is not in it would be undone.
        yard.sql("CHECKPOINT")
        # The kernel kills one server process: PostgreSQL ends all others and recovers from its log.
        ((backend,),) = yard.sql("SELECT pid FROM pg_stat_progress_create_index")
        began = yard.sql("SELECT pg_postmaster_start_time()")
        os.kill(backend, signal.SIGKILL)
        with contextlib.suppress(Unavailable):
            await running  # whether it can still be read depends on how long the recovery takes
        blocker.close()
        await until(lambda: answers(superuser_url), "the end of the recovery")
        ended = "SELECT error, failures FROM procedure_runs WHERE state IN ('failed', 'partial')"
        await until(lambda: yard.sql(ended), "the run to be told as failed")
        assert "database" in str(yard.sql(ended))
        assert yard.sql("SELECT pg_postmaster_start_time()") == began
        assert psutil.pid_exists(postmaster)
        assert yard.sql("SELECT count(*) FROM swamp") == [(6000,)]
        await mended(yard)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 2 MiB that PostgreSQL's user may write to. Skips where mounting is refused."""
    folder = Path(tempfile.mkdtemp(prefix="bedside-disk-"))
    folder.chmod(0o777)
    command = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0777", "tmpfs", str(folder)]
    mounted = shutil.which("mount") and subprocess.run(command, capture_output=True, check=False).returncode == 0
    if not mounted:
        folder.rmdir()
        pytest.skip("a disk of its own needs the right to mount, which this user does not have")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


async def test_a_full_disk_is_named_and_the_rest_goes_on(yard: Yard, small_disk: Path, cluster: TestCluster) -> None:
    quick = yard.runtime.settings.get(MaintenanceSettings).model_copy(update={"lock_timeout_seconds": 2.0})
    yard.runtime.settings = yard.runtime.settings.replace(quick)
    server_user = psutil.Process(read_pid_file(cluster.server.data).pid).uids().real  # type: ignore[union-attr]
    place = small_disk / "space"
    place.mkdir()
    os.chown(place, server_user, -1)
    name = f"small_{os.getpid()}"
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE {name} OWNER bedside_owner LOCATION '{place}'")  # type: ignore[arg-type]
    try:
        yard.as_owner("ALTER INDEX swamp_pkey SET TABLESPACE " + name)
        free = shutil.disk_usage(small_disk).free
        # Room for less than the new copy, which is about 150 KiB.
        (small_disk / "ballast").write_bytes(b"\0" * (free - 32 * 1024))
        run = await yard.run(Task.REINDEX)
        assert run.state is RunState.PARTIAL, run
        assert run.failures == ["swamp_pkey: The disk of the database is full: make room, then run this again."]
        # The other index was rebuilt, the one that could not be serves as before, and no half copy is left.
        assert [row["index"] for row in run.output["reindex"]] == ["ix_swamp_frog"]
        assert yard.invalid() == []
        assert yard.sql("SELECT count(*) FROM swamp WHERE id > 0") == [(6000,)]
        (small_disk / "ballast").unlink()
        assert (await yard.run(Task.REINDEX)).state is RunState.COMPLETED
    finally:
        yard.as_owner("DROP TABLE swamp")
        with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
            connection.execute(f"DROP TABLESPACE {name}")  # type: ignore[arg-type]
