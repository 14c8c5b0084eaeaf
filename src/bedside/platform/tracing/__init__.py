"""Spans around requests, statements, jobs and model calls, sent to OTEL_EXPORTER_OTLP_ENDPOINT. Without it nothing is.

What a span says is made here and by its callers from bounded sets: methods, templates of routes, statuses, names of
tables, jobs and errors' classes, ids. Never a path, a query, a parameter, a message or what somebody typed. Bedside's
provider is its own, not the global one that a library (LangChain, FastAPI) would report to by itself.
"""

from bedside.platform.tracing.spans import Span, SpanKind, current_trace_id, is_on, record, span
from bedside.platform.tracing.start import tracing

__all__ = ["Span", "SpanKind", "current_trace_id", "is_on", "record", "span", "tracing"]
