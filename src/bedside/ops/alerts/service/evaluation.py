"""One evaluation of every rule: measured, decided, written and told in one transaction.

Evaluations wait for each other, and whoever writes names the version that was read: two evaluators tell once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.notify.service import OPERATORS, channel_names, evidence_is_told, send
from bedside.ops.alerts import repository, telling
from bedside.ops.alerts.book import Rules
from bedside.ops.alerts.conditions import Aggregate, CheckReading, Term, check_of, window_of
from bedside.ops.alerts.course import Course, Stopwatch, advance, end
from bedside.ops.alerts.rules import Rule, RuleBook
from bedside.ops.alerts.sampling import Sample, Sampler, Samples, measure
from bedside.ops.alerts.schemas import EvaluationReport
from bedside.ops.alerts.states import OPEN, State
from bedside.ops.alerts.tables import AlertRow, AlertSilence
from bedside.ops.maintenance.service import active_window
from bedside.ops.monitoring import repository as monitoring
from bedside.platform.access.actor import Actor
from bedside.platform.access.context import Context
from bedside.platform.checks import CheckList, CheckResult, Health, run_checks
from bedside.platform.config.core import ServerSettings
from bedside.platform.errors import BedsideError
from bedside.platform.gauges import Gauges
from bedside.platform.metrics import REGISTRY
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

SAMPLE_SECONDS = 15.0
KEPT = timedelta(hours=2)
"""How long samples are kept: longer than any condition looks back."""
STALE = timedelta(minutes=2)
"""How much older than its period a check's result may be; after that the evaluation looks by itself."""


@dataclass
class Evaluator:
    """One process's evaluations; their time is the database's. Kept among the runtime's parts."""

    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    monotonic: Callable[[], float] = time.monotonic
    database_now: Callable[[datetime], datetime] = lambda now: now


@dataclass(frozen=True)
class _Readings:
    """What was measured."""

    checks: Mapping[str, CheckResult]
    samples: Samples

    def check(self, name: str) -> CheckReading | None:
        found = self.checks.get(name)
        return None if found is None or found.skipped else CheckReading(found.status, found.value)

    def gauge(self, term: Term, aggregate: Aggregate) -> float | None:
        return self.samples.gauge(term, aggregate)

    def increase(self, term: Term, over: timedelta) -> float | None:
        return self.samples.increase(term, over)

    def buckets(self, term: Term, over: timedelta) -> Sequence[tuple[float, float]] | None:
        return self.samples.buckets(term, over)


async def evaluate(runtime: Runtime, *, actor: Actor | None = None, dry_run: bool = False) -> EvaluationReport:
    """Evaluate every rule once. ``dry_run``: say what would change, and change nothing.

    Raises SettingsError where the rule file can't be used, Unavailable.
    """
    began = time.perf_counter()
    rules, evaluator = runtime.part(Rules), runtime.part(Evaluator)
    book = rules.book
    looked = await _look_where_stale(runtime, book)
    async with runtime.unit_of_work(actor or Actor.system("job")) as ctx:
        now = evaluator.database_now(await repository.begin_evaluation(ctx.session))
        evaluator.stopwatch.begin(evaluator.monotonic())
        readings = _Readings({**await _kept_results(ctx), **looked}, await _samples(ctx.session, book, now))
        courses = await _courses(ctx, book, readings, now, evaluator.stopwatch)
        told = 0
        if not dry_run:
            told = await _keep_and_tell(ctx, book, courses, readings, now)
            await repository.forget_samples(ctx.session, now - KEPT)
    return EvaluationReport(
        at=now,
        rules=len(book.active),
        unavailable=len(book.rules) - len(book.active),
        firing=sorted(course.rule for course in courses if course.state is State.FIRING),
        changes=[f"{course.rule}: {move.event}, {move.state}" for course in courses for move in course.moves],
        messages=told,
        took_ms=round((time.perf_counter() - began) * 1000, 1),
    )


