"""Nothing about a run leaves the machine, whatever the environment says."""

from __future__ import annotations

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.support.chat_service import ChatService, send_json

RUN = """
import asyncio, sys
url = sys.argv[1]
if sys.argv[2] == "bedside":
    from bedside.models.loader import load_chat_model
    from bedside.models.settings import ModelSettings
    model = load_chat_model(ModelSettings(url=url), url)
else:
    from bedside.models.client import OpenAICompatibleChat
    model = OpenAICompatibleChat(url=url, model_name="m")
asyncio.run(model.ainvoke("Zebulon Quixote has a rash"))
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


def paths_reached(service: ChatService, how: str) -> set[str]:
    base = service.url.removesuffix("/v1")

    def answer(http: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        content = {"choices": [{"message": {"content": "ok"}}]}
        send_json(http, content if http.path.endswith("/chat/completions") else {})

    service.answer = answer
    environment = {
        **os.environ,
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_TRACING_V2": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_ENDPOINT": base,
        "LANGCHAIN_ENDPOINT": base,
        "LANGSMITH_API_KEY": "lsv2_test",  # pragma: allowlist secret
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN, service.url, how], env=environment, capture_output=True, timeout=90
    )
    assert done.returncode == 0, done.stderr.decode()
    return {path for path in service.paths if not path.endswith("/chat/completions")}


def test_bedside_reports_to_nobody(service: ChatService) -> None:
    assert paths_reached(service, "bedside") == set()


def test_the_same_run_without_bedside_s_guard_would_report(service: ChatService) -> None:
    assert paths_reached(service, "unguarded") != set()


@pytest.mark.parametrize("name", ["LANGCHAIN_TRACING", "LANGCHAIN_HANDLER"])
def test_the_old_switch_does_not_break_a_run(service: ChatService, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "true")
    assert paths_reached(service, "bedside") == set()
