"""Homes for real servers. Not pytest's tmp_path: PostgreSQL's user could not reach it when root runs the tests."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bedside.platform.embedded import EmbeddedPostgres
from tests.support.postgres import lone_server

sys.path.insert(0, str(Path(__file__).parents[2]))


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bedside-t-"))
    folder.chmod(0o755)
    path = folder / "home"
    yield path
    if path.exists() and path.is_dir():
        EmbeddedPostgres(path).stop("immediate")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cluster_home() -> Iterator[Path]:
    """A home with a stopped server; initdb takes most of a cold start."""
    folder = Path(tempfile.mkdtemp(prefix="bedside-t-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "home", durable=False)
    server.start()
    server.stop()
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def made_home(cluster_home: Path) -> Iterator[Path]:
    """A home in which a server has run before; one for a module, stopped after each test."""
    yield cluster_home
    EmbeddedPostgres(cluster_home).stop("immediate")


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedPostgres]:
    """A server that the tests of one module share."""
    with lone_server() as server:
        yield server
