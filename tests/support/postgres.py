"""One real PostgreSQL for a whole test run, and a database for whoever needs one.

    with template_cluster() as cluster:                      # in every xdist worker: the same server
        cluster.template("bedside_template", migrate)        # built by the first who asks, e.g. migrations
        name = cluster.create_database("gw0", template="bedside_template")   # about 50 ms
        url = cluster.url("bedside_app", name)               # postgresql://…; any role of ROLE_NAMES
        cluster.drop_database(name)

The server gives up crash safety for speed. Workers of one run share it through a lock file; the last to leave
stops and removes it. What a killed run left behind is removed by the next run.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql

from bedside.platform.embedded import EmbeddedPostgres
from bedside.platform.embedded.provision import grant_database, provision_roles
from bedside.platform.embedded.provision.roles import OWNER, ROLE_NAMES

PASSWORDS = {name: f"test-{name}" for name in ROLE_NAMES}
_BASE = Path(tempfile.gettempdir()) / f"bedside-tests-{os.geteuid()}"


@contextmanager
def lone_server() -> Iterator[EmbeddedPostgres]:
    """Run a PostgreSQL server that belongs to no Bedside, in a folder of its own that any user may reach."""
    folder = Path(tempfile.mkdtemp(prefix="bedside-server-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "home", durable=False)
    try:
        server.start()
        try:
            yield server
        finally:
            # A test that fails must not leave its server: a later test would be blamed for the process.
            server.stop("immediate")
    finally:
        shutil.rmtree(folder)


class TestCluster:
    """A running server with Bedside's roles."""

    __test__ = False  # not a test class

    def __init__(self, server: EmbeddedPostgres, folder: Path) -> None:
        self.server = server
        self._folder = folder

    def url(self, role: str, database: str) -> str:
        """Return the URL of one of ROLE_NAMES for ``database``."""
        return self.server.dsn(role, PASSWORDS[role], database)

    def superuser_url(self, database: str = "postgres") -> str:
        """Return the superuser's URL."""
        return self.server.superuser_dsn(database)

    def template(self, name: str, build: Callable[[str], None]) -> str:
        """Make the database ``name`` once per run, provisioned, and let ``build(name)`` fill it (migrations).

        ``build`` must close its connections: a database in use can't be copied.
        """
        done = self._folder / f"template-{name}"
        with _locked(self._folder / "template.lock"):
            if not done.exists():
                self.drop_database(name)
                provision_roles(self.superuser_url(), name, PASSWORDS)
                build(name)
                done.touch()
        return name

    def create_database(self, name: str, template: str) -> str:
        """Copy ``template`` to a new database named ``name`` and a random suffix; return its name."""
        database = f"{name}_{uuid.uuid4().hex[:8]}"
        with psycopg.connect(self.superuser_url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
                    sql.Identifier(database), sql.Identifier(template), sql.Identifier(OWNER)
                )
            )
            grant_database(connection, database)
        return database

    def drop_database(self, name: str) -> None:
        """Drop ``name``, whoever is connected to it; nothing happens where there is none."""
        with psycopg.connect(self.superuser_url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def template_cluster() -> Iterator[TestCluster]:
    """Yield the run's cluster, started by the first worker that asks and removed by the last that leaves."""
    _BASE.mkdir(exist_ok=True, mode=0o711)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"pid{os.getpid()}"
    folder = _BASE / run
    with _locked(_BASE / "lock"):
        _sweep(keep=folder)
        folder.mkdir(exist_ok=True, mode=0o711)
        # A shared lock, held as long as this worker uses the server; the kernel drops it if the worker is killed.
        users = os.open(folder / "users", os.O_RDWR | os.O_CREAT)
        fcntl.flock(users, fcntl.LOCK_SH)
        server = EmbeddedPostgres(folder / "home", durable=False)
        if not server.running():
            server.start()
            server.detach()  # the others may outlive this worker
    try:
        yield TestCluster(server, folder)
    finally:
        with _locked(_BASE / "lock"):
            os.close(users)
            _sweep(keep=None, only=folder)


def _sweep(*, keep: Path | None, only: Path | None = None) -> None:
    """Stop and remove the clusters that no worker uses any more."""
    for folder in [only] if only else [entry for entry in _BASE.iterdir() if entry.is_dir() and entry != keep]:
        handle = os.open(folder / "users", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            with suppress(Exception):
                EmbeddedPostgres(folder / "home").stop("immediate")
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
