"""A ward: people of every role, and cases."""

from __future__ import annotations

import pytest

from bedside.platform.runtime import Runtime
from tests.support.care import Ward


@pytest.fixture
def ward(runtime: Runtime) -> Ward:
    """People and cases on the test's database."""
    return Ward(runtime)
