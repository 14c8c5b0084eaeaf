"""A real standby: how far it is behind, seen from the server that it follows and from itself."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.ops.database.checks.all import DATABASE_CHECKS
from bedside.platform.checks import Finding, Health
from bedside.platform.config import Settings
from bedside.platform.database.migrate import migrate
from bedside.platform.database.roles import ROLES, DatabaseUrls, role_name
from bedside.platform.embedded import EmbeddedPostgres
from bedside.platform.embedded.binaries import Binaries, find_carrier
from bedside.platform.embedded.cluster import run_tool
from bedside.platform.embedded.owner import owner_for
from bedside.platform.embedded.provision import provision_roles
from tests.conftest import settle
from tests.support.running import eventually

PASSWORDS = {role_name(role): f"test-{role}" for role in ROLES}
THRESHOLDS = {"DB_CHECK_SECONDS": "60", "DB_REPLICATION_LAG_WARNING_MB": "4", "DB_STATISTICS_SETTLE_MINUTES": "0"}
THRESHOLDS |= {"DB_REPLICATION_LAG_WARNING_SECONDS": "0.001", "DB_STATISTICS_LEAST_DAYS": "0"}


def urls_of(server: EmbeddedPostgres) -> DatabaseUrls:
    return DatabaseUrls(**{role: server.dsn(role_name(role), PASSWORDS[role_name(role)], "bedside") for role in ROLES})


def look(settings: Settings, server: EmbeddedPostgres, *names: str) -> dict[str, Finding]:
    async def body() -> dict[str, Finding]:
        runtime = build_runtime(settings, urls_of(server), process="test")
        async with runtime.running():
            return {c.name: await c.look(runtime) for c in DATABASE_CHECKS if not names or c.name in names}

    return asyncio.run(body())


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[EmbeddedPostgres, EmbeddedPostgres, Settings]]:
    """A server, a standby that follows it, and the settings to look at both with."""
    folder = Path(tempfile.mkdtemp(prefix="bedside-standby-"))
    folder.chmod(0o755)
    (folder / "settings").mkdir()
    first, second = (EmbeddedPostgres(folder / name, durable=False) for name in ("first", "second"))
    try:
        first.start()
        provision_roles(first.superuser_dsn(), "bedside", PASSWORDS)
        migrate(urls_of(first).require("owner"))
        _follow(first, second)
        with pytest.MonkeyPatch.context() as patch:
            settle(patch, folder / "settings", **THRESHOLDS)
            settings = read_settings()
        yield first, second, settings
    finally:
        second.stop("immediate")
        first.stop("immediate")
        shutil.rmtree(folder)


def _follow(first: EmbeddedPostgres, second: EmbeddedPostgres) -> None:
    carrier = find_carrier()
    binaries = Binaries(carrier.version, first.folder / carrier.version)
    shutil.copytree(first.home / "secrets", second.home / "secrets")
    second.home.chmod(0o711)
    second.folder.mkdir()
    owner = owner_for(second.home)
    draft = second.folder / "data"
    draft.mkdir(mode=0o700)
    owner.own(draft)
    source = first.dsn("bedside_backup", PASSWORDS["bedside_backup"], "bedside")
    options = [
        f"--dbname={source}",
        f"--pgdata={draft}",
        "--checkpoint=fast",
        "--wal-method=stream",
        "--write-recovery-conf",
    ]
    run_tool(binaries, owner, "pg_basebackup", options)
    second.start(create=False)
    eventually(lambda: _ask(first, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == 1)


def _ask(server: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(server.superuser_dsn("bedside"), autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def test_a_standby_that_keeps_up_is_well_on_both_sides_and_one_that_does_not_is_told(
    pair: tuple[EmbeddedPostgres, EmbeddedPostgres, Settings],
) -> None:
    first, second, settings = pair
    caught_up = (
        "SELECT pg_last_wal_replay_lsn() >= '{}'::pg_lsn AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()"
    )
    here = _ask(first, "SELECT pg_current_wal_lsn()::text")
    eventually(lambda: _ask(second, caught_up.format(here)) is True, what="the standby")
    assert look(settings, first, "db.replication_lag")["db.replication_lag"].status is Health.HEALTHY
    alarms = {
        name: found.evidence for name, found in look(settings, second).items() if found.status is not Health.HEALTHY
    }
    # It may be a page behind just now, which is over a threshold of a millisecond.
    alarms.pop("db.replication_lag", None)
    assert alarms == {}, "every check can be made on a standby"

    _ask(second, "SELECT pg_wal_replay_pause()")
    eventually(lambda: _ask(second, "SELECT pg_get_wal_replay_pause_state()") == "paused", what="the pause")
    _ask(first, "SELECT pg_logical_emit_message(true, 'test', repeat('x', 8 * 1024 * 1024))")
    there = _ask(first, "SELECT pg_current_wal_lsn()::text")
    eventually(lambda: _ask(second, f"SELECT pg_last_wal_receive_lsn() >= '{there}'::pg_lsn") is True, what="the WAL")
    found = look(settings, first, "db.replication_lag")["db.replication_lag"]
    assert found.status is Health.DEGRADED
    assert "8.0 MiB behind" in found.evidence
    assert "pg_wal_replay_resume" in found.sql[0]
    own = look(settings, second, "db.replication_lag")["db.replication_lag"]
    assert own.status is Health.DEGRADED
    assert "This standby is" in own.evidence
