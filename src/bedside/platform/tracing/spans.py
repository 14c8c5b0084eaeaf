"""What the rest of Bedside says to tracing. Costs a comparison while none is on; imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from typing import Protocol

Value = str | int | float | bool


class SpanKind(StrEnum):
    """Which side of a call a span is (OpenTelemetry, "SpanKind")."""

    SERVER = "server"
    CLIENT = "client"
    CONSUMER = "consumer"
    INTERNAL = "internal"


class Span(Protocol):
    """A span that runs."""

    def name(self, name: str) -> None:
        """Give it another name: the route is known at the end."""
        ...

    def set(self, **attributes: Value) -> None:
        """Add attributes; ``__`` in a name stands for a dot."""
        ...

    def fail(self, kind: str) -> None:
        """Say that it failed, with an error's class or a status; never with its text."""
        ...


class Tracer(Protocol):
    """What ``loader`` makes of OpenTelemetry."""

    def span(
        self, name: str, kind: SpanKind, traceparent: str | None, attributes: dict[str, Value]
    ) -> AbstractContextManager[Span]: ...

    def record(
        self, name: str, kind: SpanKind, seconds: float, error: str | None, attributes: dict[str, Value]
    ) -> None:
        """Add a span that has just ended, ``seconds`` long, below the one that runs."""
        ...

    def current_trace_id(self) -> str | None: ...


class _NoSpan:
    def name(self, name: str) -> None: ...

    def set(self, **attributes: Value) -> None: ...

    def fail(self, kind: str) -> None: ...


_NO_SPAN = _NoSpan()


class _Switch:
    tracer: Tracer | None = None


switch = _Switch()


def is_on() -> bool:
    """Tell whether anybody listens: what is costly to say need not be made otherwise."""
    return switch.tracer is not None


@contextmanager
def span(
    name: str, kind: SpanKind = SpanKind.INTERNAL, *, traceparent: str | None = None, **attributes: Value
) -> Iterator[Span]:
    """Run the block as a span, which fails with the class of what is raised."""
    if switch.tracer is None:
        yield _NO_SPAN
        return
    with switch.tracer.span(name, kind, traceparent, attributes) as running:
        yield running


def record(name: str, kind: SpanKind, seconds: float, *, error: str | None = None, **attributes: Value) -> None:
    """Add a span that has just ended."""
    if switch.tracer is not None:
        switch.tracer.record(name, kind, seconds, error, attributes)


def current_trace_id() -> str | None:
    """Return the id of the trace that runs, for log lines; None while none is on."""
    return switch.tracer.current_trace_id() if switch.tracer is not None else None
