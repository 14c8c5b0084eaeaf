"""``bedside health api``: the API of this home, looked at from outside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from bedside.ops.health.api_check import API_CHECK
from bedside.platform.checks import Health
from bedside.platform.config.address import write_address
from bedside.platform.runtime import Runtime
from tests.support.running import free_port


async def test_an_api_that_answers(runtime: Runtime, server: str, http: httpx.Client) -> None:
    # `bedside serve` has loaded the protocols before it listens.
    assert (await asyncio.to_thread(http.get, "/api/site")).is_success
    write_address(runtime.settings.home, server)
    found = await API_CHECK.run(runtime)
    assert (found.part, found.status, found.remedy) == ("api", Health.HEALTHY, None)
    assert server in found.evidence


async def test_no_bedside_on_this_home(runtime: Runtime) -> None:
    found = await API_CHECK.run(runtime)
    assert found.status is Health.DOWN
    assert "bedside up" in (found.remedy or "")


async def test_one_that_was_killed(runtime: Runtime) -> None:
    write_address(runtime.settings.home, f"http://127.0.0.1:{free_port()}")
    found = await API_CHECK.run(runtime)
    assert found.status is Health.DOWN
    assert "api.log" in (found.remedy or "")


ANSWERS = {
    "another page": (200, b"<html>router</html>"),
    "an older Bedside": (200, b'{"version": "0.0.0"}'),
    "no version": (200, b"[]"),
    "an error": (500, b'{"version": "0.0.0"}'),
    "not text": (200, b"\xff\xfe"),
}


@pytest.fixture(params=ANSWERS, ids=str)
def other(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Something else that listens at the address."""
    status, body = ANSWERS[request.param]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield request.param, f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()
    thread.join()


async def test_something_else_that_answers(runtime: Runtime, other: tuple[str, str]) -> None:
    kind, address = other
    write_address(runtime.settings.home, address)
    found = await API_CHECK.run(runtime)
    assert found.status is (Health.DEGRADED if kind == "an older Bedside" else Health.DOWN)
    assert found.remedy
    assert "router" not in found.evidence
