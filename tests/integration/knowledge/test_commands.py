"""``bedside knowledge`` as an operator runs it: a real process on a real database."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bedside.knowledge.ingest import BATCH_PASSAGES
from bedside.platform.database.roles import DatabaseUrls
from tests.support.command import run_command


@pytest.fixture
def environment(home: Path, urls: DatabaseUrls) -> dict[str, str]:
    home.mkdir()
    return {
        **os.environ,
        "DATABASE_URL": urls.app,
        "DATABASE_OWNER_URL": urls.owner or "",
        "DATABASE_JOBS_URL": urls.jobs or "",
        "LOG_STDERR": "false",
        "COLUMNS": "200",
    }


def _bedside(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_command("knowledge", *arguments, env=environment, timeout=100)


def _json(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_ingest_search_list_retire(environment: dict[str, str], tmp_path: Path) -> None:
    page = tmp_path / "visiting.md"
    page.write_text("# Visiting hours\n\nVisitors may come from two to four.", encoding="utf-8")
    planned = _bedside(environment, "ingest", str(page), "--dry-run", "--json")
    assert planned.returncode == 0, planned.stderr
    assert _json(planned)["sources_added"] == 1
    assert _json(_bedside(environment, "list", "--json")) == []
    done = _bedside(environment, "ingest", str(page))
    assert done.returncode == 0
    assert "1 new" in done.stdout
    hits = _json(_bedside(environment, "search", "when may visitors come", "--json", "-k", "1"))
    assert [hit["title"] for hit in hits] == ["Visiting hours"]
    assert "Visitors may come" in _bedside(environment, "search", "visitors").stdout
    (source,) = _json(_bedside(environment, "list", "--json"))
    assert (source["key"], source["passages"], source["status"]) == ("article/visiting", 1, "active")
    refused = _bedside(environment, "retire", "article/visiting")
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert _bedside(environment, "retire", "article/visiting", "--yes").returncode == 0
    assert _json(_bedside(environment, "search", "visitors", "--json")) == []


def test_starter_pack(environment: dict[str, str]) -> None:
    report = _json(_bedside(environment, "ingest", "--starter", "--json"))
    assert report["sources_added"] >= 40
    assert report["problems"] == []
    assert _json(_bedside(environment, "ingest", "--starter", "--json"))["sources_unchanged"] == report["sources_added"]


def test_what_cannot_be_read_is_named_and_needs_attention(environment: dict[str, str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{nonsense\n", encoding="utf-8")
    done = _bedside(environment, "ingest", str(bad), str(tmp_path / "missing.md"))
    assert done.returncode == 3
    assert "bad.jsonl:1" in done.stdout
    assert "no such file" in done.stdout
    assert "Traceback" not in done.stderr


def test_wrong_use_is_explained(environment: dict[str, str]) -> None:
    for arguments, words in (
        (("ingest",), "--starter"),
        (("search", ""), "empty"),
        (("search", "x" * 3_000), "2000"),
        (("search", "x", "-k", "0"), "-k"),
    ):
        done = _bedside(environment, *arguments)
        assert done.returncode == 2, arguments
        assert words in done.stderr
        assert "Traceback" not in done.stderr


# Several of the batches after which an ingest commits (BATCH_PASSAGES): it is killed after the first or second.
MANY = 6 * BATCH_PASSAGES


def test_a_killed_ingest_is_carried_on(environment: dict[str, str], urls: DatabaseUrls, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    lines = [
        {"id": str(n), "title": f"Topic {n}", "url": "https://example.org/", "text": f"Words about topic {n}. " * 8}
        for n in range(MANY)
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "bedside", "knowledge", "ingest", str(path)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        stored = _wait_for_passages(urls, process)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert 0 < stored < MANY
    report = _json(_bedside(environment, "ingest", str(path), "--json"))
    assert report["sources_unchanged"] >= stored
    assert report["sources_unchanged"] + report["sources_added"] == MANY
    assert asyncio.run(_passages(urls)) == MANY


def _wait_for_passages(urls: DatabaseUrls, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        stored = asyncio.run(_passages(urls))
        if stored:
            return stored
        time.sleep(0.05)
    raise AssertionError("the ingest ended, or stored nothing within a minute")


async def _passages(urls: DatabaseUrls) -> int:
    async with await psycopg.AsyncConnection.connect(urls.app) as connection:
        cursor = await connection.execute("SELECT count(*) FROM knowledge_passages")
        row = await cursor.fetchone()
        assert row is not None
        return int(row[0])
