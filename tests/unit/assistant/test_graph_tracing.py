"""A run of the graph is reported to nobody, whatever the environment says."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.chat_service import chat_service, send_json

RUN = """
import asyncio, sys
from bedside.assistant.state import Case, Tools
if sys.argv[1] == "bedside":
    from bedside.assistant.loader import load_graph
    graph = load_graph()
else:
    from bedside.assistant.graph import build_graph
    graph = build_graph()

async def search(query):
    return []

async def compute(work, characters):
    return work()

case = Case(text="Can Zebulon Quixote take ibuprofen?", utterances=("Can Zebulon Quixote take ibuprofen?",))
state = asyncio.run(graph.ainvoke({"case": case}, context=Tools(search, compute, None, None)))
assert state["understood"].asks
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


@pytest.mark.parametrize(("how", "reported"), [("bedside", False), ("unguarded", True)])
def test_no_run_leaves_the_machine(how: str, reported: bool) -> None:
    with chat_service() as service:
        service.answer = lambda http, _: send_json(http, {})
        base = service.url.removesuffix("/v1")
        environment = {
            # Other tests of this process may have forbidden tracing in its environment.
            **{name: value for name, value in os.environ.items() if not name.startswith("LANG")},
            "LANGSMITH_TRACING": "true",
            "LANGCHAIN_TRACING_V2": "true",
            "LANGSMITH_ENDPOINT": base,
            "LANGSMITH_API_KEY": "lsv2_test",  # pragma: allowlist secret
        }
        done = subprocess.run([sys.executable, "-c", RUN, how], env=environment, capture_output=True, timeout=90)
        assert done.returncode == 0, done.stderr.decode()
        assert bool(service.paths) is reported
