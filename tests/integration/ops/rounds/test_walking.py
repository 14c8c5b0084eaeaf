"""Walking a round: what was looked at, done, found and left; trends, answers, dry runs, what was broken off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field

from bedside.kit.clock import FixedClock
from bedside.ops.procedures.schemas import RunView
from bedside.ops.procedures.service import RUN, run_here
from bedside.ops.procedures.states import RunState
from bedside.ops.rounds import plan, service
from bedside.ops.rounds.procedures import PROCEDURES as ROUNDS
from bedside.ops.rounds.schemas import Answer, ItemState, Period, RoundView
from bedside.ops.series import repository as series
from bedside.ops.series.schemas import TWO_HOURS, Observation, SeriesName
from bedside.platform.access.actor import Actor, Role
from bedside.platform.checks import Check, CheckList, Finding, Health, skipped
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import BadInput, Conflict, Fault, Forbidden, NotFound, Unavailable
from bedside.platform.procedures import Parameters, Run, procedure
from bedside.platform.runtime import Runtime
from tests.support.postgres import TestCluster
from tests.support.procedures import knowing

OPERATOR = Actor.host_operator("olga")
SYSTEM = Actor.system("job")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DONE: Counter[str] = Counter()


class Words(Parameters):
    word: str = Field(default="well", description="How it goes.")


@procedure("test.care", "Care", "Takes care.", parameters=Words)
async def care(run: Run, parameters: Words) -> None:
    if parameters.word == "refuse":
        raise Unavailable("The tape is full.")

    async def effect() -> None:
        DONE[parameters.word] += 1

    await run.act(f"Care, {parameters.word}", effect)
    run.found("12 dead rows.")
    if parameters.word == "left":
        run.follow_up("Buy a disk.")


def _check(name: str, finding: Finding) -> Check:
    async def look(_runtime: Runtime) -> Finding:
        return finding

    return Check(name.partition(".")[0], f"The {name}", look, "Mend it.", name=name)


CHECKS = (
    _check("tea.hot", Finding(status=Health.HEALTHY, evidence="Hot.")),
    _check("tea.milk", Finding(status=Health.DEGRADED, evidence="<b>Little</b> milk | left.")),
    _check("tea.sugar", skipped("Nobody takes sugar.")),
    _check("oven.fire", Finding(status=Health.DOWN, evidence="Cold.", remedy="Light it.")),
)
PLAN = """
daily:
  - {item: tea, title: Tea, who: cook, from: {A 1: Look at the tea}, checks: [tea], figures: [disk.used, queue.failed]}
  - {item: hot, title: Hot, who: cook, from: {A 2: Hot}, checks: [tea.hot], procedures: [{test.care: {}}]}
  - {item: left, title: Left, who: cook, from: {A 3: Left}, procedures: [{test.care: {word: left}}]}
  - {item: refused, title: Refused, who: cook, from: {A 4: Refused}, procedures: [{test.care: {word: refuse}}]}
  - {item: cake, title: Cake, who: guest, from: {O 5: Cake}, ask: {question: "Is there cake?", how: Look.}}
  - {item: later, title: Later, who: cook, from: {Y 6: Later}, waits: The dishwasher.}
weekly:
  - {item: oven, title: Oven, who: cook, from: {C 1: Oven}, checks: [all]}
  - {item: cake, title: Cake, who: guest, from: {O 5: Cake}, ask: {question: "Is there cake?", how: Look.}}
monthly: [{item: plan, title: Plan, who: cook, from: {D 1: Plan}, capacity: true}]
quarterly: [{item: fine, title: Fine, who: cook, from: {D 2: Fine}, checks: [tea.hot]}]
"""


@pytest.fixture
def sql(cluster: TestCluster, urls: DatabaseUrls) -> Iterator[psycopg.Connection]:
    """A superuser's connection: row security binds the owner, too."""
    name = str(conninfo_to_dict(urls.app)["dbname"])
    with psycopg.connect(cluster.superuser_url(name), autocommit=True) as connection:
        yield connection


@pytest.fixture
def rounds(runtime: Runtime, urls: DatabaseUrls) -> Runtime:
    """A runtime with checks, a procedure and a plan of the test's own, and a clock that stands."""
    DONE.clear()
    runtime.clock = runtime.units.clock = FixedClock(NOW)
    known = knowing(runtime, urls, [*ROUNDS, care])
    known.parts[CheckList] = CheckList(CHECKS)
    known.parts[plan.RoundsPlan] = plan.RoundsPlan(plan.parse(PLAN))
    return known


