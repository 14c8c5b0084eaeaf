"""Rules evaluated over real tables: told once, grouped, escalated, silenced, acknowledged, whoever evaluates."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bedside.bootstrap.runtime import build_runtime
from bedside.kit.ids import new_id
from bedside.notify.tables import NotificationRow
from bedside.ops.alerts import repository, service
from bedside.ops.alerts.book import Rules
from bedside.ops.alerts.schemas import Acknowledge, AlertView, NewShift, NewSilence
from bedside.ops.alerts.service import evaluate
from bedside.ops.alerts.service.evaluation import Evaluator
from bedside.ops.alerts.tables import AlertEvent, AlertMessage, AlertRow
from bedside.ops.maintenance.tables import MaintenanceWindow
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.checks import CheckList
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import BadInput, Conflict, Forbidden, NotFound
from bedside.platform.runtime import Runtime
from tests.integration.alerts.conftest import START, Bench

RULES = """
escalations:
  night:
    - {title: On call, respond_within: 15m, resolve_within: 1h, channels: [pager], rota: on_call}
    - {title: Chief, respond_within: 15m, channels: [chief]}
rules:
  - {name: one, title: One is high, when: {check: a.one, above: 90, resolve: 80}, for: 2m, resolve_for: 1m,
     severity: critical, channels: [operators], escalation: night, remedy: Lower one.}
  - {name: two, title: Two is high, when: {check: a.two, above: 90}, for: 2m, severity: warning,
     channels: [operators], remedy: Lower two.}
  - {name: three, title: Three is high, when: {check: b.one, above: 90}, severity: warning,
     channels: [operators], remedy: Lower three.}
"""
ADMIN = Actor(Role.ADMIN, new_id(), name="Ada")


async def sent(runtime: Runtime) -> list[tuple[str, str]]:
    """What was told so far: channel and subject."""
    async with runtime.unit_of_work(Actor.system()) as ctx:
        rows = (await ctx.session.execute(select(NotificationRow).order_by(NotificationRow.id))).scalars()
        return [(row.target or "", row.subject) for row in rows]


async def alerts(runtime: Runtime) -> dict[str, AlertView]:
    async with runtime.unit_of_work(ADMIN) as ctx:
        return {alert.rule: alert for alert in (await service.list_alerts(ctx, runtime)).items}


async def test_an_alert_is_told_once_from_its_beginning_to_its_end(bench: Bench) -> None:
    bench.rules(RULES)
    bench.values["a.one"] = 95
    assert (await bench.look()).changes == ["one: breach, pending"]
    await bench.look()
    assert await sent(bench.runtime) == []
    assert (await bench.look()).firing == ["one"]
    told = [("operators", "Critical: One is high"), ("pager", "Critical: One is high")]
    assert sorted(await sent(bench.runtime)) == told
    for value in (95, 85, 81):
        bench.values["a.one"] = value
        assert (await bench.look()).changes == []
    assert sorted(await sent(bench.runtime)) == told, "nothing changed, so nothing is said"
    bench.values["a.one"] = 50
    await bench.look()
    assert (await bench.look()).changes == ["one: clear, resolved"]
    over = [("operators", "Over: One is high"), ("pager", "Over: One is high")]
    assert sorted(await sent(bench.runtime)) == sorted(told + over)
    assert await alerts(bench.runtime) == {}
    async with bench.runtime.unit_of_work(ADMIN) as ctx:
        page = await service.history(ctx, bench.runtime, after=None, limit=10, rule=None)
        detail = await service.detail(ctx, bench.runtime, page.items[0].id)
    assert [(change.event, change.state) for change in detail.changes] == [
        ("breach", "pending"),
        ("hold", "firing"),
        ("clear", "resolved"),
    ]
    assert [message.channel for message in detail.messages] == ["operators", "pager", "operators", "pager"]


async def test_alerts_of_one_part_are_one_message_and_carry_no_evidence(bench: Bench) -> None:
    bench.rules(RULES)
    bench.values.update({"a.one": 95, "a.two": 95, "b.one": 95})
    for _ in range(3):
        await bench.look()
    found = await sent(bench.runtime)
    assert sorted(found) == [
        ("operators", "Critical: 2 alerts of a"),
        ("operators", "Warning: Three is high"),
        ("pager", "Critical: One is high"),
    ]
    async with bench.runtime.unit_of_work(Actor.system()) as ctx:
        rows = (await ctx.session.execute(select(NotificationRow))).scalars().all()
        links = (await ctx.session.execute(select(func.count()).select_from(AlertMessage))).scalar_one()
    group = next(row for row in rows if row.subject == "Critical: 2 alerts of a")
    assert group.details is not None
    assert [alert["rule"] for alert in group.details["alerts"]] == ["one", "two"]
    assert "Lower one." in (group.body or "")
    assert not any("secret evidence" in (row.body or "") for row in rows)
    assert links == 4
    bench.settings(patient_data=True)
    bench.values["b.one"] = 0
    await bench.look()
    bench.values["b.one"] = 99
    await bench.look()
    async with bench.runtime.unit_of_work(Actor.system()) as ctx:
        newest = (await ctx.session.execute(select(NotificationRow).order_by(NotificationRow.id.desc()))).scalars()
        assert "secret evidence of b.one" in (next(iter(newest)).body or "")


async def test_two_evaluators_at_once_tell_once(bench: Bench, urls: DatabaseUrls) -> None:
    """Two processes' runtimes, each with connections of its own, evaluate the same minutes at the same time."""
    bench.rules(RULES)
    other = build_runtime(bench.runtime.settings, urls, process="test")
    other.parts.update({Rules: bench.runtime.parts[Rules], CheckList: bench.runtime.parts[CheckList]})
    other.parts[Evaluator] = bench.evaluator()
    bench.values.update({"a.one": 95, "a.two": 95, "b.one": 95})
    async with other.running():
        for minute in range(10):
            if minute == 6:
                bench.values.update({"a.one": 0, "a.two": 0, "b.one": 0})
            bench.now += timedelta(minutes=1)
            bench.monotonic += 60
            await asyncio.gather(*(evaluate(who) for who in (bench.runtime, other, bench.runtime, other)))
    async with bench.runtime.unit_of_work(Actor.system()) as ctx:
        rows = (await ctx.session.execute(select(AlertRow.rule, AlertRow.state))).all()
        events = (await ctx.session.execute(select(AlertEvent.event))).scalars().all()
    assert sorted((row.rule, row.state) for row in rows) == [
        ("one", "resolved"),
        ("three", "resolved"),
        ("two", "resolved"),
    ]
    assert sorted(events) == sorted(["breach", "hold", "clear"] * 3)
    firing = [channel for channel, subject in await sent(bench.runtime) if not subject.startswith("Over")]
    assert sorted(firing) == ["operators", "operators", "pager"]


