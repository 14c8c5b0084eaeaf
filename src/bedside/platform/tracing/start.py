"""Turns tracing on for a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bedside.platform.config.load import Settings
from bedside.platform.tracing.loader import load_tracer
from bedside.platform.tracing.settings import TracingSettings
from bedside.platform.tracing.spans import switch


@contextmanager
def tracing(settings: Settings, *, process: str) -> Iterator[None]:
    """Send spans to the collector until the block ends, then what is left of them; without a collector do nothing."""
    chosen = settings.get(TracingSettings)
    if chosen.endpoint is None:
        yield
        return
    tracer, close = load_tracer(chosen, process)
    switch.tracer = tracer
    try:
        yield
    finally:
        switch.tracer = None
        close()
