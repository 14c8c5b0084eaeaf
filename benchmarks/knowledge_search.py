"""Ingest MedlinePlus and MedQuAD whole; measure the ingest rate and search, beside two peers in the same run.

    python -m benchmarks.knowledge_search [--data FOLDER] [--repeats 3] [--home FOLDER] [--json]

Peers over the same passages: PostgreSQL full text alone (what a hospital has without Bedside), and exact cosine
by numpy over all vectors in memory (what no index can beat in quality). Every query runs through all of them in
turn, so that noise hits all alike. "search" is one unit of work with one statement; "whole" adds the query's embedding.
Bar: search p95 50 ms or less on 2 cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pgvector.sqlalchemy import VECTOR
from sqlalchemy import Float, Text, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY

from bedside.bootstrap.host import host_runtime
from bedside.knowledge import service
from bedside.knowledge.tables import KnowledgePassage as P
from bedside.knowledge.tables import KnowledgeSource
from bedside.platform.access.actor import Actor
from bedside.platform.runtime import Runtime

ACTOR = Actor.host_operator("benchmark")
FILES = ("medlineplus-topics.jsonl", "medquad.jsonl")
PATIENTS = Path(__file__).parents[1] / "tests" / "data" / "knowledge" / "relevance.jsonl"
BAR_MS = 50.0
K = 5
ENGLISH = literal_column("'english'::regconfig", REGCONFIG)


@dataclass
class Times:
    """Milliseconds by name, one list for each repeat."""

    repeats: list[dict[str, list[float]]] = field(default_factory=list)

    def add(self, name: str, started: float) -> None:
        self.repeats[-1].setdefault(name, []).append((time.perf_counter() - started) * 1000)

    def summary(self) -> dict[str, dict[str, float]]:
        """Return for each name the median over repeats of p50 and p95, and the spread of p95 between repeats."""
        found = {}
        for name in self.repeats[0]:
            halves = [statistics.median(one[name]) for one in self.repeats]
            tails = [float(np.quantile(one[name], 0.95)) for one in self.repeats]
            found[name] = {
                "p50_ms": round(statistics.median(halves), 1),
                "p95_ms": round(statistics.median(tails), 1),
                "p95_lowest_ms": round(min(tails), 1),
                "p95_highest_ms": round(max(tails), 1),
            }
        return found


@dataclass
class Quality:
    """How often each way finds a passage of the right subject among its first five."""

    asked: int = 0
    hits: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, right: bool) -> None:
        self.hits[name] = self.hits.get(name, 0) + right


def questions(data: Path) -> list[tuple[str, str | None]]:
    """Return (question, subject): of MedQuAD every 90th, MedlinePlus titles, and patients' own words."""
    answered = [json.loads(line) for line in (data / FILES[1]).read_text(encoding="utf-8").splitlines()]
    topics = [json.loads(line) for line in (data / FILES[0]).read_text(encoding="utf-8").splitlines()]
    patients = [json.loads(line)["question"] for line in PATIENTS.read_text(encoding="utf-8").splitlines()]
    found: list[tuple[str, str | None]] = [(one["question"], one["focus"]) for one in answered[::90]]
    found += [(one["title"], one["title"]) for one in topics[::17]]
    return found + [(question, None) for question in patients]


async def full_text_alone(runtime: Runtime, query: str) -> list[Any]:
    """Search as plain PostgreSQL does: all words, then any word, by cover density."""
    every = func.websearch_to_tsquery(ENGLISH, query, type_=TSQUERY)
    some = cast(func.replace(cast(func.plainto_tsquery(ENGLISH, query), Text), " & ", " | "), TSQUERY)
    async with runtime.unit_of_work(ACTOR) as ctx:
        for terms in (every, some):
            rank = func.ts_rank_cd(P.tsv, terms, 1)
            statement = select(P.id, P.text).where(P.tsv.op("@@")(terms), P.retired_at.is_(None))
            rows = (await ctx.session.execute(statement.order_by(rank.desc()).limit(K))).all()
            if len(rows) == K:
                break
    return [row.id for row in rows]


async def index_alone(runtime: Runtime, vector: list[float]) -> set[Any]:
    """Return what the HNSW index gives, to compare with the exact neighbours."""
    distance = P.embedding.op("<=>", return_type=Float())(cast(vector, VECTOR(384)))
    async with runtime.unit_of_work(ACTOR) as ctx:
        statement = select(P.id).where(P.retired_at.is_(None)).order_by(distance).limit(10)
        return set((await ctx.session.execute(statement)).scalars())


