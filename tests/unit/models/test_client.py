"""The client of OpenAI-compatible services, against a real server that behaves and misbehaves."""

from __future__ import annotations

import gzip
import json
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import SecretStr

from bedside.models.loader import load_chat_model
from bedside.models.settings import ModelSettings
from bedside.platform.errors import Unavailable
from tests.support.chat_service import ChatService, send_bytes, send_json

PLANTED = "Zebulon Quixote has a rash"


def client(url: str, **settings: Any) -> Any:
    return load_chat_model(ModelSettings(url=url, **settings), url)


async def ask(url: str, **settings: Any) -> str:
    answer = await client(url, **settings).ainvoke([SystemMessage("Be brief."), HumanMessage(PLANTED)])
    return str(answer.content)


async def test_speaks_the_protocol(service: ChatService) -> None:
    service.says("Hello.")
    key = SecretStr("key-1")  # pragma: allowlist secret
    assert await ask(service.url, name="tiny", api_key=key, temperature=0.3) == "Hello."
    assert service.paths == ["/v1/chat/completions"]
    assert service.headers[0]["authorization"] == "Bearer key-1"
    sent = service.requests[0]
    assert sent["model"] == "tiny"
    assert sent["temperature"] == 0.3
    assert sent["stream"] is False
    assert sent["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": PLANTED},
    ]


async def test_sends_no_key_when_none_is_set(service: ChatService) -> None:
    await ask(service.url)
    assert "authorization" not in service.headers[0]


def test_works_outside_an_event_loop(service: ChatService) -> None:
    service.says("Hello.")
    assert client(service.url).invoke("hi").content == "Hello."


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b'{"choices": [{"message": {"content": "   "}}]}',
        b'{"choices": [{"message": {"content": "cut off',
        b"\xff\xfe\x00\x00",
        b"[" * 50_000,
        gzip.compress(json.dumps({"choices": [{"message": {"content": "packed"}}]}).encode(), mtime=0),
    ],
)
async def test_malformed_answers_are_unavailable(service: ChatService, raw: bytes) -> None:
    service.answer = lambda http, _: send_bytes(http, raw)
    with pytest.raises(Unavailable) as caught:
        await ask(service.url)
    assert "Zebulon" not in str(caught.value)


async def test_a_compressed_bomb_is_not_unpacked(service: ChatService) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    service.answer = lambda http, _: send_bytes(http, bomb, Content_Encoding="gzip")
    with pytest.raises(Unavailable):
        await ask(service.url)


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500, 503])
async def test_refusals_name_the_status_and_nothing_else(service: ChatService, status: int) -> None:
    service.answer = lambda http, request: send_json(http, {"error": request}, status)
    with pytest.raises(Unavailable, match=str(status)) as caught:
        await ask(service.url)
    assert "Zebulon" not in f"{caught.value}{caught.value.extra}"
    assert len(service.requests) == 1


async def test_an_endless_answer_is_cut_off(service: ChatService) -> None:
    def endless(http: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        http.send_response(200)
        http.end_headers()
        while True:
            http.wfile.write(b"x" * 65_536)

    service.answer = endless
    started = time.monotonic()
    with pytest.raises(Unavailable, match="262144"):
        await ask(service.url)
    assert time.monotonic() - started < 5


async def test_an_answer_that_drips_is_given_up_after_the_limit(service: ChatService) -> None:
    def drip(http: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        http.send_response(200)
        http.end_headers()
        for _second in range(100):
            http.wfile.write(b" ")
            http.wfile.flush()
            time.sleep(0.05)

    service.answer = drip
    started = time.monotonic()
    with pytest.raises(Unavailable, match="MODEL_TIMEOUT"):
        await ask(service.url, timeout_seconds=0.4)
    assert time.monotonic() - started < 2


async def test_nobody_there(service: ChatService) -> None:
    with pytest.raises(Unavailable, match="MODEL_URL"):
        await ask("http://127.0.0.1:9/v1")


async def test_the_environment_s_proxy_is_not_used(service: ChatService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert await ask(service.url) == "ok"
