"""A chat model's service over real HTTP, whose answers a test writes: right, wrong, huge, slow or hostile."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handle = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@dataclass
class ChatService:
    """``answer`` writes the whole response; ``requests`` and ``headers`` are what came."""

    url: str
    answer: Handle
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def says(self, content: str | Callable[[dict[str, Any]], str]) -> None:
        """Answer every request with ``content``, as the protocol says."""

        def answer(http: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
            text = content if isinstance(content, str) else content(request)
            send_json(http, {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]})

        self.answer = answer


def send_json(http: BaseHTTPRequestHandler, body: object, status: int = 200) -> None:
    send_bytes(http, json.dumps(body).encode(), status)


def send_bytes(http: BaseHTTPRequestHandler, raw: bytes, status: int = 200, **headers: str) -> None:
    http.send_response(status)
    http.send_header("Content-Type", "application/json")
    http.send_header("Content-Length", str(len(raw)))
    for name, value in headers.items():
        http.send_header(name.replace("_", "-"), value)
    http.end_headers()
    http.wfile.write(raw)


@contextmanager
def chat_service() -> Iterator[ChatService]:
    service: ChatService

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = json.loads(raw) if raw[:1] == b"{" else {}
            service.requests.append(request)
            service.headers.append({k.lower(): v for k, v in self.headers.items()})
            service.paths.append(self.path)
            try:
                service.answer(self, request)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the caller hung up, as it should on too slow or too long an answer

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", 0), Handler)
    service = ChatService(f"http://127.0.0.1:{server.server_port}/v1", lambda h, _: send_json(h, {}))
    service.says("ok")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