async def measure(runtime: Runtime, data: Path, repeats: int) -> dict[str, Any]:
    async with runtime.unit_of_work(ACTOR) as ctx:
        statement = select(P.id, P.embedding, KnowledgeSource.title).join(KnowledgeSource).where(P.retired_at.is_(None))
        rows = (await ctx.session.execute(statement)).all()
    ids = [row[0] for row in rows]
    matrix = np.array([row[1] for row in rows], dtype=np.float32)
    subject_of = {row[0]: row[2] for row in rows}
    asked = questions(data)
    times, quality, recall = Times(), Quality(), []
    for repeat in range(repeats + 1):
        times.repeats.append({})
        for query, subject in asked:
            started = time.perf_counter()
            vector = await service.embed_query(query)
            times.add("query embedding", started)
            searched = time.perf_counter()
            async with runtime.unit_of_work(ACTOR) as ctx:
                hits = await service.search(ctx, query, vector, k=K)
            times.add("Bedside search", searched)
            times.add("Bedside whole", started)
            started = time.perf_counter()
            plain = await full_text_alone(runtime, query)
            times.add("peer: full text alone", started)
            started = time.perf_counter()
            nearest = np.argsort(-(matrix @ np.array(vector, dtype=np.float32)), kind="stable")[:10]
            times.add("peer: exact cosine in memory", started)
            if repeat:
                continue
            exact = [ids[index] for index in nearest]
            recall.append(len(await index_alone(runtime, vector) & set(exact)) / len(exact))
            if subject is not None:
                quality.asked += 1
                for name, found in (("Bedside", [h.passage_id for h in hits]), ("full text", plain), ("exact", exact)):
                    quality.add(name, any(subject_of[one] == subject for one in found[:K]))
        if repeat == 0:
            times.repeats.clear()  # the first round warms caches up
    return {
        "passages": len(ids),
        "queries": len(asked),
        "repeats": repeats,
        "times": times.summary(),
        "hit_at_5": {name: round(hits / quality.asked, 3) for name, hits in quality.hits.items()},
        "hit_at_5_queries": quality.asked,
        "index_recall_at_10": round(statistics.mean(recall), 3),
    }


async def run(data: Path, repeats: int) -> dict[str, Any]:
    async with host_runtime() as runtime:
        cpu = time.process_time()
        report = await service.ingest_files(
            runtime, ACTOR, [data / name for name in FILES], progress=lambda one: _tell(one.passages_added)
        )
        cpu = time.process_time() - cpu
        again = await service.ingest_files(runtime, ACTOR, [data / name for name in FILES])
        found = await measure(runtime, data, repeats)
    return {
        "ingest": {
            "sources": report.sources_added,
            "passages": report.passages_added,
            "problems": len(report.problems) + report.problems_left_out,
            "seconds": report.seconds,
            "passages_per_second": round(report.passages_added / report.seconds, 1),
            "passages_per_cpu_second": round(report.passages_added / cpu, 1),
            "again_unchanged_seconds": again.seconds,
        },
        **found,
        "cores": len(os.sched_getaffinity(0)),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _tell(passages: int) -> None:
    print(f"\r{passages} passages", end="", file=sys.stderr, flush=True)


def render(found: dict[str, Any]) -> None:
    ingest = found["ingest"]
    print(
        f"\nIngest: {ingest['passages']} passages of {ingest['sources']} sources in {ingest['seconds']} s: "
        f"{ingest['passages_per_second']} passages/s ({ingest['passages_per_cpu_second']} per CPU second of this "
        f"process); again, unchanged: {ingest['again_unchanged_seconds']} s; problems: {ingest['problems']}"
    )
    print(f"Search: {found['queries']} queries, {found['repeats']} repeats, {found['passages']} passages")
    for name, one in found["times"].items():
        spread = f"p95 between repeats {one['p95_lowest_ms']} to {one['p95_highest_ms']}"
        print(f"  {name:30} p50 {one['p50_ms']:7.1f} ms   p95 {one['p95_ms']:7.1f} ms   ({spread})")
    met = found["times"]["Bedside search"]["p95_ms"] <= BAR_MS
    print(f"  bar: Bedside search p95 <= {BAR_MS:.0f} ms: {'met' if met else 'MISSED'}")
    print(f"  right subject in the first five of {found['hit_at_5_queries']}: {found['hit_at_5']}")
    print(f"  HNSW recall@10 against exact: {found['index_recall_at_10']}")
    print(f"Machine: {found['cores']} cores, load average {found['load_average']} at the end")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--home", type=Path, help="keep what is ingested here, and measure search on it again later")
    options = parser.parse_args()
    missing = [name for name in FILES if not (options.data / name).is_file()]
    if missing:
        print(f"{options.data} lacks {', '.join(missing)}: nothing measured.")
        return
    with tempfile.TemporaryDirectory(prefix="bedside-bench-") as forgotten:
        home = options.home or Path(forgotten)
        home.mkdir(parents=True, exist_ok=True)
        os.environ["BEDSIDE_HOME"] = str(home)
        os.environ["LOG_STDERR"] = "false"
        os.environ.pop("DATABASE_URL", None)
        home.chmod(0o755)
        found = asyncio.run(run(options.data, options.repeats))
    print(json.dumps(found, indent=2)) if options.json else render(found)


if __name__ == "__main__":
    main()
