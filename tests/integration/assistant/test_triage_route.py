"""``POST /api/triage``: nobody signs in, nothing is stored, no database is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import httpx
import psycopg

from bedside.platform.database.roles import DatabaseUrls
from bedside.triage.routes import LIMIT
from tests.support.postgres import TestCluster

EMERGENCY = "I have crushing chest pain going down my left arm"


def test_the_same_object_as_the_command(http: httpx.Client) -> None:
    answer = http.post("/api/triage", json={"text": EMERGENCY})
    assert answer.status_code == 200, answer.text
    command = [sys.executable, "-m", "bedside", "triage", "assess", EMERGENCY, "--json"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert answer.json() == json.loads(done.stdout)
    assert answer.json()["level"] == "emergency"


def test_without_a_database(http: httpx.Client, cluster: TestCluster, urls: DatabaseUrls) -> None:
    cluster.drop_database(str(psycopg.conninfo.conninfo_to_dict(urls.app)["dbname"]))
    assert http.post("/api/triage", json={"text": EMERGENCY}).json()["level"] == "emergency"


def test_answers_count(http: httpx.Client) -> None:
    first = http.post("/api/triage", json={"text": "I have a headache"}).json()
    question = first["questions"][0]["id"]
    second = http.post("/api/triage", json={"text": "I have a headache", "answers": {question: "yes"}}).json()
    assert question not in {q["id"] for q in second["questions"]}


def test_malformed_requests_are_refused_and_floods_slowed(http: httpx.Client) -> None:
    bodies: list[Any] = [
        {},
        {"text": ""},
        {"text": 7},
        {"text": "x" * 4001},
        {"text": "hi", "more": 1},
        {"text": "hi", "age_years": -1},
        {"text": "hi", "age_years": "old"},
        {"text": "hi", "subject": "dog"},
        {"text": "hi", "answers": {"nobody.asks": "yes"}},
        {"text": "hi", "answers": {"a": "x" * 501}},
        {"text": "hi", "answers": {str(n): "yes" for n in range(51)}},
        [],
        None,
    ]
    for body in bodies:
        assert http.post("/api/triage", json=body).status_code == 422, body
    statuses = [http.post("/api/triage", json={"text": "hi"}).status_code for _ in range(LIMIT + 1)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
