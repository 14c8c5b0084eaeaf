"""The one place that imports OpenTelemetry's SDK, and only where a collector is set."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from bedside.platform.tracing.settings import TracingSettings
from bedside.platform.tracing.spans import Span, SpanKind, Tracer, Value

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as SdkSpan

EXPORT_SECONDS = 5
"""Longest wait for the collector, also at the end: a hanging one holds up no stop for longer."""


def load_tracer(settings: TracingSettings, process: str) -> tuple[Tracer, Callable[[], None]]:
    """Return a tracer that sends to the collector, and what ends it."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(
        endpoint=f"{(settings.endpoint or '').rstrip('/')}/v1/traces",
        headers=settings.header_values(),
        timeout=EXPORT_SECONDS,
    )
    provider = _provider(settings, process)
    provider.add_span_processor(BatchSpanProcessor(exporter, export_timeout_millis=EXPORT_SECONDS * 1000))

    def close() -> None:
        # The SDK's own would wait for each batch that is left, one after the other.
        ending = threading.Thread(target=provider.shutdown, name="last traces", daemon=True)
        ending.start()
        ending.join(EXPORT_SECONDS)
        if ending.is_alive():
            exporter.shutdown()  # type: ignore[no-untyped-call]  # the SDK has no types there

    return _tracer(provider), close


def _provider(settings: TracingSettings, process: str) -> TracerProvider:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    share = TraceIdRatioBased(settings.share)
    return TracerProvider(
        # Made here, not read from the machine: OTEL_RESOURCE_ATTRIBUTES and detectors add what nobody looked through.
        resource=Resource(
            {"service.name": settings.service_name, "service.version": version("bedside"), "bedside.process": process}
        ),
        # Whether a stranger's request is traced is decided here, whatever its header says.
        sampler=ParentBased(share, remote_parent_sampled=share, remote_parent_not_sampled=share),
        shutdown_on_exit=False,
    )


def _tracer(provider: TracerProvider) -> Tracer:
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    tracer = provider.get_tracer("bedside")
    propagator = TraceContextTextMapPropagator()
    kinds = {kind: trace.SpanKind[kind.name] for kind in SpanKind}

    class _Running:
        def __init__(self, sdk: SdkSpan) -> None:
            self._sdk = sdk

        def name(self, name: str) -> None:
            self._sdk.update_name(name)

        def set(self, **attributes: Value) -> None:
            self._sdk.set_attributes(_dotted(attributes))

        def fail(self, kind: str) -> None:
            self._sdk.set_attribute("error.type", kind)
            self._sdk.set_status(trace.Status(trace.StatusCode.ERROR))

    class _Tracer:
        @contextmanager
        def span(
            self, name: str, kind: SpanKind, traceparent: str | None, attributes: dict[str, Value]
        ) -> Iterator[Span]:
            # Of what comes in only the ids are taken: tracestate and baggage may hold anything.
            parent = propagator.extract({"traceparent": traceparent}) if traceparent else None
            with tracer.start_as_current_span(
                name,
                context=parent,
                kind=kinds[kind],
                attributes=_dotted(attributes),
                record_exception=False,
                set_status_on_exception=False,
            ) as sdk:
                running = _Running(sdk)
                try:
                    yield running
                except BaseException as error:
                    running.fail(type(error).__name__)
                    raise

        def record(
            self, name: str, kind: SpanKind, seconds: float, error: str | None, attributes: dict[str, Value]
        ) -> None:
            ended = time.time_ns()
            sdk = tracer.start_span(
                name, kind=kinds[kind], attributes=_dotted(attributes), start_time=ended - int(seconds * 1e9)
            )
            if error is not None:
                _Running(sdk).fail(error)
            sdk.end(ended)

        def current_trace_id(self) -> str | None:
            context = trace.get_current_span().get_span_context()
            return trace.format_trace_id(context.trace_id) if context.is_valid else None

    return _Tracer()


def _dotted(attributes: dict[str, Value]) -> dict[str, Value]:
    return {name.replace("__", "."): value for name, value in attributes.items()}
