"""Every check on PostgreSQL 15, the oldest that Bedside supports, where this machine has one."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.ops.database.checks.all import DATABASE_CHECKS
from bedside.platform.checks import Finding, Health
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.embedded.owner import owner_for
from tests.conftest import settle

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def debian() -> Iterator[str]:
    """A PostgreSQL 15 without pgvector, with the two roles that the checks sign in as; its folder."""
    if not (DEBIAN_15 / "initdb").exists():
        pytest.skip("there is no PostgreSQL 15 here")
    folder = Path(tempfile.mkdtemp(prefix="bedside-oldest-"))
    folder.chmod(0o755)
    owner = owner_for(folder)
    owner.own(folder)
    run: dict[str, Any] = {"check": True, "capture_output": True, "cwd": "/", **owner.privileges}
    subprocess.run(
        [
            DEBIAN_15 / "initdb",
            "-D",
            folder / "data",
            "-U",
            "su",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
        ],
        **run,
    )
    control = [DEBIAN_15 / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log"]
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c shared_preload_libraries=pg_stat_statements"
    subprocess.run([*control, "-o", options, "start"], **run)
    with psycopg.connect(f"postgresql://su@/postgres?host={folder}", autocommit=True) as connection:
        connection.execute("CREATE ROLE bedside_app LOGIN")
        connection.execute("CREATE ROLE bedside_monitor LOGIN IN ROLE pg_monitor")
        for extension in ("pg_stat_statements", "pgstattuple", "amcheck"):
            connection.execute(f"CREATE EXTENSION {extension}")
        connection.execute("CREATE TABLE planted_notes (id serial PRIMARY KEY, patient_id uuid)")
        connection.execute("CREATE INDEX planted_again ON planted_notes (id)")
        connection.execute("SELECT pg_create_physical_replication_slot('planted_idle', true)")
    yield str(folder)
    subprocess.run([*control, "-m", "immediate", "stop"], **run)
    shutil.rmtree(folder)


def test_every_check_can_be_made_on_the_oldest_server(debian: str, tmp_path: Path) -> None:
    def url(role: str) -> str:
        return f"postgresql://{role}@/postgres?host={debian}"

    with pytest.MonkeyPatch.context() as patch:
        settle(patch, tmp_path, DB_CHECK_SECONDS="60", DB_STATISTICS_LEAST_DAYS="0", DB_STATISTICS_SETTLE_MINUTES="0")
        settings = read_settings()
    urls = DatabaseUrls(None, url("bedside_app"), None, url("bedside_monitor"), None)

    async def body() -> dict[str, Finding]:
        runtime = build_runtime(settings, urls, process="test")
        async with runtime.running():
            return {check.name: await check.look(runtime) for check in DATABASE_CHECKS}

    found = asyncio.run(body())
    told = {name for name, finding in found.items() if finding.status is not Health.HEALTHY}
    assert told == {
        "db.data_checksums",
        "db.duplicate_indexes",
        "db.idle_in_transaction_timeout",
        "db.inactive_slots",
        "db.lock_timeout",
        "db.random_page_cost",
        "db.row_security",
        "db.shared_buffers",
        "db.statement_timeout",
    }
    # amcheck's functions and sequences are granted by `bedside db setup`, which did not run here.
    assert "bedside db setup" in (found["db.corruption"].skipped or "")
    assert "bedside db setup" in (found["db.sequences"].skipped or "")