async def test_of_two_writers_of_one_version_the_second_changes_nothing(bench: Bench) -> None:
    bench.rules(RULES)
    bench.values["b.one"] = 95
    await bench.look()
    row = {
        "state": "resolved", "version": 3, "seen_at": START, "changed_at": START, "fired_at": START,
        "resolved_at": START, "value": 1.0, "told": "", "held_seconds": 0.0, "clear_seconds": None, "level": 0,
        "level_seconds": 0.0, "acknowledged_until": None, "silenced_reason": None,
    }  # fmt: skip
    async with bench.runtime.unit_of_work(Actor.system()) as ctx:
        (alert,) = await repository.open_alerts(ctx.session)
        row |= {"id": alert.id, "read_version": alert.version}
    for wins in ({row["id"]}, set()):
        async with bench.runtime.unit_of_work(Actor.system()) as ctx:
            assert await repository.change(ctx.session, [row]) == wins
    new = {"id": new_id(), "created_at": START, "rule": "two", "title": "", "part": "a", "severity": "info"}
    stored = {**{k: v for k, v in row.items() if k not in ("id", "read_version")}, **new, "state": "firing"}
    for wins in ({new["id"]}, set()):
        async with bench.runtime.unit_of_work(Actor.system()) as ctx:
            assert await repository.add(ctx.session, [stored]) == wins
        stored["id"] = new_id()


async def test_an_alert_survives_a_restart(bench: Bench, urls: DatabaseUrls) -> None:
    bench.rules(RULES)
    bench.values["a.one"] = 95
    for _ in range(3):
        await bench.look()
    before = await sent(bench.runtime)
    bench.runtime.parts[Evaluator] = bench.evaluator()
    assert (await bench.look()).changes == []
    assert await sent(bench.runtime) == before
    assert (await alerts(bench.runtime))["one"].state == "firing"


