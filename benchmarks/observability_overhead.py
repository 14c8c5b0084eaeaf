"""What metrics and logs cost a chat turn: the same turns with and without them, in one run, one beside the other.

    python -m benchmarks.observability_overhead [--turns 200] [--json]

A patient's first message is sent over the whole API (middleware, sign-in check, screen, triage, storage, audit) in this
process against an embedded PostgreSQL, in threes: with metrics and logs to a file, as they are by default; without
both; without both again. The two without tell how far measuring alone is off: the noise. Order changes with each three,
and each turn is of a conversation of its own. CPU time is the measure: wall time has the disk's and the machine's other
work in it, and is shown. Traces are off in all, as by default; `--traces` adds a fourth, with spans to a receiver here.
Bar: the median of the differences in CPU time is 3 % of a turn or less.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import logging
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch

import httpx
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from bedside.api import create_app
from bedside.bootstrap.host import host_runtime
from bedside.bootstrap.settings import read_settings
from bedside.identity.passwords import hash_password
from bedside.identity.service.accounts import add_account
from bedside.knowledge import service as knowledge
from bedside.platform.access.actor import Actor, Role
from bedside.platform.tracing import tracing
from bedside.platform.tracing.settings import TracingSettings
from bedside.platform.traffic import Traffic

LOGIN, PASSWORD = "patient@example.net", "seven quiet herons wade"  # pragma: allowlist secret
MESSAGE = "I have had a sore throat for two days"
BAR_PERCENT = 3.0


class Silent:
    """A metric that measures nothing."""

    def inc(self, *_: Any, **__: Any) -> None: ...

    dec = set = observe = inc

    def labels(self, *_: Any, **__: Any) -> Silent:
        return self


@contextlib.contextmanager
def without() -> Iterator[None]:
    """Turn metrics and logs off."""
    nothing, silent = Silent().inc, Silent()
    with contextlib.ExitStack() as stack:
        for kind, names in ((Counter, ("inc",)), (Gauge, ("inc", "dec", "set")), (Histogram, ("observe",))):
            for name in names:
                stack.enter_context(patch.object(kind, name, nothing))
        stack.enter_context(patch.object(MetricWrapperBase, "labels", lambda *_, **__: silent))
        stack.enter_context(patch.object(Traffic, "count", nothing))
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


class Collector(BaseHTTPRequestHandler):
    """Takes spans and keeps none."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@contextlib.contextmanager
def traced() -> Iterator[None]:
    """Send spans to a receiver in this process; what receiving costs is in it, too."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=server.serve_forever, daemon=True).start()
    chosen = read_settings().replace(TracingSettings(endpoint=f"http://127.0.0.1:{server.server_address[1]}"))
    with tracing(chosen, process="benchmark"):
        yield
    server.shutdown()
    server.server_close()


async def measure(turns: int, traces: bool) -> dict[str, list[tuple[float, float]]]:
    """Return CPU and wall time in milliseconds of each way's turns, in the order of the threes."""
    ways: dict[str, Callable[[], contextlib.AbstractContextManager[None]]] = {
        "with": contextlib.nullcontext,
        "without": without,
        "without again": without,
    }
    if traces:
        ways["with traces"] = traced
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    async with host_runtime() as runtime:
        await knowledge.seed_starter(runtime, Actor.system())
        async with runtime.unit_of_work(Actor.system()) as ctx:
            hashed = await hash_password(PASSWORD)
            await add_account(ctx, login=LOGIN, name="Somebody", role=Role.PATIENT, password_hash=hashed)
        transport = httpx.ASGITransport(create_app(runtime))
        async with httpx.AsyncClient(transport=transport, base_url="http://bedside") as http:
            signed_in = await http.post("/api/auth/token", data={"username": LOGIN, "password": PASSWORD})
            http.headers["authorization"] = f"Bearer {signed_in.json()['access_token']}"
            for _ in range(10):
                await turn(http, contextlib.nullcontext)
            orders = itertools.cycle(itertools.permutations(ways))
            for _ in range(turns):
                for name in next(orders):
                    found[name].append(await turn(http, ways[name]))
    return found


async def turn(
    http: httpx.AsyncClient, way: Callable[[], contextlib.AbstractContextManager[None]]
) -> tuple[float, float]:
    """Take one turn; return its CPU and wall time in milliseconds."""
    talk = (await http.post("/api/conversations")).json()["id"]
    with way():
        wall, cpu = time.perf_counter(), time.process_time()
        answer = await http.post(f"/api/conversations/{talk}/messages", json={"text": MESSAGE})
        took = (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
    answer.raise_for_status()
    return took


def compared(found: dict[str, list[tuple[float, float]]], name: str, which: int) -> dict[str, float]:
    """Return what ``name`` costs more than nothing, in percent of a turn without, with the interval of 95 of 100."""
    base = [pair[which] for pair in found["without"]]
    more = [value[which] - floor for value, floor in zip(found[name], base, strict=True)]
    whole = statistics.median(base)
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(more, k=len(more))) for _ in range(1000))
    low, high = medians[25], medians[975]
    return {
        "turn_ms": round(whole, 2),
        "more_ms": round(statistics.median(more), 3),
        "percent": round(100 * statistics.median(more) / whole, 2),
        "from_percent": round(100 * low / whole, 2),
        "to_percent": round(100 * high / whole, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--traces", action="store_true", help="Measure traces, too.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bedside-benchmark-") as folder:
        Path(folder).chmod(0o755)
        os.environ |= {"BEDSIDE_HOME": f"{folder}/home", "API_RATE_LIMIT": "1000000"}
        os.chdir(folder)
        found = asyncio.run(measure(options.turns, options.traces))
    names = [name for name in found if name != "without"]
    result = {
        kind: {name: compared(found, name, number) for name in names} for number, kind in enumerate(("cpu", "wall"))
    }
    cost = result["cpu"]["with"]["percent"]
    ok = cost <= BAR_PERCENT
    if options.json:
        print(json.dumps({"turns": options.turns, **result, "bar_percent": BAR_PERCENT, "ok": ok}))
    else:
        for kind, rows in result.items():
            for name, row in rows.items():
                spread = f"{row['from_percent']:+.2f} to {row['to_percent']:+.2f} %"
                print(f"{kind:4} {name:14} {row['percent']:+6.2f} %  ({spread}) of {row['turn_ms']} ms")
        said = "Well." if ok else "TOO MUCH."
        print(f"Metrics and logs cost {cost:.2f} % of a turn's CPU time; the bar is {BAR_PERCENT:g} %. {said}")
    return 0 if ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
