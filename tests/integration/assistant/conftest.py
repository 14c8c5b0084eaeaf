"""A database that holds the starter knowledge, and conversations on it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bedside.platform.database.migrate import migrate
from bedside.platform.database.roles import ROLES, DatabaseUrls, role_name
from bedside.platform.runtime import Runtime
from tests.support.chat_service import ChatService, chat_service
from tests.support.postgres import TestCluster
from tests.support.talk import Talk

TEMPLATE = "bedside_starter"


@pytest.fixture(scope="session")
def template(cluster: TestCluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database with the starter pack ingested."""

    def build(name: str) -> None:
        migrate(cluster.url("bedside_owner", name))
        urls = DatabaseUrls(**{role: cluster.url(role_name(role), name) for role in ROLES})
        asyncio.run(_ingest(urls, tmp_path_factory.mktemp("home")))

    return cluster.template(TEMPLATE, build)


async def _ingest(urls: DatabaseUrls, home: Path) -> None:
    from bedside.bootstrap.runtime import build_runtime
    from bedside.bootstrap.settings import read_settings
    from bedside.knowledge.service import seed_starter
    from bedside.platform.access.actor import Actor

    before = os.environ.get("BEDSIDE_HOME")
    os.environ["BEDSIDE_HOME"] = str(home)
    try:
        settings = read_settings()
    finally:
        if before is None:
            del os.environ["BEDSIDE_HOME"]
        else:
            os.environ["BEDSIDE_HOME"] = before
    async with build_runtime(settings, urls, process="test").running() as runtime:
        report = await seed_starter(runtime, Actor.system())
        assert report.passages_added > 100


@pytest.fixture
async def talk(runtime: Runtime) -> Talk:
    """A conversation that has just begun."""
    return await Talk.start(runtime)


@pytest.fixture
def service() -> Iterator[ChatService]:
    """A chat model's service."""
    with chat_service() as running:
        yield running