async def sample(runtime: Runtime) -> None:
    """Keep this process's metrics as they are now. Raises SettingsError, Unavailable."""
    want = runtime.part(Rules).wanted
    if not want:
        return
    await runtime.part(Gauges).refresh(runtime)
    sampler = runtime.part(Sampler)
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        now = await repository.database_now(ctx.session)
        if sampler.started_at is None:
            sampler.started_at = now
        taken = Sample(sampler.process_id, now, sampler.started_at, measure(REGISTRY, want))
        await repository.keep_sample(ctx.session, taken)


async def keep_sampling(runtime: Runtime) -> None:
    """Keep this process's metrics again and again. For an API process."""
    while True:
        try:
            await sample(runtime)
        except BedsideError as error:
            _log.warning("metrics could not be kept for the alert rules", error=type(error).__name__)
        await asyncio.sleep(SAMPLE_SECONDS)


async def _look_where_stale(runtime: Runtime, book: RuleBook) -> dict[str, CheckResult]:
    """Make the checks that rules need and that nobody has made lately: the worker makes them all, when it runs."""
    needed = {check_of(rule.condition) for rule in book.active}
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        kept = {state.name: state.checked_at for state in await monitoring.states(ctx.session)}
        now = ctx.now()
    missing = [
        check
        for check in runtime.part(CheckList).checks
        if check.name in needed and not (check.name in kept and now - kept[check.name] < check.period + STALE)
    ]
    return {result.name: result for result in await run_checks(runtime, missing)} if missing else {}


async def _kept_results(ctx: Context) -> dict[str, CheckResult]:
    states = await monitoring.states(ctx.session)
    # Validated where it is read: another version of Bedside may have written it.
    return {
        state.name: CheckResult.model_construct(
            **{
                **state.result,
                "name": state.name,
                "status": Health(state.status),
                "skipped": state.result.get("skipped"),
                "value": _number(state.result.get("value")),
            }
        )
        for state in states
    }


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


async def _samples(session: AsyncSession, book: RuleBook, now: datetime) -> Samples:
    windows = {window_of(rule.condition) for rule in book.active} - {timedelta(0)}
    # A sample that is older than the window tells what a counter was when it began.
    since = now - max(windows, default=timedelta(0)) - timedelta(minutes=2)
    return Samples(await repository.samples(session, since, [now - window for window in windows]), now)


async def _courses(ctx: Context, book: RuleBook, readings: _Readings, now: datetime, watch: Stopwatch) -> list[Course]:
    rows = {row.rule: row for row in await repository.open_alerts(ctx.session)}
    silences = [s for s in await repository.silences(ctx.session, now) if s.starts_at <= now]
    window = await active_window(ctx, now)
    courses = []
    for rule in book.active:
        row = rows.pop(rule.name, None)
        course = Course(rule.name, seen_at=now) if row is None else _course(row)
        value = rule.condition.value(readings)
        quiet = _quiet(rule, silences, window.reason if window else None, now)
        advance(course, rule, value, quiet, now, watch.since(course.seen_at, now))
        if row is not None or course.moves:
            courses.append(course)
    for row in rows.values():
        course = _course(row)
        end(course, now)
        courses.append(course)
    return courses


def _quiet(rule: Rule, silences: Sequence[AlertSilence], window: str | None, now: datetime) -> str | None:
    if window is not None:
        return f"Maintenance: {window}"
    for silence in silences:
        if silence.rule in (None, rule.name) and silence.part in (None, rule.part):
            return silence.reason
    return rule.quiet_reason(now)


def _course(row: AlertRow) -> Course:
    return Course(
        rule=row.rule,
        seen_at=row.seen_at,
        id=row.id,
        state=State(row.state),
        version=row.version,
        value=row.value,
        changed_at=row.changed_at,
        fired_at=row.fired_at,
        held=timedelta(seconds=row.held_seconds),
        clear=None if row.clear_seconds is None else timedelta(seconds=row.clear_seconds),
        level=row.level,
        level_time=timedelta(seconds=row.level_seconds),
        acknowledged_until=row.acknowledged_until,
        silenced_reason=row.silenced_reason,
    )


