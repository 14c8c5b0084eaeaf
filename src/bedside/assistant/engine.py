"""The process's one conversation engine: the graph, the chat model, threads for the CPU, one turn at a time each."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from bedside.assistant.loader import load_graph, load_model
from bedside.assistant.state import Case, Finding, Search, Tools, TurnState
from bedside.models.service import model_name
from bedside.platform.config.load import Settings
from bedside.triage.service import load_protocols

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

    from bedside.assistant.phrasing import Model

T = TypeVar("T")


QUICK_CHARACTERS = 1000
"""Text up to this length is worked on where it is, in about 2 ms."""
TURNS_AT_ONCE = 8
"""Turns that share the process's core. More of them only make each other slower: all would end late, and none early."""


class Engine:
    """Long-lived and shared by all turns of a process; loads LangGraph at the first turn."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # The work holds the interpreter's lock: more threads than cores would only make all of them slow.
        self._threads = ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0)), thread_name_prefix="assistant")
        self._parts: tuple[CompiledStateGraph[TurnState, Tools, TurnState, TurnState], Model | None] | None = None
        self._turns: dict[UUID, tuple[asyncio.Lock, int]] = {}
        # Where a chat model is set a turn mostly waits for it, and must not keep others from waiting too.
        self._shared = asyncio.Semaphore(TURNS_AT_ONCE) if model_name(settings) is None else nullcontext()

    async def warm(self) -> None:
        """Load what the first turn would otherwise wait for, about two seconds."""
        if self._parts is None:
            self._parts = await asyncio.get_running_loop().run_in_executor(self._threads, self._load)

    def _load(self) -> tuple[CompiledStateGraph[TurnState, Tools, TurnState, TurnState], Model | None]:
        load_protocols()
        return load_graph(), load_model(self._settings)

    async def compute(self, work: Callable[[], T], characters: int) -> T:
        """Run CPU-bound ``work`` over ``characters`` of text: off the event loop, unless that costs more than it saves.

        A thread waits up to 5 ms for the interpreter's lock when the loop is busy; short text takes 1 or 2.
        """
        if characters <= QUICK_CHARACTERS and self._parts is not None:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def find(self, case: Case, search: Search) -> Finding:
        """Run the graph for one message. Opens no transaction but through ``search``. Raises BadInput, Unavailable."""
        await self.warm()
        assert self._parts is not None  # noqa: S101 - warm has just set it
        graph, model = self._parts
        tools = Tools(search, self.compute, model, model_name(self._settings))
        state = await graph.ainvoke({"case": case}, context=tools)
        return Finding(
            understood=state["understood"],
            result=state["result"],
            raised=state.get("raised", False),
            used_model=state.get("used_model", False),
            **({"answer": state["answer"]} if "answer" in state else {}),
        )

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Return what a turn takes before it begins; those beyond TURNS_AT_ONCE wait, first come, first served."""
        return self._shared

    def busy(self, conversation_id: UUID) -> bool:
        """Whether a turn of this conversation is under way in this process."""
        return conversation_id in self._turns

    @asynccontextmanager
    async def turn_of(self, conversation_id: UUID) -> AsyncIterator[None]:
        """Wait for earlier turns of the same conversation in this process; they follow one another."""
        lock, waiting = self._turns.get(conversation_id, (asyncio.Lock(), 0))
        self._turns[conversation_id] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._turns[conversation_id]
            if waiting == 1:
                del self._turns[conversation_id]
            else:
                self._turns[conversation_id] = (lock, waiting - 1)