async def test_nobody_answers_so_the_next_level_is_told_and_who_is_on_call_is_named(bench: Bench) -> None:
    bench.rules(RULES)
    async with bench.runtime.unit_of_work(ADMIN) as ctx:
        for who, starts in (("Ben", "2030-01-07 08:00"), ("Eve", "2030-01-07 20:00")):
            asked = NewShift(rota="on_call", who=who, channel="chief", starts=starts, time_zone="Europe/Berlin")
            await service.add_shift(ctx, asked)
    bench.values["a.one"] = 95
    for _ in range(3):
        await bench.look()
    assert sorted(channel for channel, _ in await sent(bench.runtime)) == ["chief", "operators", "pager"]
    async with bench.runtime.unit_of_work(Actor.system()) as ctx:
        bodies = (await ctx.session.execute(select(NotificationRow.body))).scalars().all()
    assert all("Level 1 of 2: On call, on call: Ben" in (body or "") for body in bodies)
    changes = [change for _ in range(16) for change in (await bench.look()).changes]
    assert changes == ["one: escalate, firing"]
    assert (await sent(bench.runtime))[-1] == ("chief", "Critical: One is high")
    assert (await alerts(bench.runtime))["one"].level_title == "Chief"


async def test_an_acknowledgement_has_a_reason_an_expiry_and_an_audit_event(bench: Bench) -> None:
    bench.rules(RULES)
    bench.values["a.one"] = 95
    await bench.look()
    runtime = bench.runtime
    alert_id = (await alerts(runtime))["one"].id
    async with runtime.unit_of_work(Actor.system()) as ctx:
        now = await repository.database_now(ctx.session)
    said = Acknowledge(reason="I restart it", expires_at=now + timedelta(hours=2))
    with pytest.raises(Conflict):
        async with runtime.unit_of_work(ADMIN) as ctx:
            await service.acknowledge(ctx, runtime, alert_id, said)
    for _ in range(2):
        await bench.look()
    for wrong in (timedelta(0), timedelta(days=8)):
        with pytest.raises(BadInput):
            async with runtime.unit_of_work(ADMIN) as ctx:
                await service.acknowledge(
                    ctx, runtime, alert_id, said.model_copy(update={"expires_at": now - timedelta(minutes=1) + wrong})
                )
    for role in (Role.PATIENT, Role.NURSE, Role.PHYSICIAN):
        with pytest.raises(Forbidden):
            async with runtime.unit_of_work(Actor(role, new_id())) as ctx:
                await service.acknowledge(ctx, runtime, alert_id, said)
    with pytest.raises(NotFound):
        async with runtime.unit_of_work(ADMIN) as ctx:
            await service.acknowledge(ctx, runtime, new_id(), said)
    async with runtime.unit_of_work(ADMIN) as ctx:
        view = await service.acknowledge(ctx, runtime, alert_id, said)
    assert (view.state, view.acknowledged_by, view.acknowledged_reason) == ("acknowledged", "Ada", "I restart it")
    before = await sent(runtime)
    bench.now = now
    assert (await bench.look()).changes == []
    bench.now = said.expires_at
    assert (await bench.look()).changes == ["one: expire, firing"]
    assert len(await sent(runtime)) == len(before) + 2
    async with runtime.unit_of_work(Actor.system()) as ctx:
        actions = (await ctx.session.execute(select(AuditEvent.action))).scalars().all()
    assert actions.count("alert.acknowledge") == 1
    assert "access.denied" in actions


