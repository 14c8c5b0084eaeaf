"""The one place that imports LangGraph: it takes seconds, and only processes that hold conversations need it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bedside.models.service import forbid_tracing

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

    from bedside.assistant.phrasing import Model
    from bedside.assistant.prompt import Prompt
    from bedside.assistant.state import Tools, TurnState
    from bedside.platform.config.load import Settings

_lock = threading.Lock()
_loaded: list[CompiledStateGraph[TurnState, Tools, TurnState, TurnState]] = []


def load_graph() -> CompiledStateGraph[TurnState, Tools, TurnState, TurnState]:
    """Return the process's graph, compiled at the first call; thread-safe."""
    with _lock:
        if not _loaded:
            forbid_tracing()
            from langsmith import run_trees

            run_trees.configure(enabled=False)
            from bedside.assistant.graph import build_graph

            _loaded.append(build_graph())
        return _loaded[0]


def load_model(settings: Settings) -> Model | None:
    """Return how to ask the configured chat model, None where there is none."""
    from bedside.models.service import chat_model

    model = chat_model(settings)
    if model is None:
        return None
    from langchain_core.messages import HumanMessage, SystemMessage

    async def ask(prompt: Prompt) -> str:
        return str((await model.ainvoke([SystemMessage(prompt.system), HumanMessage(prompt.user)])).text)

    return ask