async def walked(runtime: Runtime, period: Period, *, dry_run: bool = False) -> RunView:
    declared = next(each for each in ROUNDS if each.name == f"rounds.{period}")
    return await run_here(runtime, OPERATOR, declared, {}, dry_run=dry_run)


async def shown(runtime: Runtime, run: RunView) -> RoundView:
    async with runtime.unit_of_work(OPERATOR) as ctx:
        found = await service.of_run(ctx, run.id)
    assert found is not None
    return found


async def test_a_round_looks_runs_asks_and_says_who_has_to_act(rounds: Runtime, sql: psycopg.Connection) -> None:
    dry = await walked(rounds, Period.DAILY, dry_run=True)
    assert dry.state is RunState.COMPLETED
    assert DONE == {}
    async with rounds.unit_of_work(OPERATOR) as ctx:
        assert (await service.overview(ctx)).rounds == [], "a dry run keeps no round"
        with pytest.raises(NotFound, match="bedside rounds weekly"):
            await service.last(ctx, Period.WEEKLY)

    run = await walked(rounds, Period.DAILY)
    assert [each.action for each in run.actions] == [each.action for each in dry.actions]
    assert [each.title for each in run.steps] == [each.title for each in dry.steps]
    assert run.state is RunState.PARTIAL
    assert run.failures == ["Care: The tape is full."]
    assert DONE == {"well": 1, "left": 1}
    assert run.output["items"] == 6
    found = await shown(rounds, run)
    assert (found.performed_by, found.state, found.open, found.failed) == ("olga", ItemState.FAILED, 1, 1)
    assert found.finished_at is not None
    states = {each.item: each.state.value for each in found.entries}
    assert states == {
        "tea": "attention",
        "hot": "well",
        "left": "attention",
        "refused": "failed",
        "cake": "well",
        "later": "waiting",
    }
    tea = found.entries[0]
    assert (tea.checks, tea.skipped) == ({Health.HEALTHY: 1, Health.DEGRADED: 1, Health.DOWN: 0}, 1)
    assert found.entries[1].ran[0].findings == ["12 dead rows."]
    assert [(each.who, each.what, each.how) for each in found.todo] == [
        ("cook", "The tea.milk: <b>Little</b> milk | left.", "Mend it."),
        ("cook", "Care: Buy a disk.", None),
        ("cook", "Care: The tape is full.", None),
        ("guest", "Is there cake?", "Look."),
    ]
    told = {each.name: each.value for each in found.figures}
    assert (told["checks.degraded"], told["checks.skipped"], told["queue.failed"]) == (1, 1, 0)
    assert told["procedures.run"] == 4
    assert told["procedures.failed"] == 1
    assert told["database.size"] > 1_000_000
    # What each did is in the audit, in the operator's name.
    ((asked,),) = sql.execute("SELECT count(*) FROM audit_events WHERE action = 'procedure.start'").fetchall()
    assert asked == 5, "the dry run, the round, and three procedures"


async def test_trends_stand_against_the_rounds_before(rounds: Runtime) -> None:
    clock = rounds.clock
    assert isinstance(clock, FixedClock)
    for day in range(3):
        clock.moment = NOW + day * timedelta(days=1)
        seen = Observation(SeriesName.DISK_USE, "", clock.moment - timedelta(hours=2), 40.0 + 10 * day)
        async with rounds.unit_of_work(SYSTEM) as ctx:
            await series.replace(ctx.session, TWO_HOURS.width, [seen])
        run = await walked(rounds, Period.QUARTERLY)
        assert run.state is RunState.COMPLETED
    found = await shown(rounds, run)
    disk = next(each for each in found.figures if each.name == "disk.used")
    assert (disk.value, disk.before, disk.history) == (60, 50, [40, 50, 60])
    assert found.moments == [NOW + day * timedelta(days=1) for day in range(3)]
    assert found.state is ItemState.WELL
    assert found.todo == []
    async with rounds.unit_of_work(OPERATOR) as ctx:
        overview = await service.overview(ctx)
        assert len(overview.rounds) == 3
        assert overview.periods[-1].last is not None
        assert overview.periods[-1].last.id == found.id
        assert overview.periods[-1].next_round == datetime(2027, 1, 1, 8, tzinfo=UTC)
        earlier = await service.one(ctx, overview.rounds[-1].id)
        assert earlier.moments == [NOW], "a round is told as it stood: what came later is not in it"


