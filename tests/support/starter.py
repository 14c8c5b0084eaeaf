"""A database that holds the starter knowledge, to copy: reading it in takes seconds."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.knowledge.service import seed_starter
from bedside.platform.access.actor import Actor
from bedside.platform.database.migrate import migrate
from bedside.platform.database.roles import ROLES, DatabaseUrls, role_name
from tests.support.postgres import TestCluster

TEMPLATE = "bedside_starter"


def starter_template(cluster: TestCluster, home: Path) -> str:
    """Return the name of a migrated database with the starter pack ingested, made once in a run."""

    def build(name: str) -> None:
        migrate(cluster.url("bedside_owner", name))
        urls = DatabaseUrls(**{role: cluster.url(role_name(role), name) for role in ROLES})
        asyncio.run(_ingest(urls, home))

    return cluster.template(TEMPLATE, build)


async def _ingest(urls: DatabaseUrls, home: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("DATABASE_", "BEDSIDE_", "API_")):
                patch.delenv(name)
        patch.setenv("BEDSIDE_HOME", str(home))
        settings = read_settings()
    async with build_runtime(settings, urls, process="test").running() as runtime:
        report = await seed_starter(runtime, Actor.system())
        assert report.passages_added > 100
