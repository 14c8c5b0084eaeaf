"""A database that holds the starter knowledge, and conversations on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bedside.platform.runtime import Runtime
from tests.support.chat_service import ChatService, chat_service
from tests.support.postgres import TestCluster
from tests.support.starter import starter_template
from tests.support.talk import Talk


@pytest.fixture(scope="session")
def template(cluster: TestCluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database with the starter pack ingested."""
    return starter_template(cluster, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def talk(runtime: Runtime) -> Talk:
    """A conversation that has just begun."""
    return await Talk.start(runtime)


@pytest.fixture
def service() -> Iterator[ChatService]:
    """A chat model's service."""
    with chat_service() as running:
        yield running
