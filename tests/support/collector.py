"""A real OTLP receiver over HTTP on a loopback port: decodes the protobuf that comes and keeps the spans."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    """What has come so far. ``texts``: all of each request, its headers too, as text."""

    address: str = ""
    spans: list[Span] = field(default_factory=list)
    resources: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    hanging: threading.Event | None = None

    def named(self, beginning: str) -> list[Span]:
        return [span for span in self.spans if span.name.startswith(beginning)]


def attributes(span: Span) -> dict[str, object]:
    """Return a span's attributes as plain values."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in span.attributes}


@contextmanager
def collector(hanging: threading.Event | None = None) -> Iterator[Collector]:
    """Yield a collector that listens; with ``hanging`` it answers nothing until that is set."""
    kept = Collector(hanging=hanging)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if kept.hanging is not None:
                kept.hanging.wait(60)
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            request = ExportTraceServiceRequest.FromString(body)
            for group in request.resource_spans:
                kept.resources.append({a.key: a.value.string_value for a in group.resource.attributes})
                for scope in group.scope_spans:
                    kept.spans += scope.spans
            kept.headers.append({name.lower(): value for name, value in self.headers.items()})
            kept.texts.append(f"{self.path} {self.headers} {request}")
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield kept
    finally:
        if hanging is not None:
            hanging.set()
        server.shutdown()
        thread.join()
        server.server_close()
