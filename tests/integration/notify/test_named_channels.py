"""Channels by name: settings that can't work, and a receiver that hangs while the others get theirs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from bedside.kit.ids import new_id
from bedside.notify import service
from bedside.notify.channels.registry import OPERATORS, named_channels
from bedside.notify.courier import MOST_AT_ONCE, Courier
from bedside.notify.schemas import Notification
from bedside.notify.settings import NotifySettings
from bedside.notify.tables import NotificationRow
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.config import load_settings
from bedside.platform.errors import Forbidden, NotFound, SettingsError
from bedside.platform.runtime import Runtime
from tests.support.receiver import receiving

ADMIN = Actor(Role.ADMIN, new_id())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "is not YAML"),
        ("[" * 5000, ""),
        ("5", "must map each channel's name"),
        ("{}", "must map each channel's name"),
        ("x: {kind: telegraph}", "x"),
        ("x: {kind: chat}", "give either `url` or `url_file`"),
        ("x: {kind: chat, url: 'planted'}", "this kind takes the services"),
        ("x: {kind: chat, url: 'gotify://planted'}", "this kind takes the services"),
        ("x: {kind: chat, url: 'slack://planted', url_file: /tmp/planted}", "give either"),
        ("x: {kind: chat, url_file: /nowhere/at-all}", "can't read"),
        ("x: {kind: webhook, url: 'file:///etc/passwd'}", "begins with http"),
        ("x: {kind: webhook, url: 'http://a', planted: 1}", "planted"),
        ("x: {kind: pager}", "give either `routing_key` or `url`"),
        ("x: {kind: pager, routing_key: planted, url: 'opsgenie://planted'}", "give either"),
        ("x: {kind: email, to: []}", "x"),
        ("x: {kind: email, to: ['A <a@b.example>']}", "is an address"),
        ('x: {kind: email, to: ["a@b.example\\r\\nBcc: c@d.example"]}', "is an address"),
        ("x: {kind: log, timeout_seconds: 0}", "timeout_seconds"),
        ("'X y': {kind: log}", "X y"),
        ("\n".join(f"c{n}: {{kind: log}}" for n in range(101)), "at most 100"),
    ],
)
def test_channels_that_can_not_work_refuse_the_start_and_quote_no_secret(
    text: str, says: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_CHANNELS", text)
    with pytest.raises(SettingsError) as refused:
        load_settings([NotifySettings])
    assert "NOTIFY_CHANNELS: " in refused.value.message
    assert says in refused.value.message
    assert "planted" not in refused.value.message.replace("x.webhook.planted", "")


def test_operators_are_always_there(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert [c.means for c in load_settings([NotifySettings]).get(NotifySettings).channels.values()] == ["log"]
    monkeypatch.setenv("NOTIFY_URLS", "json://127.0.0.1/a json://127.0.0.1/b")
    (tmp_path / "channels.yaml").write_text("duty: {kind: log}\n")
    monkeypatch.setenv("NOTIFY_CHANNELS_FILE", str(tmp_path / "channels.yaml"))
    channels = load_settings([NotifySettings]).get(NotifySettings).channels
    assert {name: channel.means for name, channel in channels.items()} == {OPERATORS: "apprise", "duty": "log"}
    assert dict(named_channels("operators: {kind: log}")).keys() == {"operators"}


def with_channels(runtime: Runtime, text: str, **changes: object) -> None:
    section = runtime.settings.get(NotifySettings).model_copy(update={"named": SecretStr(text), **changes})
    runtime.settings = runtime.units.settings = runtime.settings.replace(section)


async def send(runtime: Runtime, channel: str, subject: str = "A") -> None:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        await service.send(ctx, Notification(kind="alert.firing", subject=subject, body="B", channel=channel))


async def status(runtime: Runtime) -> dict[str, list[tuple[str, int, str | None]]]:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        rows = (await ctx.session.execute(select(NotificationRow).order_by(NotificationRow.id))).scalars().all()
    found: dict[str, list[tuple[str, int, str | None]]] = {}
    for row in rows:
        found.setdefault(row.target or "", []).append((row.status, row.attempts, row.error))
    return found


async def test_a_receiver_that_hangs_delays_no_other_and_is_tried_again(runtime: Runtime) -> None:
    with receiving() as stuck, receiving() as well:
        stuck.hanging.set()
        with_channels(
            runtime,
            f"stuck: {{kind: webhook, url: 'http://127.0.0.1:{stuck.port}/', timeout_seconds: 20}}\n"
            f"well: {{kind: webhook, url: 'http://127.0.0.1:{well.port}/'}}\n",
        )
        for _ in range(MOST_AT_ONCE + 4):
            await send(runtime, "stuck")
        for number in range(3):
            await send(runtime, "well", f"{number}")
        await asyncio.wait_for(runtime.jobs.work(runtime, until_empty=True), 60)
        # The queue is empty and the good receiver has everything, while the other still answers nobody.
        # They are sent side by side, in no order.
        assert sorted(body["title"] for body in well.bodies) == ["0", "1", "2"]
        assert not stuck.let_go.is_set()
        assert len(stuck.taken) == MOST_AT_ONCE, "no more than these may hang at once"
        found = await status(runtime)
        assert found["well"] == [("sent", 1, None)] * 3
        assert found["stuck"] == [("queued", 0, None)] * (MOST_AT_ONCE + 4)
        stuck.status = 500
        stuck.let_go.set()
        await asyncio.wait_for(runtime.part(Courier).idle(), 60)
        assert (await status(runtime))["stuck"][:MOST_AT_ONCE] == [("queued", 1, "HTTP 500")] * MOST_AT_ONCE
        # It has recovered; what was left is due, and the sweep of the next minute finds it.
        stuck.hanging.clear()
        stuck.status = 200
        async with runtime.unit_of_work(Actor.system()) as ctx:
            waiting = update(NotificationRow).where(NotificationRow.status == "queued")
            await ctx.session.execute(waiting.values(next_attempt_at=ctx.now()))
        await service.sweep(runtime)
        await runtime.jobs.work(runtime, until_empty=True)
        await asyncio.wait_for(runtime.part(Courier).idle(), 60)
        assert {state for state, _, _ in (await status(runtime))["stuck"]} == {"sent"}


async def test_what_a_dead_process_left_is_swept_up_and_secrets_are_not(runtime: Runtime) -> None:
    with_channels(runtime, "duty: {kind: log}")
    async with runtime.unit_of_work(Actor.system()) as ctx:
        now = ctx.now()
    for body in ("B", None):
        row = NotificationRow(
            id=new_id(), created_at=now, kind="a", severity="info", subject="S", status="queued", body=body,
            target="duty", next_attempt_at=now,
        )  # fmt: skip
        async with runtime.unit_of_work(Actor.system()) as ctx:
            ctx.session.add(row)
    await service.sweep(runtime)
    await service.sweep(runtime)
    await runtime.jobs.work(runtime, until_empty=True)
    assert (await status(runtime))["duty"] == [("sent", 1, None), ("queued", 0, None)]


async def test_a_test_message_says_how_it_fared_and_is_audited(runtime: Runtime) -> None:
    with receiving() as receiver:
        with_channels(runtime, f"hook: {{kind: webhook, url: 'http://127.0.0.1:{receiver.port}/'}}")
        found = await service.send_test(runtime, ADMIN, "hook")
        assert (found.status, found.attempts, found.error) == ("sent", 1, None)
        receiver.status = 503
        found = await service.send_test(runtime, ADMIN, "hook")
        assert (found.status, found.error) == ("failed", "HTTP 503")
    for role in (Role.PATIENT, Role.NURSE, Role.PHYSICIAN):
        with pytest.raises(Forbidden):
            await service.send_test(runtime, Actor(role, new_id()), "hook")
    with pytest.raises(NotFound, match="hook, operators"):
        await service.send_test(runtime, ADMIN, "nobody")
    async with runtime.unit_of_work(ADMIN) as ctx:
        listed = {item.name: item for item in (await service.list_channels(ctx)).items}
    assert (listed["hook"].kind, listed["hook"].sent_last_day, listed["hook"].failed_last_day) == ("webhook", 1, 1)
    assert listed["hook"].last_error == "HTTP 503"
    async with runtime.unit_of_work(Actor.system()) as ctx:
        actions = (await ctx.session.execute(select(AuditEvent.action))).scalars().all()
    assert actions.count("channel.test") == 2


async def test_what_was_for_a_channel_that_is_gone_reaches_the_operators(runtime: Runtime) -> None:
    with_channels(runtime, "duty: {kind: log}")
    await send(runtime, "duty")
    with pytest.raises(NotFound):
        await send(runtime, "nobody")
    with receiving() as receiver:
        with_channels(runtime, f"operators: {{kind: webhook, url: 'http://127.0.0.1:{receiver.port}/'}}")
        await runtime.jobs.work(runtime, until_empty=True)
        assert len(receiver.taken) == 1
