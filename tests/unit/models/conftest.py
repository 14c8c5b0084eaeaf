"""A real HTTP server that speaks, or misspeaks, the OpenAI protocol on a loopback port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.chat_service import ChatService, chat_service


@pytest.fixture
def service() -> Iterator[ChatService]:
    with chat_service() as running:
        yield running