async def test_everything_that_is_down_and_a_plan_that_reaches_its_limit(rounds: Runtime) -> None:
    async with rounds.unit_of_work(SYSTEM) as ctx:
        days = [
            Observation(SeriesName.DISK_USE, "", NOW - (40 - n) * timedelta(days=1), 50 + 0.8 * n) for n in range(40)
        ]
        await series.replace(ctx.session, TWO_HOURS.width, days)
    weekly = await shown(rounds, await walked(rounds, Period.WEEKLY))
    assert weekly.entries[0].state is ItemState.FAILED
    assert weekly.todo[1].how == "Light it."
    run = await walked(rounds, Period.MONTHLY)
    monthly = await shown(rounds, run)
    assert monthly.entries[0].state is ItemState.ATTENTION
    assert any("Disk: 85.0 % (warning): 2026-11-" in line for line in run.follow_up), run.follow_up


async def test_people_answer_and_what_is_not_done_stays_to_do(rounds: Runtime, sql: psycopg.Connection) -> None:
    found = await shown(rounds, await walked(rounds, Period.WEEKLY))

    async def answer(item: str, given: Answer, note: str, actor: Actor = OPERATOR) -> RoundView:
        async with rounds.unit_of_work(actor) as ctx:
            return await service.answer(ctx, found.id, item, given, note)

    for item, note, wrong in (
        ("bread", "", NotFound),
        ("oven", "", Conflict),
        ("cake", "a" * 2001, BadInput),
        ("cake", "a\0b", BadInput),
    ):
        with pytest.raises(wrong):
            await answer(item, Answer.DONE, note)
    with pytest.raises(BadInput, match="why"):
        await answer("cake", Answer.NOT_DONE, "  ")
    with pytest.raises(Forbidden):
        await answer("cake", Answer.DONE, "", Actor(role=Role.NURSE, id=UUID(int=1), via="api"))
    undone = await answer("cake", Answer.NOT_DONE, "The oven is cold.")
    assert undone.open == 0
    assert undone.todo[-1].what == "Not done: Is there cake? The oven is cold."
    done = await answer("cake", Answer.DONE, "")
    cake = done.entries[-1]
    assert (cake.answer, cake.note, cake.answered_by_name, cake.open) == (Answer.DONE, None, "olga", False)
    assert [each.item for each in done.todo] == ["oven", "oven"]
    ((answers,),) = sql.execute("SELECT count(*) FROM audit_events WHERE action = 'round.answer'").fetchall()
    assert answers == 2, "the audit keeps both answers"


async def test_a_round_whose_process_ended_goes_on_where_it_was(rounds: Runtime, sql: psycopg.Connection) -> None:
    run = await walked(rounds, Period.DAILY)
    # As a worker leaves it that dies after the third item: nothing of the rest, nobody alive.
    sql.execute("DELETE FROM round_items WHERE position > 2")
    sql.execute("UPDATE rounds SET finished_at = NULL, figures = '{}'")
    sql.execute(
        "UPDATE procedure_runs SET state = 'queued', runner = 'worker', finished_at = NULL WHERE id = %s", [run.id]
    )
    sql.execute("DELETE FROM procedure_actions WHERE run_id = %s AND key LIKE 'refused%%'", [run.id])
    await RUN.run(rounds, run_id=str(run.id))
    found = await shown(rounds, run)
    assert [each.item for each in found.entries] == ["tea", "hot", "left", "refused", "cake", "later"]
    assert found.finished_at is not None
    assert DONE == {"well": 1, "left": 1}, "nothing was done twice"
    async with rounds.unit_of_work(OPERATOR) as ctx:
        assert len((await service.overview(ctx)).rounds) == 1


async def test_a_plan_that_does_not_fit_runs_nothing(rounds: Runtime) -> None:
    rounds.parts[CheckList] = CheckList(CHECKS[:3])
    rounds.parts[plan.RoundsPlan] = plan.RoundsPlan(plan.parse(PLAN.replace("tea.hot", "tea.cold")))
    with pytest.raises(Fault, match=r"no part or check tea\.cold"):
        plan.plan_of(rounds)
    run = await walked(rounds, Period.DAILY)
    assert run.state is RunState.FAILED
    assert DONE == {}
