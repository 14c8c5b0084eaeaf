"""A database to care for: a table with dead rows and bloat, other sessions in the way, and runs of its procedures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bedside.ops.maintenance.procedures import PROCEDURES, Task
from bedside.ops.procedures.schemas import RunView
from bedside.ops.procedures.service import run_here
from bedside.platform.access.actor import Actor
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.procedures import Procedure
from bedside.platform.runtime import Runtime
from tests.support.postgres import TestCluster

OPERATOR = Actor.host_operator("olga")
LONG_SECONDS = 60
MAINTENANCE = PROCEDURES[0]
SWAMP = (
    "CREATE TABLE swamp (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, frog bigint NOT NULL, word text NOT NULL)"
    " WITH (autovacuum_enabled = false)",
    "INSERT INTO swamp (frog, word) SELECT n * 7919 % 60000, 'reed ' || n FROM generate_series(1, 60000) n",
    "CREATE INDEX ix_swamp_frog ON swamp (frog)",
    "DELETE FROM swamp WHERE frog % 10 <> 0",
)
"""Nine of ten rows are dead, and their places in both indexes empty once they are vacuumed."""


@dataclass
class Yard:
    """The test's database as its superuser, its owner and Bedside see it."""

    runtime: Runtime
    urls: DatabaseUrls
    superuser_url: str

    @classmethod
    def of(cls, runtime: Runtime, urls: DatabaseUrls, cluster: TestCluster) -> Yard:
        return cls(runtime, urls, cluster.superuser_url(str(conninfo_to_dict(urls.app)["dbname"])))

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run SQL past every policy."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)  # type: ignore[arg-type]  # tests' own statements
            return cursor.fetchall() if cursor.description else []

    def as_owner(self, *statements: str) -> None:
        with psycopg.connect(self.urls.require("owner"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[arg-type]  # tests' own statements

    @contextmanager
    def in_the_way(self, statement: str) -> Iterator[psycopg.Connection[Any]]:
        """A session of the owner's with an open transaction."""
        with psycopg.connect(self.urls.require("owner"), application_name="in the way") as connection:
            connection.execute(statement)  # type: ignore[arg-type]  # tests' own statements
            yield connection
            connection.rollback()

    def invalid(self) -> list[str]:
        """The names of invalid indexes."""
        found = self.sql("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1")
        return [name for (name,) in found]

    def leave_a_leftover(self, index: str = "ix_swamp_frog") -> list[str]:
        """Break a rebuild off, as a killed server or a lock that is not had in time does; return what is invalid."""
        with (
            self.in_the_way("INSERT INTO swamp (frog, word) VALUES (1, 'tadpole')"),
            psycopg.connect(self.urls.require("owner"), autocommit=True) as connection,
        ):
            connection.execute("SET lock_timeout = '50ms'")
            try:
                connection.execute(f"REINDEX INDEX CONCURRENTLY {index}")  # type: ignore[arg-type]
            except psycopg.errors.LockNotAvailable:
                return self.invalid()
        raise AssertionError("the rebuild was not broken off")

    async def run(self, *tasks: Task, dry_run: bool = False, **parameters: Any) -> RunView:
        """Do tasks as ``bedside maintenance run`` does."""
        chosen = {"tasks": list(tasks), **parameters} if tasks else parameters
        return await self.run_one(MAINTENANCE, chosen, dry_run=dry_run)

    async def run_one(self, procedure: Procedure[Any], parameters: dict[str, Any], *, dry_run: bool = False) -> RunView:
        return await run_here(self.runtime, OPERATOR, procedure, parameters, dry_run=dry_run)


def actions(run: RunView) -> Sequence[str]:
    """What a run did, or would do."""
    return [action.action for action in run.actions]


async def until(true: Callable[[], Any], what: str) -> None:
    """Wait for a condition, generously."""
    deadline = time.monotonic() + LONG_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"waited {LONG_SECONDS} s for {what}"
        await asyncio.sleep(0.02)