async def test_silences_and_maintenance_windows_keep_quiet(bench: Bench) -> None:
    bench.rules(RULES)
    runtime = bench.runtime
    async with runtime.unit_of_work(Actor.system()) as ctx:
        bench.now = await repository.database_now(ctx.session)
    async with runtime.unit_of_work(ADMIN) as ctx:
        made = await service.create_silence(
            ctx, runtime, NewSilence(part="a", reason="New disks", ends_at=bench.now + timedelta(hours=8))
        )
    bench.values.update({"a.one": 95, "b.one": 95})
    for _ in range(3):
        await bench.look()
    found = await alerts(runtime)
    assert (found["one"].state, found["one"].silenced_reason, found["three"].state) == (
        "silenced",
        "New disks",
        "firing",
    )
    assert await sent(runtime) == [("operators", "Warning: Three is high")]
    async with runtime.unit_of_work(ADMIN) as ctx:
        await service.end_silence(ctx, made.id)
    with pytest.raises(NotFound):
        async with runtime.unit_of_work(ADMIN) as ctx:
            await service.end_silence(ctx, made.id)
    await bench.look()
    assert ("pager", "Critical: One is high") in await sent(runtime)
    async with runtime.unit_of_work(ADMIN) as ctx:
        ctx.session.add(
            MaintenanceWindow(
                id=new_id(),
                created_at=bench.now,
                starts_at=bench.now,
                ends_at=bench.now + timedelta(minutes=30),
                reason="Move to the new rack",
                planned_by_name="Ada",
            )
        )
    await bench.look()
    found = await alerts(runtime)
    assert {alert.state for alert in found.values()} == {"silenced"}
    assert found["one"].silenced_reason == "Maintenance: Move to the new rack"
    told = len(await sent(runtime))
    await bench.look(after=timedelta(minutes=40))
    assert {alert.state for alert in (await alerts(runtime)).values()} == {"firing"}
    assert len(await sent(runtime)) == told + 3
    for wrong in (
        {"rule": "one", "part": "a"},
        {"ends_at": bench.now - timedelta(hours=1)},
        {"ends_at": bench.now + timedelta(days=60)},
        {"rule": "nobody"},
        {"part": "nowhere"},
    ):
        asked = NewSilence.model_validate({"reason": "because", "ends_at": bench.now + timedelta(hours=1), **wrong})
        with pytest.raises((BadInput, NotFound)):
            async with runtime.unit_of_work(ADMIN) as ctx:
                await service.create_silence(ctx, runtime, asked)


async def test_a_dry_run_changes_nothing_and_says_what_would(bench: Bench) -> None:
    bench.rules(RULES)
    bench.values["b.one"] = 95
    report = await evaluate(bench.runtime, dry_run=True)
    assert report.changes == ["three: breach, pending", "three: hold, firing"]
    assert await alerts(bench.runtime) == {}
    assert (await bench.look()).changes == report.changes


async def test_a_rule_that_is_gone_ends_its_alert_and_tells_no_rule_of_it(bench: Bench) -> None:
    bench.rules(RULES)
    bench.values["b.one"] = 95
    await bench.look()
    bench.rules(RULES[: RULES.index("  - {name: three")])
    assert (await bench.look()).changes == ["three: clear, resolved"]
    assert await alerts(bench.runtime) == {}


@pytest.mark.parametrize("jump", [timedelta(days=30), timedelta(days=-30)])
async def test_a_clock_jump_tells_nobody_anything(bench: Bench, jump: timedelta) -> None:
    bench.rules(RULES)
    bench.values["a.one"] = 95
    for _ in range(3):
        await bench.look()
    before = await sent(bench.runtime)
    bench.now += jump
    bench.values["a.two"] = 95
    assert (await bench.look()).changes == ["two: breach, pending"]
    assert await sent(bench.runtime) == before


def test_metrics_of_several_processes_are_one(tmp_path: Path) -> None:
    from bedside.ops.alerts.conditions import Aggregate, Term
    from bedside.ops.alerts.sampling import Sample, Samples, counter_key, gauge_key, histogram_key

    requests, gauge, times = Term("requests_total"), Term("waiting"), Term("seconds_bucket")
    old, new = new_id(), new_id()

    def taken(who: object, minutes_ago: float, started: float, total: float, waiting: float) -> Sample:
        values = {
            counter_key(requests): total,
            gauge_key(gauge, Aggregate.MAX): waiting,
            histogram_key(times): {"1.0": total / 2, "+Inf": total},
        }
        at = START - timedelta(minutes=minutes_ago)
        return Sample(who, at, START - timedelta(minutes=started), values)  # type: ignore[arg-type]

    samples = Samples(
        [
            taken(old, 9, 60, 1000, 1),
            taken(old, 6, 60, 1100, 1),
            taken(old, 3, 60, 1150, 9),
            taken(new, 2, 2.5, 10, 3),
            taken(new, 1, 2.5, 40, 4),
        ],
        START,
    )
    five = timedelta(minutes=5)
    assert samples.increase(requests, five) == 50 + 40, "the first process's window, and all of one that began in it"
    assert samples.gauge(gauge, Aggregate.MAX) == 4, "a process that is gone does not count"
    assert samples.buckets(times, five) == [(1.0, 45.0), (float("inf"), 90.0)]
    assert samples.increase(Term("other_total"), timedelta(seconds=30)) is None
