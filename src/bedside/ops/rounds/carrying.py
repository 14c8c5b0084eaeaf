"""Walks a round: looks, runs, asks, and keeps what each item told. The body of the procedures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from bedside.kit.ids import new_id
from bedside.ops.capacity.service import capacity, needs_somebody
from bedside.ops.health.service import report
from bedside.ops.procedures.schemas import RunView
from bedside.ops.procedures.service import SCHEDULE, declared, run_here
from bedside.ops.procedures.states import RunState
from bedside.ops.rounds import figures, plan, repository
from bedside.ops.rounds.plan import Item
from bedside.ops.rounds.schemas import ItemState, ItemTold, Looked, Period, Ran
from bedside.platform.access.actor import Actor
from bedside.platform.checks import CheckList, CheckResult, Health
from bedside.platform.errors import BedsideError
from bedside.platform.procedures import Run
from bedside.platform.runtime import Runtime

LINES_KEPT = 50
"""Of a procedure's findings; the run itself has them all."""
PLANNED, NOT_RUN, EARLIER = "planned", "not_run", "earlier"
_LOST = frozenset({RunState.FAILED, RunState.CANCELLED, RunState.LOST})


async def walk(run: Run, period: Period) -> None:
    """Walk the round of ``period``; an item that fails keeps no other from its turn. Raises Fault, Unavailable."""
    items = plan.plan_of(run.runtime)[period]
    walker = _Walker(run, period)
    await walker.begin()
    async with run.step("Look at everything", total=1):
        await walker.look([name for item in items for name in item.checks])
    for position, item in enumerate(items):
        if item.item not in walker.kept:
            async with run.step(item.title):
                await walker.item(position, item)
    async with run.step("Figures and report"):
        await walker.end()


