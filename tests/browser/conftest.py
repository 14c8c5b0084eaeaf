"""The built pages in a real browser, on a served Bedside with an account of each kind (tests/support/house.py)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bedside.bootstrap.settings import read_settings
from bedside.platform.config import Settings
from tests.browser.support.browsing import Visits, chromium
from tests.browser.support.looks import ROOT
from tests.conftest import fresh_database, settle
from tests.support.house import House, open_house
from tests.support.postgres import TestCluster


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as the sources are now: built by whoever comes first, copied so that a later build changes nothing.

    ``PAGES_UNDER_TEST`` names a folder of pages that were built already.
    """
    if given := os.environ.get("PAGES_UNDER_TEST"):
        return Path(given)
    subprocess.run(["bash", str(ROOT / "scripts" / "web.sh"), "build"], check=True, timeout=600)
    folder = tmp_path_factory.mktemp("pages") / "dist"
    shutil.copytree(ROOT / "web" / "dist", folder)
    return folder


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """Settings that a file of tests wants otherwise: a fixture of the same name there returns them."""
    return {}


@pytest.fixture(scope="module")
def served_settings(
    built: Path, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as patch:
        own = {
            "API_RATE_LIMIT": "1000000",
            "LOCKOUT_ADDRESS_FAILURES": "10000",
            "ALLOW_SIGN_UP": "true",
            "ORGANISATION": "Example Hospital",
            **environment,
        }
        settle(patch, tmp_path_factory.mktemp("home"), WEB_ROOT=str(built), **own)
        yield read_settings()


@pytest.fixture(scope="module")
def house(cluster: TestCluster, template: str, served_settings: Settings) -> Iterator[House]:
    """The file's served Bedside."""
    with (
        fresh_database(cluster, template) as (name, urls),
        open_house(served_settings, urls, cluster.superuser_url(name)) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Browser]:
    """The file's browser. After ``house``, which runs an event loop of its own in this thread for a moment."""
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, house: House) -> Iterator[Visits]:
    """Opens a browser for somebody: ``visit("nurse").go("/worklist")``. No script error, no breach of the content
    security policy, no request to another machine may come of it."""
    visits = Visits(browser, house.address, house)
    yield visits
    visits.close()
    assert not visits.wrong
