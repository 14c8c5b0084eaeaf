"""What one chat turn costs without a chat model, and how 50 conversations at once fare on this machine's cores.

    python -m benchmarks.chat_turn [--conversations 50] [--repeats 3] [--json]

Part one, in this process: CPU and wall time of whole turns at the service (storage, audit, triage, search, graph),
beside the query's embedding alone and, as the floor, the graph called directly with the passages at hand and nothing
stored. Part two, over real HTTP against `bedside serve` in a process of its own: the same conversations all at once,
beside, as the floor, the same number of clients that only begin conversations (sign-in check, audit, one insert).
Bars: median CPU of a turn beside the embedding 25 ms or less; p95 at 50 at once 2 s or less, no error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bedside.assistant import service as assistant
from bedside.assistant.schemas import SendMessage, TurnOut
from bedside.assistant.state import Case
from bedside.bootstrap.host import host_runtime
from bedside.care import service as care
from bedside.care.schemas import StartConversation
from bedside.identity.passwords import hash_password
from bedside.identity.service.accounts import add_account
from bedside.kit.ids import new_id
from bedside.knowledge import service as knowledge
from bedside.platform.access.actor import Actor, Role
from bedside.platform.runtime import Runtime

OPENERS = (
    "I have had a sore throat for two days",
    "My back hurts since I lifted a box yesterday",
    "I have a headache since this morning",
    "It burns when I pass urine",
    "I have an itchy rash on my arm",
)
QUESTION = "Can I take ibuprofen with paracetamol?"
MOST_ANSWERS = 6
LOGIN, PASSWORD = "patient@example.net", "seven quiet herons wade"
BAR_CPU_MS, BAR_P95_MS = 25.0, 2000.0


@dataclass
class Samples:
    """Milliseconds by name."""

    wall: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall.setdefault(name, []).append((time.perf_counter() - wall) * 1000)
        self.cpu.setdefault(name, []).append((time.process_time() - cpu) * 1000)

    def summary(self) -> dict[str, dict[str, float]]:
        return {
            name: {"n": len(values), **_spread("wall", values), **_spread("cpu", self.cpu[name])}
            for name, values in self.wall.items()
        }


def _spread(name: str, values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=20) if len(values) > 1 else values * 19
    return {f"{name}_p50_ms": round(statistics.median(values), 2), f"{name}_p95_ms": round(cuts[18], 2)}


async def in_process(repeats: int) -> dict[str, Any]:
    """Part one. Also leaves the account that part two signs in with."""
    found = Samples()
    hashed = await hash_password(PASSWORD)
    async with host_runtime() as runtime:
        await knowledge.seed_starter(runtime, Actor.system())
        async with runtime.unit_of_work(Actor.system()) as ctx:
            await add_account(ctx, login=LOGIN, name="Somebody", role=Role.PATIENT, password_hash=hashed)
        await _conversation(runtime, Samples(), OPENERS[0])  # loads what the first turn loads
        for _ in range(repeats):
            for opener in OPENERS:
                await _conversation(runtime, found, opener)
        hits = await assistant._search(runtime, QUESTION)  # the benchmark's floor needs the passages at hand
        await _floors(runtime, found, hits, repeats)
    return found.summary()


async def _conversation(runtime: Runtime, found: Samples, opener: str) -> None:
    patient = Actor(Role.PATIENT, new_id(), name="Somebody")
    async with runtime.unit_of_work(patient) as ctx:
        conversation = await care.start_conversation(ctx, StartConversation())

    async def say(name: str, **message: str) -> TurnOut:
        with found.measure(name):
            await assistant.screen(runtime, message.get("text", ""))
            return await assistant.take_turn(runtime, patient, conversation.id, SendMessage(**message))

    turn = await say("turn: complaint", text=opener)
    turn = await say("turn: own question, searched", text=QUESTION)
    for _ in range(MOST_ANSWERS):
        if turn.question is None:
            break
        values = [c.value for c in turn.question.choices]
        choice = "no" if "no" in values else values[0]
        turn = await say("turn: answer", text=choice, question_id=turn.question.id, choice=choice)


async def _floors(runtime: Runtime, found: Samples, hits: list[Any], repeats: int) -> None:
    engine = runtime.part(assistant.Engine)

    async def at_hand(_: str) -> list[Any]:
        return hits

    for _ in range(repeats * 10):
        with found.measure("floor: query embedding alone"):
            await knowledge.embed_query(QUESTION)
        with found.measure("floor: graph alone, own question"):
            await engine.find(Case(text=QUESTION, utterances=(OPENERS[0], QUESTION)), at_hand)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Run `bedside serve`; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "BEDSIDE_HOME": str(home), "API_PORT": str(port), "API_RATE_LIMIT": "1000000"}
    log = (home / "serve.log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "bedside", "serve"], env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{address}/live", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(30)
        log.close()


async def at_once(address: str, conversations: int, repeats: int) -> dict[str, Any]:
    """Part two."""
    limits = httpx.Limits(max_connections=conversations)
    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False, limits=limits) as http:
        answer = await http.post("/api/auth/token", data={"username": LOGIN, "password": PASSWORD})
        http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
        await _talk(http, OPENERS[0], [], [])  # loads what the first turn loads
        turns: list[list[float]] = []
        floor: list[list[float]] = []
        errors: list[str] = []
        for _ in range(repeats):
            turns.append([])
            await asyncio.gather(
                *(_talk(http, OPENERS[n % len(OPENERS)], turns[-1], errors) for n in range(conversations))
            )
            floor.append([])
            await asyncio.gather(*(_begin_only(http, floor[-1]) for _ in range(conversations)))
    return {
        "conversations": conversations,
        "turns": sum(map(len, turns)),
        "errors": errors,
        "turn": _over_repeats(turns),
        "floor: begin a conversation": _over_repeats(floor),
    }


def _over_repeats(repeats: list[list[float]]) -> dict[str, float]:
    p95s = [_spread("x", values)["x_p95_ms"] for values in repeats]
    whole = [value for values in repeats for value in values]
    return {**_spread("wall", whole), "p95_least_ms": min(p95s), "p95_most_ms": max(p95s)}


async def _talk(http: httpx.AsyncClient, opener: str, times: list[float], errors: list[str]) -> None:
    conversation = (await http.post("/api/conversations", json={})).raise_for_status().json()["id"]
    path = f"/api/conversations/{conversation}/messages"

    async def say(message: dict[str, str]) -> dict[str, Any]:
        started = time.perf_counter()
        answer = await http.post(path, json=message, headers={"Idempotency-Key": str(new_id())})
        times.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            errors.append(f"{answer.status_code} {answer.json().get('code')}")
            return {"question": None}
        found: dict[str, Any] = answer.json()
        return found

    await say({"text": opener})
    turn = await say({"text": QUESTION})
    for _ in range(MOST_ANSWERS):
        if turn["question"] is None:
            break
        values = [c["value"] for c in turn["question"]["choices"]]
        choice = "no" if "no" in values else values[0]
        turn = await say({"question_id": turn["question"]["id"], "choice": choice})


async def _begin_only(http: httpx.AsyncClient, times: list[float]) -> None:
    for _ in range(4):
        started = time.perf_counter()
        (await http.post("/api/conversations", json={})).raise_for_status()
        times.append((time.perf_counter() - started) * 1000)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bedside-chat-") as folder:
        Path(folder).chmod(0o711)  # as root, PostgreSQL runs as another user who must be able to pass through
        home = Path(folder) / "home"
        home.mkdir()
        os.environ["BEDSIDE_HOME"] = str(home)
        os.environ["LOG_LEVEL"] = "ERROR"
        alone = asyncio.run(in_process(options.repeats))
        with served(home) as address:
            together = asyncio.run(at_once(address, options.conversations, options.repeats))
    searched, embedding = alone["turn: own question, searched"], alone["floor: query embedding alone"]
    beside = round(searched["cpu_p50_ms"] - embedding["cpu_p50_ms"], 2)
    well = beside <= BAR_CPU_MS and together["turn"]["wall_p95_ms"] <= BAR_P95_MS and not together["errors"]
    report = {
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg(),
        "one_at_a_time": alone,
        "cpu_beside_embedding_p50_ms": beside,
        "at_once": together,
        "bars_met": well,
    }
    print(json.dumps(report, indent=None if options.json else 2))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
