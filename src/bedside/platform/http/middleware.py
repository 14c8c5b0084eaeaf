"""Around every request: an id, security headers, a log line and metrics. Pure ASGI, so streams pass untouched."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bedside.kit.ids import new_id
from bedside.platform.http.problems import too_large, unexpected
from bedside.platform.metrics import REQUEST_COUNT, REQUEST_DURATION, REQUESTS_RUNNING
from bedside.platform.tracing import Span, SpanKind, current_trace_id, span
from bedside.platform.traffic import Traffic

_log = structlog.get_logger("bedside.http")

_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
_QUIET = {"/live", "/ready", "/metrics", "/health"}
_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_CONTENT_SECURITY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"


class RequestMiddleware:
    """Gives each request an id, which its log lines, its audit events and its errors carry."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hsts: bool,
        largest_body: int,
        traffic: Traffic,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._hsts = hsts
        self._largest_body = largest_body
        self._traffic = traffic
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = str(new_id())
        status = 0
        REQUESTS_RUNNING.inc()
        started = self._clock()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(MutableHeaders(scope=message), scope["path"], request_id)
            await send(message)

        # The actor's id is bound once the token is read (http.dependencies), in this same context.
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id, actor_id=None),
            span(
                scope["method"] if scope["method"] in _METHODS else "OTHER",
                SpanKind.SERVER,
                traceparent=Headers(scope=scope).get("traceparent"),
                bedside__request_id=request_id,
            ) as traced,
        ):
            if trace_id := current_trace_id():
                structlog.contextvars.bind_contextvars(trace_id=trace_id)
            try:
                length = Headers(scope=scope).get("content-length", "0")
                if length.isdecimal() and int(length) > self._largest_body:
                    # Starlette's own limit, which also counts bodies without a length, answers in plain text here.
                    await too_large(self._largest_body)(scope, receive, answer)
                else:
                    await self._app(scope, receive, answer)
            except Exception as error:
                _log.error("unexpected error", exc_info=error)
                if status:
                    raise
                await unexpected()(scope, receive, answer)
            finally:
                REQUESTS_RUNNING.dec()
                self._measure(scope, status or 500, self._clock() - started, traced)
                structlog.contextvars.unbind_contextvars("trace_id")

    def _add_headers(self, headers: MutableHeaders, path: str, request_id: str) -> None:
        headers["x-request-id"] = request_id
        for name, value in _SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("content-security-policy", _CONTENT_SECURITY)
        if path.startswith("/api"):
            headers.setdefault("cache-control", "no-store")
        if self._hsts:
            headers.setdefault("strict-transport-security", "max-age=31536000; includeSubDomains")

    def _measure(self, scope: Scope, status: int, seconds: float, traced: Span) -> None:
        # The route's template, never the path itself: a path holds ids and whatever a stranger types.
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        REQUEST_COUNT.labels(method, route, str(status)).inc()
        REQUEST_DURATION.labels(method, route).observe(seconds)
        traced.name(f"{method} {route}")
        traced.set(http__request__method=method, http__route=route, http__response__status_code=status)
        if status >= 500:
            traced.fail(str(status))
        if route not in _QUIET:
            self._traffic.count(method, route, status, seconds)
        level = _log.debug if route in _QUIET else _log.info
        level("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