async def _keep_and_tell(
    ctx: Context, book: RuleBook, courses: Sequence[Course], readings: _Readings, now: datetime
) -> int:
    """Write what changed and tell people of it; return how many messages that made."""
    rules = {rule.name: rule for rule in book.rules}
    gone = [course for course in courses if course.state is State.GONE]
    kept = [course for course in courses if course.state in OPEN or course.state is State.RESOLVED]
    won = await repository.add(ctx.session, [_new_row(c, rules[c.rule], now) for c in kept if c.was_new])
    won |= await repository.change(ctx.session, [_row(c, rules.get(c.rule), now) for c in kept if not c.was_new])
    await repository.drop(ctx.session, [(course.id, course.read_version) for course in gone if not course.was_new])
    mine = [course for course in kept if course.id in won and course.moves]
    await repository.add_events(ctx.session, [event for course in mine for event in _events(course, now)])
    if any(move.state is not State.PENDING for course in mine for move in course.moves):
        ctx.notify("alerts")
    return await _tell(ctx, rules, mine, readings, now)


async def _tell(
    ctx: Context, rules: Mapping[str, Rule], courses: Sequence[Course], readings: _Readings, now: datetime
) -> int:
    moved = [(course, move) for course in courses if (move := telling.last_told(course)) and course.rule in rules]
    told = await repository.channels_told(ctx.session, [course.id for course, _ in moved])
    rotas = {
        name: telling.OnCall(shift.who, shift.channel)
        for name, shift in (await repository.on_call(ctx.session, now)).items()
    }
    known, with_evidence = channel_names(ctx.settings), evidence_is_told(ctx.settings)
    news = []
    for course, move in moved:
        rule = rules[course.rule]
        channels, person = telling.receivers(rule, move, told.get(course.id, []), rotas, known, OPERATORS)
        found = readings.checks.get(check_of(rule.condition) or "")
        evidence = found.evidence if found is not None and with_evidence else None
        news.append(telling.News(rule, course, move, channels, person, evidence))
    page = f"{ctx.settings.get(ServerSettings).url}/monitoring"
    links: list[dict[str, Any]] = []
    sent = telling.messages(news, page)
    for message, items in sent:
        notification_id: UUID = await send(ctx, message)
        links += [
            {
                "alert_id": item.course.id,
                "version": item.move.version,
                "channel": message.channel,
                "notification_id": notification_id,
            }
            for item in items
        ]
    await repository.add_messages(ctx.session, links)
    return len(sent)


def _row(course: Course, rule: Rule | None, now: datetime) -> dict[str, Any]:
    return {
        "id": course.id,
        "read_version": course.read_version,
        "state": course.state.value,
        "version": course.version,
        "seen_at": course.seen_at,
        "changed_at": now if course.moves else course.changed_at,
        "fired_at": course.fired_at,
        "resolved_at": now if course.state is State.RESOLVED else None,
        "value": course.value,
        "told": rule.condition.told(course.value) if rule else "the rule is no longer in the file",
        "held_seconds": course.held.total_seconds(),
        "clear_seconds": None if course.clear is None else course.clear.total_seconds(),
        "level": course.level,
        "level_seconds": course.level_time.total_seconds(),
        "acknowledged_until": course.acknowledged_until,
        "silenced_reason": course.silenced_reason,
    }


def _new_row(course: Course, rule: Rule, now: datetime) -> dict[str, Any]:
    row = _row(course, rule, now)
    del row["read_version"]
    return {
        **row,
        "created_at": now,
        "rule": rule.name,
        "title": rule.title,
        "part": rule.part,
        "severity": rule.severity.value,
    }


def _events(course: Course, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "alert_id": course.id,
            "version": move.version,
            "at": now,
            "event": move.event.value,
            "state": move.state.value,
            "level": move.level,
            "value": move.value,
            "reason": move.reason,
        }
        for move in course.moves
    ]
