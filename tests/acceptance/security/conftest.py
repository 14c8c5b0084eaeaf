"""One served Bedside with real cases for each file of tests here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bedside.bootstrap.settings import read_settings
from bedside.platform.config import Settings
from tests.conftest import fresh_database, settle
from tests.support.house import Case, House, open_house
from tests.support.postgres import TestCluster
from tests.support.row_world import Rows, populated


@pytest.fixture(scope="module")
def module_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a home of the file's own; a file's hundreds of requests stay below the limits on frequency."""
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, tmp_path_factory.mktemp("home"), API_RATE_LIMIT="1000000", LOCKOUT_ADDRESS_FAILURES="10000")
        yield read_settings()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the served Bedside's log lines go, whole: structlog's default draws a picture of each error for seconds."""
    path = tmp_path_factory.mktemp("log") / "api.log"
    with path.open("w", encoding="utf-8", buffering=1) as file:
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
            logger_factory=structlog.WriteLoggerFactory(file),
            cache_logger_on_first_use=False,
        )
        yield path
        structlog.reset_defaults()


@pytest.fixture(scope="module")
def house(cluster: TestCluster, template: str, module_settings: Settings, log: Path) -> Iterator[House]:
    """The file's served Bedside."""
    with (
        fresh_database(cluster, template) as (name, urls),
        open_house(module_settings, urls, cluster.superuser_url(name)) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def shared(house: House) -> Case:
    """The patient's case, waiting in the worklist. No test changes it."""
    return house.case()


@pytest.fixture(scope="module")
def private(house: House) -> Case:
    """The other patient's case, which nobody else may know of. No test changes it."""
    return house.private_case()


@pytest.fixture(scope="module")
def rows(house: House) -> Iterator[Rows]:
    """Rows in every table, and a connection as the app's role."""
    with populated(house) as made:
        yield made
