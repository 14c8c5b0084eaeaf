"""One running Bedside with sample data for every test that only talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.collector import Collector, collector
from tests.support.running import Process, workplace


@pytest.fixture(scope="session")
def collected() -> Iterator[Collector]:
    """What the running Bedside's traces tell a collector."""
    with collector() as kept:
        yield kept


@pytest.fixture(scope="session")
def bedside(collected: Collector) -> Iterator[Process]:
    """``bedside up`` with sample data, shared: no test may stop it or change its sample accounts.

    It logs and traces all it can, so that what a test finds missing there is told nowhere.
    """
    with workplace(LOG_LEVEL="DEBUG", OTEL_EXPORTER_OTLP_ENDPOINT=collected.address) as place, place.up() as running:
        yield running
