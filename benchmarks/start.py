"""How long a person waits: for `bedside up`, warm and cold, and for the commands that should answer at once.

    python -m benchmarks.start [--repeats 5] [--json]

Peers in the same run, each measured in turn with Bedside so that noise hits all alike: `python -c pass` (what no Python
command can beat), the embedded PostgreSQL alone, and an empty FastAPI application under uvicorn (what no API on these
libraries can beat), each in a process of its own to its first answer.
Bars, in seconds: warm start to the first healthy answer 6, cold start after installation to the banner 20,
`bedside --help` 0.5, `bedside triage assess` of one message 1.5.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from bedside.platform.embedded import EmbeddedPostgres

BARS = {"warm start": 6.0, "cold start": 20.0, "bedside --help": 0.5, "bedside triage assess": 1.5}
PEERS = {
    "warm start": ("empty FastAPI on uvicorn", "embedded PostgreSQL alone"),
    "cold start": ("embedded PostgreSQL alone",),
    "bedside --help": ("python -c pass",),
    "bedside triage assess": ("python -c pass",),
}
MESSAGE = "I have had a tight chest since this morning and my left arm hurts"
EMPTY_API = """
import sys, uvicorn
from fastapi import FastAPI
uvicorn.run(FastAPI(), port=int(sys.argv[1]), log_config=None)
"""
POSTGRES = """
import sys
from pathlib import Path
from bedside.platform.embedded import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1])).start()
"""
LONGEST = 120.0
_POLL_SECONDS = 0.01


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    times: dict[str, list[float]] = {}
    load = os.getloadavg()[0]
    with folder() as place:
        times["cold start"] = [up(place, "cold")]
        for _ in range(options.repeats):
            for name, measure in measures(place).items():
                times.setdefault(name, []).append(measure())
    report = summary(times)
    report["machine"] = {"cores": os.cpu_count() or 1, "load_before": round(load, 1)}
    if options.json:
        print(json.dumps(report))
    else:
        draw(report)
    return 0 if all(report[name]["median_s"] <= bar for name, bar in BARS.items()) else 1


def measures(place: Path) -> dict[str, Callable[[], float]]:
    """Return what to run, in the order in which it runs."""
    bedside = [sys.executable, "-m", "bedside"]
    return {
        "python -c pass": lambda: command([sys.executable, "-c", "pass"], place),
        "bedside --help": lambda: command([*bedside, "--help"], place),
        "bedside triage assess": lambda: command([*bedside, "triage", "assess", MESSAGE], place),
        "empty FastAPI on uvicorn": lambda: api(place),
        "embedded PostgreSQL alone": lambda: postgres(place),
        "warm start": lambda: up(place, "warm"),
    }


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder that PostgreSQL's user may enter, where root runs this."""
    place = Path(tempfile.mkdtemp(prefix="bedside-start-"))
    place.chmod(0o711)
    try:
        yield place
    finally:
        EmbeddedPostgres(place / "home").stop("immediate")
        shutil.rmtree(place)


def environment(place: Path, port: int = 0) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "LANG": "C.UTF-8",
        "BEDSIDE_HOME": str(place / "home"),
        "API_PORT": str(port),
        "SAMPLE_DATA": "true",
    }


def command(argv: list[str], place: Path) -> float:
    """Return the seconds that a command takes from its start to its end."""
    started = time.perf_counter()
    subprocess.run(argv, cwd=place, env=environment(place), stdout=subprocess.DEVNULL, check=True, timeout=LONGEST)
    return time.perf_counter() - started


def up(place: Path, how: str) -> float:
    """Return the seconds of a start of Bedside: warm to the first healthy answer, cold to the banner."""
    port = free_port()
    out = place / "up.txt"
    started = time.perf_counter()
    with out.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "bedside", "up"],
            cwd=place,
            env=environment(place, port),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        if how == "warm":
            wait_for(lambda: healthy(port, "/health"), process)
        else:
            wait_for(lambda: "is ready" in out.read_text(), process)
        return time.perf_counter() - started
    finally:
        wait_for(lambda: "is ready" in out.read_text(), process)
        process.send_signal(signal.SIGINT)
        process.wait(LONGEST)


def api(place: Path) -> float:
    """Return the seconds from the start of an empty API to its first answer."""
    port = free_port()
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", EMPTY_API, str(port)], cwd=place, env=environment(place))
    try:
        wait_for(lambda: healthy(port, "/openapi.json"), process)
        return time.perf_counter() - started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(LONGEST)


def postgres(place: Path) -> float:
    """Return the seconds from the start of a process that starts PostgreSQL, warm, to a first query's answer."""
    home = place / "home"
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", POSTGRES, str(home)], env=environment(place), check=True, timeout=LONGEST)
    server = EmbeddedPostgres(home)
    with psycopg.connect(server.superuser_dsn()) as connection:
        connection.execute("SELECT 1")
    seconds = time.perf_counter() - started
    server.stop()
    return seconds


def healthy(port: int, path: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def wait_for(done: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LONGEST
    while not done():
        if process.poll() is not None:
            raise SystemExit(f"it ended by itself with {process.returncode}")
        if time.monotonic() > deadline:
            process.kill()
            raise SystemExit(f"no answer within {LONGEST:g} s")
        time.sleep(_POLL_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def summary(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Return median, spread and, for what has a bar, the ratio to each peer."""
    found: dict[str, dict[str, float]] = {}
    for name, seconds in times.items():
        found[name] = {
            "median_s": round(statistics.median(seconds), 3),
            "least_s": round(min(seconds), 3),
            "most_s": round(max(seconds), 3),
            "runs": len(seconds),
        }
    for name, bar in BARS.items():
        found[name]["bar_s"] = bar
        for peer in PEERS[name]:
            found[name][f"times {peer}"] = round(found[name]["median_s"] / found[peer]["median_s"], 1)
    return found


def draw(report: dict[str, dict[str, float]]) -> None:
    machine = report.pop("machine")
    print(f"{machine['cores']:.0f} cores, load before {machine['load_before']}; seconds: median (least to most)\n")
    for name, row in report.items():
        bar = f"   bar {row['bar_s']:g}" if "bar_s" in row else ""
        ratios = "".join(f"   {value:g} {key}" for key, value in row.items() if key.startswith("times "))
        print(f"{name:28}{row['median_s']:8.2f} ({row['least_s']:.2f} to {row['most_s']:.2f}){bar}{ratios}")


if __name__ == "__main__":
    raise SystemExit(main())
