"""One running Bedside with sample data for every test that only talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.running import Process, workplace


@pytest.fixture(scope="session")
def bedside() -> Iterator[Process]:
    """``bedside up`` with sample data, shared: no test may stop it or change its sample accounts.

    It logs all it can, so that what a test finds missing in the logs is in none.
    """
    with workplace(LOG_LEVEL="DEBUG") as place, place.up() as running:
        yield running
