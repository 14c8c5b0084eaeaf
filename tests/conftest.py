"""Fixtures over real parts: a PostgreSQL of its own for each test's database, a runtime, a served API."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from bedside.platform.config import Settings
from bedside.platform.database.migrate import migrate
from bedside.platform.database.roles import ROLES, DatabaseUrls, role_name
from bedside.platform.runtime import Runtime
from tests.support.postgres import TestCluster, template_cluster

TEMPLATE = "bedside_template"


@pytest.fixture(scope="session")
def cluster() -> Iterator[TestCluster]:
    """The run's PostgreSQL server."""
    with template_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def template(cluster: TestCluster) -> str:
    """A migrated database to copy."""
    return cluster.template(TEMPLATE, lambda name: migrate(cluster.url("bedside_owner", name)) and None)


@contextmanager
def fresh_database(cluster: TestCluster, template: str) -> Iterator[tuple[str, DatabaseUrls]]:
    """Make a migrated database; yield its name and its URLs, by role."""
    name = cluster.create_database(os.environ.get("PYTEST_XDIST_WORKER", "main"), template)
    try:
        yield name, DatabaseUrls(**{role: cluster.url(role_name(role), name) for role in ROLES})
    finally:
        cluster.drop_database(name)


@pytest.fixture
def urls(cluster: TestCluster, template: str) -> Iterator[DatabaseUrls]:
    """A fresh migrated database, by role."""
    with fresh_database(cluster, template) as (_, made):
        yield made


def settle(patch: pytest.MonkeyPatch, home: Path, **environment: str) -> None:
    """Make ``home`` the BEDSIDE_HOME and the folder to work in, in an environment without anybody's settings."""
    for name in list(os.environ):
        if name.startswith(("DATABASE_", "BEDSIDE_", "API_")):
            patch.delenv(name)
    for name, value in {"BEDSIDE_HOME": str(home), **environment}.items():
        patch.setenv(name, value)
    patch.chdir(home if home.exists() else home.parent)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A BEDSIDE_HOME of the test's own, in an environment without anybody's settings."""
    settle(monkeypatch, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    """Settings at their defaults."""
    from bedside.bootstrap.settings import read_settings

    home.mkdir()
    return read_settings()


@pytest.fixture
async def runtime(settings: Settings, urls: DatabaseUrls) -> AsyncIterator[Runtime]:
    """A runtime on the test's database, as the app's role."""
    from bedside.bootstrap.runtime import build_runtime

    async with build_runtime(settings, urls, process="test").running() as running:
        yield running


@pytest.fixture
def server(settings: Settings, urls: DatabaseUrls) -> Iterator[str]:
    """The API, served over real HTTP on a loopback port; its address."""
    with serving(settings, urls) as address:
        yield address


@pytest.fixture
def http(server: str) -> Iterator[httpx.Client]:
    """A client of the served API that is not signed in."""
    with httpx.Client(base_url=server, timeout=20, trust_env=False) as client:
        yield client


class serving:  # noqa: N801 - used as a context manager
    """Serve the API in a thread of its own until the block ends."""

    def __init__(self, settings: Settings, urls: DatabaseUrls) -> None:
        from bedside.api import create_app
        from bedside.bootstrap.runtime import build_runtime

        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        app = create_app(build_runtime(settings, urls, process="test"))
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the API did not start")
            time.sleep(0.01)
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        with closing(self._socket):
            pass
