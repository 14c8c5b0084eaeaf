"""What one chat turn costs without a chat model, and how 50 conversations at once fare on this machine's cores.

    python -m benchmarks.chat_turn [--conversations 50] [--repeats 3] [--json]

Part one, in this process: CPU and wall time of whole turns at the service (storage, audit, triage, search, graph),
beside the query's embedding alone and, as the floor, the graph called directly with the passages at hand and nothing
stored. Part two, over real HTTP against `bedside serve` in a process of its own: the same conversations all at once,
each of another patient who signed in, as in a hospital, with no time to think between messages; beside, as the floor,
the same patients who only begin conversations (sign-in check, audit, one insert). `api_cpu_ms` is what a request
costs that process, `statements` what a turn asks of PostgreSQL, its BEGIN and COMMIT included.
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
from sqlalchemy import event

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
LOGIN, PASSWORD = "patient{}@example.net", "seven quiet herons wade"
BAR_CPU_MS, BAR_P95_MS = 25.0, 2000.0


@dataclass
class Samples:
    """Milliseconds by name."""

    wall: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)
    statements: dict[str, list[int]] = field(default_factory=dict)
    asked: int = 0

    def count(self, *_: object) -> None:
        """Count a statement; SQLAlchemy's events call it."""
        self.asked += 1

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        before, wall, cpu = self.asked, time.perf_counter(), time.process_time()
        yield
        self.statements.setdefault(name, []).append(self.asked - before)
        self.wall.setdefault(name, []).append((time.perf_counter() - wall) * 1000)
        self.cpu.setdefault(name, []).append((time.process_time() - cpu) * 1000)

    def summary(self) -> dict[str, dict[str, float]]:
        return {
            name: {
                "n": len(values),
                **_spread("wall", values),
                **_spread("cpu", self.cpu[name]),
                "statements_p50": statistics.median(self.statements[name]),
            }
            for name, values in self.wall.items()
        }


def _spread(name: str, values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=20) if len(values) > 1 else values * 19
    return {f"{name}_p50_ms": round(statistics.median(values), 2), f"{name}_p95_ms": round(cuts[18], 2)}


async def in_process(conversations: int, repeats: int) -> dict[str, Any]:
    """Part one. Also leaves the accounts that part two signs in with."""
    found = Samples()
    hashed = await hash_password(PASSWORD)
    async with host_runtime() as runtime:
        await knowledge.seed_starter(runtime, Actor.system())
        async with runtime.unit_of_work(Actor.system()) as ctx:
            for n in range(conversations):
                login = LOGIN.format(n)
                await add_account(ctx, login=login, name="Somebody", role=Role.PATIENT, password_hash=hashed)
        for name in ("begin", "commit", "after_cursor_execute"):
            event.listen(runtime.database.engine.sync_engine, name, found.count)
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
            readings = assistant.Readings()
            if text := message.get("text"):
                await assistant.screen(runtime, text, readings)
            request = SendMessage(**message)
            return await assistant.take_turn(runtime, patient, conversation.id, request, readings=readings)

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
def served(home: Path) -> Iterator[tuple[str, int]]:
    """Run `bedside serve`; yield its address and its process."""
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
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(30)
        log.close()


@dataclass(frozen=True)
class SignedIn:
    """One patient's browser."""

    http: httpx.AsyncClient
    authorization: str

    async def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        return await self.http.post(path, json=body, headers={"Authorization": self.authorization, **headers})


async def _signed_in(http: httpx.AsyncClient, login: str) -> SignedIn:
    answer = await http.post("/api/auth/token", data={"username": login, "password": PASSWORD})
    return SignedIn(http, f"Bearer {answer.raise_for_status().json()['access_token']}")


def _cpu_ms(process: int) -> float:
    """The CPU time of a process so far (proc(5), /proc/pid/stat, utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


async def at_once(address: str, process: int, conversations: int, repeats: int) -> dict[str, Any]:
    """Part two."""
    limits = httpx.Limits(max_connections=conversations)
    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False, limits=limits) as http:
        patients = [await _signed_in(http, LOGIN.format(n)) for n in range(conversations)]
        await _talk(patients[0], OPENERS[0], [], [])  # loads what the first turn loads
        before, used = _cpu_ms(process), 0.0
        turns: list[list[float]] = []
        floor: list[list[float]] = []
        errors: list[str] = []
        for _ in range(repeats):
            turns.append([])
            await asyncio.gather(
                *(_talk(who, OPENERS[n % len(OPENERS)], turns[-1], errors) for n, who in enumerate(patients))
            )
            used += _cpu_ms(process) - before
            floor.append([])
            await asyncio.gather(*(_begin_only(who, floor[-1]) for who in patients))
            before = _cpu_ms(process)
    return {
        "conversations": conversations,
        "turns": sum(map(len, turns)),
        "errors": errors,
        "api_cpu_ms": round(used / (sum(map(len, turns)) + repeats * conversations), 2),
        "turn": _over_repeats(turns),
        "floor: begin a conversation": _over_repeats(floor),
    }


def _over_repeats(repeats: list[list[float]]) -> dict[str, float]:
    p95s = [_spread("x", values)["x_p95_ms"] for values in repeats]
    whole = [value for values in repeats for value in values]
    return {**_spread("wall", whole), "p95_least_ms": min(p95s), "p95_most_ms": max(p95s)}


async def _talk(who: SignedIn, opener: str, times: list[float], errors: list[str]) -> None:
    conversation = (await who.post("/api/conversations", {})).raise_for_status().json()["id"]
    path = f"/api/conversations/{conversation}/messages"

    async def say(message: dict[str, str]) -> dict[str, Any]:
        started = time.perf_counter()
        answer = await who.post(path, message, **{"Idempotency-Key": str(new_id())})
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


async def _begin_only(who: SignedIn, times: list[float]) -> None:
    for _ in range(4):
        started = time.perf_counter()
        (await who.post("/api/conversations", {})).raise_for_status()
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
        alone = asyncio.run(in_process(options.conversations, options.repeats))
        with served(home) as (address, process):
            together = asyncio.run(at_once(address, process, options.conversations, options.repeats))
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
