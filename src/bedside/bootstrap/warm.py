"""What an API process does beside answering: it loads what the first conversation would otherwise wait for, and
writes down how many requests came."""

from __future__ import annotations

import gc

import structlog

from bedside.assistant import service as assistant
from bedside.knowledge import service as knowledge
from bedside.ops.alerts.service import keep_sampling
from bedside.ops.monitoring.service import keep_writing_traffic
from bedside.platform.errors import BedsideError
from bedside.platform.runtime import Runtime

__all__ = ["keep_sampling", "keep_writing_traffic", "warm"]

_log = structlog.get_logger(__name__)


async def warm(runtime: Runtime) -> None:
    """Load the protocols, the conversation graph and the embedder: about three seconds. Never raises."""
    try:
        await runtime.part(assistant.Engine).warm()
        await knowledge.embed_query("warm")
    except BedsideError as error:
        _log.warning("not everything that a conversation needs could be loaded", reason=error.message)
    # What is loaded stays: the collector need not walk it again for every turn (a tenth of a turn's time).
    gc.collect()
    gc.freeze()
