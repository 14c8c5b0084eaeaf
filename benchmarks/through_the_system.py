"""Send every hazard message through a running Bedside, as patients do, until a nurse has the case.

    bedside up                                                     # with sample data, in another terminal
    python -m benchmarks.through_the_system [--url http://127.0.0.1:8000] [--data FOLDER] [--json]

Each message begins a conversation of its own; every question is answered "I don't know". Then the nurse's worklist
must hold all cases, and emergencies must stand before the rest. This is a run through the whole system, not a
measure of triage: that is `bedside triage evaluate`, which asks no questions.
"""

from __future__ import annotations

import argparse
import collections
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import httpx

DATA = Path(__file__).parents[2] / "shared" / "data"
MOST_TURNS = 15
PASSWORD = "bedside-sample"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    file = options.data / "hazard-messages.jsonl"
    if not file.is_file():
        print(f"{file} is missing; name the folder of the public data with --data.", file=sys.stderr)
        return 1
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    with httpx.Client(base_url=options.url, timeout=60, trust_env=False) as http:
        report = run(http, rows)
    print(json.dumps(report, indent=None if options.json else 2))
    return 0 if report["handed_over"] == report["messages"] and report["worklist_in_order"] else 1


def run(http: httpx.Client, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what became of every message."""
    patient, nurse = token(http, "patient"), token(http, "nurse")
    times: list[float] = []
    levels: collections.Counter[str] = collections.Counter()
    turns: list[int] = []
    handed_over = 0
    started = time.perf_counter()
    for row in rows:
        assessment, taken = converse(http, patient, row["text"], times)
        levels[str(assessment["level"])] += 1
        handed_over += assessment["status"] == "waiting"
        turns.append(taken)
    seen = worklist(http, nurse)
    order = ["emergency", "urgent", "routine", "self-care"]
    ranks = [order.index(item["level"]) for item in seen]
    return {
        "messages": len(rows),
        "handed_over": handed_over,
        "levels": dict(levels),
        "turns_median": statistics.median(turns),
        "turn_ms_p50": round(statistics.median(times), 1),
        "turn_ms_p95": round(statistics.quantiles(times, n=20)[-1], 1),
        "seconds": round(time.perf_counter() - started, 1),
        "on_the_worklist": len(seen),
        "worklist_in_order": ranks == sorted(ranks) and len(seen) >= handed_over,
    }


def token(http: httpx.Client, role: str) -> dict[str, str]:
    """Sign a sample account in; return its header."""
    answer = http.post("/api/auth/token", data={"username": f"{role}@example.org", "password": PASSWORD})
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def converse(http: httpx.Client, who: dict[str, str], text: str, times: list[float]) -> tuple[dict[str, Any], int]:
    """Say ``text``, then "I don't know" until nothing is asked; return the assessment and the number of turns."""
    conversation = sent(http, "/api/conversations", {}, who)["id"]
    words = text
    answer: dict[str, Any] = {}
    for turn in range(1, MOST_TURNS + 1):
        began = time.perf_counter()
        answer = sent(http, f"/api/conversations/{conversation}/messages", {"text": words}, who)
        times.append((time.perf_counter() - began) * 1000)
        if answer["question"] is None or answer["assessment"]["level"] == "emergency":
            return answer["assessment"], turn
        words = "I don't know"
    return answer["assessment"], MOST_TURNS


def sent(http: httpx.Client, path: str, body: dict[str, Any], who: dict[str, str]) -> dict[str, Any]:
    """POST, wait when told to, and return the answer."""
    while True:
        answer = http.post(path, json=body, headers=who)
        if answer.status_code != 429:
            break
        time.sleep(float(answer.headers.get("retry-after", "1")))
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def worklist(http: httpx.Client, who: dict[str, str]) -> list[dict[str, Any]]:
    """Return the whole worklist, page by page."""
    items: list[dict[str, Any]] = []
    after = None
    while True:
        answer = http.get("/api/worklist", params={"limit": 200} | ({"after": after} if after else {}), headers=who)
        answer.raise_for_status()
        page = answer.json()
        items += page["items"]
        after = page["next"]
        if after is None:
            return items


if __name__ == "__main__":
    raise SystemExit(main())
