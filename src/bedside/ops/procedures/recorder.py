"""What a procedure's body sees of its run: it records, and each record is committed by itself."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from bedside.ops.procedures import repository
from bedside.ops.procedures.schemas import ActionState, StepState, StepView
from bedside.platform.access.actor import Actor
from bedside.platform.errors import Fault
from bedside.platform.procedures import Cancelled, Run
from bedside.platform.runtime import Runtime

T = TypeVar("T")

TOPIC = "procedure"
SAVE_SECONDS = 1.0
"""How often progress is written, however often it is told."""
LONGEST_LINE = 2000
MOST_LINES = 1000
LARGEST_OUTPUT = 256 * 1024


class Superseded(Cancelled):
    """This process was declared gone and the run is another's: nothing may be done or written any more."""


@dataclass(frozen=True)
class Progress:
    """What a watching terminal is told: a step's beginning and how far it is, or an action."""

    step: str | None
    done: int = 0
    total: int | None = None
    action: str | None = None


Watch = Callable[[Progress], None]


class Recorder(Run):
    """The one ``Run`` there is."""

    def __init__(
        self, runtime: Runtime, actor: Actor, run_id: UUID, attempt: int, *, dry_run: bool, watch: Watch | None = None
    ) -> None:
        self.id, self.runtime, self.actor, self.dry_run = run_id, runtime, actor, dry_run
        self.failures: list[str] = []
        self._attempt, self._watch = attempt, watch
        self._steps: list[StepView] = []
        self._open: list[int] = []
        self._findings: list[str] = []
        self._follow_up: list[str] = []
        self._output: dict[str, Any] = {}
        self._saved_at = -math.inf
        # Saves of actions that a body makes side by side must not overtake each other.
        self._saving = asyncio.Lock()

    @asynccontextmanager
    async def step(self, title: str, total: int | None = None) -> AsyncIterator[None]:
        number = len(self._steps)
        view = StepView(title=_line(title), state=StepState.RUNNING, total=total, started_at=self._now())
        self._steps.append(view)
        self._open.append(number)
        self._tell(Progress(view.title, 0, total))
        try:
            await self.save(stop=True)
            yield
        except BaseException:
            self._end(number, StepState.FAILED)
            raise
        self._end(number, StepState.DONE)
        await self.save()

    def _end(self, number: int, state: StepState) -> None:
        self._open.remove(number)
        self._steps[number] = self._steps[number].model_copy(update={"state": state, "finished_at": self._now()})

    async def act(self, action: str, effect: Callable[[], Awaitable[T]], *, key: str | None = None) -> T | None:
        action = _line(action)
        if self.dry_run:
            await self._begin(action, key, ActionState.PLANNED)
            return None
        begun = await self._begin(action, key, ActionState.BEGUN)
        if begun is None:
            return None
        try:
            value = await effect()
        except Exception:
            await self._mark(begun, ActionState.FAILED)
            raise
        await self._mark(begun, ActionState.DONE)
        return value

    async def _begin(self, action: str, key: str | None, state: ActionState) -> UUID | None:
        """Record what is about to be done; return None where its key says that it must not be done again."""
        async with self._saving, self.runtime.unit_of_work(self._keeper) as ctx:
            mine, cancelled = await repository.beat(ctx.session, self.id, self._attempt, self._kept())
            _stop(mine=mine, cancelled=cancelled)
            earlier = await repository.action_of(ctx.session, self.id, key) if key else None
            if earlier is not None and earlier.state != ActionState.FAILED:
                self._not_again(action, earlier.state)
                return None
            if earlier is not None:
                await repository.set_action(ctx.session, earlier.id, state, None)
                begun = earlier.id
            else:
                begun = await repository.add_action(
                    ctx.session, self.id, action, state=state, step=self._step(), key=key, at=ctx.now()
                )
            ctx.notify(TOPIC, run_id=self.id)
        self._tell(Progress(None, action=action))
        return begun

    def _not_again(self, action: str, state: str) -> None:
        if state in {ActionState.BEGUN, ActionState.BROKEN_OFF}:
            self.failed(f"{action}: broken off before, so it was not repeated. See whether it was done.")

    async def _mark(self, action_id: UUID, state: ActionState) -> None:
        async with self._saving, self.runtime.unit_of_work(self._keeper) as ctx:
            await repository.set_action(ctx.session, action_id, state, ctx.now())

    async def progress(self, done: int, total: int | None = None) -> None:
        if self._open:
            number = self._open[-1]
            known = self._steps[number]
            total = known.total if total is None else total
            self._steps[number] = known.model_copy(update={"done": done, "total": total})
            self._tell(Progress(known.title, done, total))
        if time.monotonic() - self._saved_at >= SAVE_SECONDS:
            await self.save(stop=True)

    def found(self, finding: str) -> None:
        _add(self._findings, finding)

    def follow_up(self, what: str) -> None:
        _add(self._follow_up, what)

    def failed(self, what: str) -> None:
        _add(self.failures, what)

    def output(self, **figures: Any) -> None:
        merged = {**self._output, **figures}
        text = json.dumps(merged, default=str, allow_nan=False)
        if len(text) > LARGEST_OUTPUT or "\\u0000" in text:
            raise Fault(f"A run's output is figures: {LARGEST_OUTPUT // 1024} KiB at most, without NUL.")
        self._output = json.loads(text)

    async def save(self, *, stop: bool = False) -> None:
        """Write what is known. Raises Superseded; with ``stop``, Cancelled where an operator has asked for that."""
        async with self._saving:
            self._saved_at = time.monotonic()
            async with self.runtime.unit_of_work(self._keeper) as ctx:
                mine, cancelled = await repository.beat(ctx.session, self.id, self._attempt, self._kept())
                ctx.notify(TOPIC, run_id=self.id)
        _stop(mine=mine, cancelled=cancelled and stop)

    def kept(self) -> dict[str, Any]:
        """Return the columns of the run's row, for its last write."""
        return self._kept()

    def _kept(self) -> dict[str, Any]:
        return {
            "steps": [step.model_dump(mode="json") for step in self._steps],
            "findings": self._findings,
            "follow_up": self._follow_up,
            "failures": self.failures,
            "output": self._output,
        }

    @property
    def _keeper(self) -> Actor:
        """Bedside itself keeps the record; what the body does, it does as whom it likes."""
        return Actor.system(self.actor.via)

    def _step(self) -> int | None:
        return self._open[-1] if self._open else None

    def _now(self) -> Any:
        return self.runtime.clock.now()

    def _tell(self, progress: Progress) -> None:
        if self._watch is not None:
            self._watch(progress)


def _stop(*, mine: bool, cancelled: bool) -> None:
    if not mine:
        raise Superseded
    if cancelled:
        raise Cancelled


def _line(text: str) -> str:
    """Return ``text`` as PostgreSQL can keep it, cut where it is too long."""
    plain = text.replace("\0", "")
    return plain if len(plain) <= LONGEST_LINE else f"{plain[: LONGEST_LINE - 1]}…"


def _add(lines: list[str], line: str) -> None:
    if len(lines) < MOST_LINES:
        lines.append(_line(line))
    elif len(lines) == MOST_LINES:
        lines.append("There was more; see the log.")