class _Walker:
    def __init__(self, run: Run, period: Period) -> None:
        self._run, self._period = run, period
        self._runtime: Runtime = run.runtime
        self._round: UUID | None = None
        self._results: list[CheckResult] = []
        self.kept: frozenset[str] = frozenset()
        self._states: list[ItemState] = []
        self._asked = 0

    async def begin(self) -> None:
        """Store the round, or find the one that this run began before its process ended."""
        if self._run.dry_run:
            return
        async with self._runtime.unit_of_work(Actor.system(self._run.actor.via)) as ctx:
            actor = self._run.actor
            by = actor.name or actor.operator or (SCHEDULE if actor.via == "job" else actor.role.value)
            values = {"id": new_id(), "created_at": ctx.now(), "period": self._period.value, "figures": {}}
            self._round = await repository.begin(ctx.session, {**values, "run_id": self._run.id, "performed_by": by})
            before = await repository.items(ctx.session, [self._round])
            self.kept = frozenset(item.item for item in before)
            self._states = [ItemState(item.state) for item in before]
        self._run.output(round_id=str(self._round))

    async def look(self, names: Sequence[str]) -> None:
        """Make the checks that the round's items name. One that takes long is made where it is named itself."""
        checks = self._runtime.part(CheckList).checks
        wanted = {*names} - {plan.ALL} | ({check.part for check in checks} if plan.ALL in names else set())
        if wanted:
            found = await report(self._runtime, sorted(wanted), anew=True)
            self._results = [result for part in found.parts for result in part.checks]

    async def item(self, position: int, item: Item) -> None:
        """Do one item and keep what it told."""
        told = ItemTold(
            title=item.title,
            who=item.who,
            lines=list(item.lines),
            figures=list(item.figures),
            question=item.ask.question if item.ask else None,
            how=item.ask.how if item.ask else None,
            waits=item.waits,
        )
        self._tell_checks(item, told)
        for number, (name, parameters) in enumerate(item.procedures):
            told.ran.append(await self._procedure(f"{item.item}:{number}:{name}", name, parameters))
        if item.capacity:
            found = await capacity(self._runtime)
            told.notes = [*needs_somebody(found), found.scaling.summary]
            told.notes += [each.summary for each in found.projections if each.limits]
            for sentence in needs_somebody(found):
                self._run.follow_up(f"{item.title} ({item.who}): {sentence}")
            attention = bool(needs_somebody(found))
        else:
            attention = False
        state = _state(item, told, attention=attention)
        self._states.append(state)
        if told.question is not None:
            self._asked += 1
            self._run.follow_up(f"{item.title} ({item.who}): {told.question}")
        await self._keep(position, item, state, told)

    def _tell_checks(self, item: Item, told: ItemTold) -> None:
        mine = {check.name for check in plan.chosen(self._runtime.part(CheckList).checks, item.checks)}
        results = [result for result in self._results if result.name in mine]
        made = [result for result in results if result.skipped is None]
        told.checks = {status: sum(1 for each in made if each.status is status) for status in Health} if results else {}
        told.skipped = len(results) - len(made)
        for result in made:
            if result.status is Health.HEALTHY:
                continue
            seen = Looked.model_validate(result.model_dump(include=set(Looked.model_fields)))
            told.troubled.append(seen)
            self._run.found(f"{item.title}: {seen.title} is {seen.status}: {seen.evidence}")

    async def _procedure(self, key: str, name: str, parameters: dict[str, Any]) -> Ran:
        procedure = declared(self._runtime, name)
        told = Ran(
            procedure=name,
            title=procedure.title,
            parameters=parameters,
            state=PLANNED,
            run_id=None,
            actions=0,
            findings=[],
            follow_up=[],
            failures=[],
        )

        async def effect() -> RunView:
            return await run_here(self._runtime, self._run.actor, procedure, parameters)

        try:
            ended = await self._run.act(f"Run {name}", effect, key=key)
        except BedsideError as error:
            self._run.failed(f"{procedure.title}: {error.message}")
            return told.model_copy(update={"state": NOT_RUN, "failures": [error.message]})
        if ended is None:
            return told if self._run.dry_run else told.model_copy(update={"state": EARLIER})
        failures = [*ended.failures, *([ended.error] if ended.error else [])]
        for line in failures or ([f"it is {ended.state}"] if ended.state in _LOST else []):
            self._run.failed(f"{procedure.title}: {line}")
        for line in ended.follow_up:
            self._run.follow_up(f"{procedure.title}: {line}")
        return told.model_copy(
            update={
                "state": ended.state.value,
                "run_id": ended.id,
                "actions": ended.actions_total,
                "findings": ended.findings[:LINES_KEPT],
                "follow_up": ended.follow_up[:LINES_KEPT],
                "failures": failures[:LINES_KEPT],
            }
        )

    async def _keep(self, position: int, item: Item, state: ItemState, told: ItemTold) -> None:
        if self._round is None:
            return
        async with self._runtime.unit_of_work(Actor.system(self._run.actor.via)) as ctx:
            values = {"round_id": self._round, "item": item.item, "position": position, "state": state.value}
            await repository.keep(ctx.session, {**values, "told": told.model_dump(mode="json")})

    async def end(self) -> None:
        """Gather the figures and note the end."""
        found = await figures.gather(self._runtime, self._period, self._results)
        counts = {state.value: sum(1 for each in self._states if each is state) for state in ItemState}
        self._run.output(items=len(self._states), **counts, questions=self._asked, figures=found)
        if self._round is not None:
            async with self._runtime.unit_of_work(Actor.system(self._run.actor.via)) as ctx:
                await repository.finish(ctx.session, self._round, found, ctx.now())
                ctx.notify("procedure", run_id=self._run.id)


def _state(item: Item, told: ItemTold, *, attention: bool) -> ItemState:
    worst = {each.status for each in told.troubled}
    states = {each.state for each in told.ran}
    if Health.DOWN in worst or states & {NOT_RUN, *(state.value for state in _LOST)}:
        return ItemState.FAILED
    left = any(each.follow_up or each.failures for each in told.ran)
    if worst or attention or left or RunState.PARTIAL.value in states:
        return ItemState.ATTENTION
    nothing = not (item.checks or item.procedures or item.figures or item.ask or item.capacity)
    return ItemState.WAITING if nothing else ItemState.WELL
