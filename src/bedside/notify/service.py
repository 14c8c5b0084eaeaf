"""Sending: recorded in the caller's transaction, delivered by a job, tried again when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from bedside.kit.ids import new_id
from bedside.notify import outbox, repository
from bedside.notify.channels.base import Channel, Errand
from bedside.notify.channels.email.mail import send_by_mail
from bedside.notify.channels.registry import OPERATORS
from bedside.notify.courier import Courier, Outcome, outcome_of
from bedside.notify.letter import Letter
from bedside.notify.schemas import ChannelList, ChannelView, Delivery, Notification, Severity
from bedside.notify.settings import NotifySettings
from bedside.notify.tables import NotificationRow
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.access.context import Context
from bedside.platform.config import Settings
from bedside.platform.errors import Conflict, NotFound, Unavailable
from bedside.platform.jobs import Job
from bedside.platform.runtime import Runtime

__all__ = [
    "OPERATORS",
    "channel_names",
    "channel_of",
    "deliveries",
    "evidence_is_told",
    "list_channels",
    "send",
    "send_privately",
    "send_test",
]

_log = structlog.get_logger(__name__)

ATTEMPTS = 5
_DEFAULT_SENDER = "bedside@localhost"
_JOB = Actor.system("job")
_MARGIN = timedelta(seconds=30)
_BUSY = timedelta(seconds=30)
_BATCH = 200
LONGEST_TEST_SECONDS = 15
"""How long a test of a channel may take: somebody waits for it."""
_PEOPLE = "mail to people"
"""The courier's name for the way to single persons, which is no named channel."""


async def send(ctx: Context, notification: Notification) -> UUID:
    """Send a notification once the caller's transaction has committed; return its id.

    Raises NotFound for a channel that the settings don't name.
    """
    channel = notification.channel
    if channel is not None:
        channel_of(ctx.settings, channel)
    row = _row(ctx, notification.kind, notification.severity, notification.subject)
    row.body, row.recipient = notification.body, notification.recipient
    row.target = None if notification.recipient else channel or OPERATORS
    row.details = notification.details
    await ctx.session.flush()
    await ctx.defer(DELIVER, notification_id=row.id)
    return row.id


def evidence_is_told(settings: Settings) -> bool:
    """Tell whether messages may carry what could quote patients' data (NOTIFY_PATIENT_DATA)."""
    return settings.get(NotifySettings).patient_data


def channel_names(settings: Settings) -> frozenset[str]:
    """Return the names of every channel; ``operators`` is always among them."""
    return frozenset(settings.get(NotifySettings).channels)


def channel_of(settings: Settings, name: str) -> Channel:
    """Return a channel by its name. Raises NotFound, naming those that there are."""
    channels = settings.get(NotifySettings).channels
    if name not in channels:
        raise NotFound(f"There is no such channel; there are {', '.join(sorted(channels))}. See NOTIFY_CHANNELS.")
    return channels[name]


async def list_channels(ctx: Context) -> ChannelList:
    """Return every channel and how its messages fared. Raises Forbidden."""
    ctx.require(Permission.VIEW_HEALTH)
    figures = await repository.figures(ctx.session, ctx.now() - timedelta(days=1))
    return ChannelList(
        items=[
            ChannelView(name=name, kind=channel.means, **figures.get(name, repository.NO_FIGURES))
            for name, channel in ctx.settings.get(NotifySettings).channels.items()
        ]
    )


async def deliveries(ctx: Context, ids: list[UUID]) -> dict[UUID, Delivery]:
    """Return how these messages fared; old ones are forgotten."""
    return {
        row.id: Delivery(
            id=row.id,
            channel=row.target or "",
            status=row.status,
            attempts=row.attempts,
            error=row.error,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )
        for row in await repository.by_ids(ctx.session, ids)
    }


async def send_test(runtime: Runtime, actor: Actor, name: str) -> Delivery:
    """Send a test message through a channel, once and at once, and tell how it fared. Its audit event comes first.

    Raises Forbidden, NotFound, Conflict while messages hang in it.
    """
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.RUN_PROCEDURES)
        channel_of(ctx.settings, name)
        ctx.record("channel.test", "channel", fields=[name])
        row = _row(ctx, "channel.test", Severity.INFO, "A test of this channel")
        row.body = "Bedside can reach you here. Nothing is wrong, and nothing is to be done."
        row.target = name
    channel = channel_of(runtime.settings, name)
    courier = runtime.part(Courier)
    if not courier.is_free(name):
        raise Conflict("Messages hang in this channel already; see whether its receiver answers, then test again.")
    means, hand_over = _hand_over(runtime, row.id, _letter(row), channel)
    recorded = asyncio.Event()

    async def record(outcome: Outcome) -> None:
        try:
            await _record(runtime, row.id, means, outcome, last=True)
        finally:
            recorded.set()

    limit = min(channel.timeout_seconds or runtime.settings.get(NotifySettings).timeout_seconds, LONGEST_TEST_SECONDS)
    await courier.carry(name, hand_over, limit, record)
    await recorded.wait()
    async with runtime.unit_of_work(_JOB) as ctx:
        return (await deliveries(ctx, [row.id]))[row.id]


async def deliver(runtime: Runtime, notification_id: str) -> None:
    """Deliver one notification that waits. Raises Unavailable when it was not taken: the job tries again.

    One that is not taken within a moment goes on by itself, so that a receiver that hangs never delays the queue;
    if it fails then, or the process dies meanwhile, ``sweep`` brings it back.
    """
    settings, courier = runtime.settings.get(NotifySettings), runtime.part(Courier)
    async with runtime.unit_of_work(_JOB) as ctx:
        row = await repository.locked(ctx.session, UUID(notification_id))
        if row is None or row.status != "queued" or row.body is None:
            return
        if row.next_attempt_at is not None and row.next_attempt_at > ctx.now():
            return
        way = _PEOPLE if row.recipient is not None else row.target or OPERATORS
        if not courier.is_free(way):
            row.next_attempt_at = ctx.now() + _BUSY
            return
        # A channel that the settings have lost meanwhile: what was for it must still reach somebody.
        channel = None if row.recipient else settings.channels.get(way) or settings.channels[OPERATORS]
        limit = (channel.timeout_seconds if channel else None) or settings.timeout_seconds
        row.next_attempt_at = ctx.now() + timedelta(seconds=limit) + _MARGIN
        letter = _letter(row)
    means, hand_over = _hand_over(runtime, UUID(notification_id), letter, channel)
    outcomes: list[Outcome] = []

    async def record(outcome: Outcome) -> None:
        outcomes.append(outcome)
        await _record(runtime, UUID(notification_id), means, outcome)

    if await courier.carry(way, hand_over, limit, record):
        if outcomes[0] is None:
            return
        raise Unavailable(f"The channel {way} did not take the message; it will be tried again.")


DELIVER = Job("notify.deliver", deliver, attempts=ATTEMPTS, purpose="Sends one message by its channel.")


async def sweep(runtime: Runtime) -> None:
    """Enqueue again what nobody is about any more: a receiver hung, or a process died in the middle."""
    async with runtime.unit_of_work(_JOB) as ctx:
        for notification_id in await repository.left_behind(ctx.session, ctx.now(), _BATCH):
            await ctx.defer(DELIVER, notification_id=notification_id)


async def send_privately(runtime: Runtime, recipient: str, subject: str, body: str) -> None:
    """Send a message whose body is a secret, at once: neither body nor recipient is stored or logged.

    Raises Unavailable when it was not taken; the caller tries again, with a fresh secret.
    """
    async with runtime.unit_of_work(_JOB) as ctx:
        row = _row(ctx, "account.message", Severity.INFO, subject)
    letter = Letter(subject, body, recipient=recipient)
    means, hand_over = _hand_over(runtime, row.id, letter, None)
    outcome = await asyncio.to_thread(outcome_of, hand_over)
    await _record(runtime, row.id, means, outcome, last=True)
    if outcome is not None:
        raise Unavailable(f"The channel {means} did not take the message; it will be tried again.")


async def _record(runtime: Runtime, notification_id: UUID, means: str, outcome: Outcome, *, last: bool = False) -> None:
    async with runtime.unit_of_work(_JOB) as ctx:
        row = await repository.locked(ctx.session, notification_id)
        if row is not None and row.status == "queued":
            row.attempts, row.channel, row.error = row.attempts + 1, means, outcome
            row.next_attempt_at = None
            if outcome is None:
                row.status, row.finished_at = "sent", ctx.now()
            elif last or row.attempts >= ATTEMPTS:
                row.status, row.finished_at = "failed", ctx.now()
    if outcome is not None:
        _log.warning("a notification was not delivered", id=str(notification_id), channel=means, error=outcome)


def _hand_over(
    runtime: Runtime, notification_id: UUID, letter: Letter, channel: Channel | None
) -> tuple[str, Callable[[], None]]:
    """Return how a letter goes, and what hands it over; without a channel it is a person's."""
    settings, now = runtime.settings.get(NotifySettings), runtime.clock.now()
    if channel is not None:
        limit = channel.timeout_seconds or settings.timeout_seconds
        errand = Errand(notification_id, letter, settings, now, limit)
        return channel.means, lambda: channel.send(errand)
    if settings.smtp_host:
        return "mail", lambda: _mail(settings, letter, now)
    return "outbox", lambda: _keep(runtime, settings, notification_id, letter)


def _mail(settings: NotifySettings, letter: Letter, now: datetime) -> None:
    send_by_mail(settings, letter, now)


def _keep(runtime: Runtime, settings: NotifySettings, notification_id: UUID, letter: Letter) -> None:
    sender, now = settings.mail_from or _DEFAULT_SENDER, runtime.clock.now()
    path = outbox.keep(runtime.settings.home, notification_id, letter, sender=sender, now=now)
    _log.info("no mail server is set; a message to a person waits in the outbox", file=path.name)


def _row(ctx: Context, kind: str, severity: Severity, subject: str) -> NotificationRow:
    row = NotificationRow(
        id=new_id(), created_at=ctx.now(), kind=kind, severity=severity.value, subject=subject, status="queued"
    )
    ctx.session.add(row)
    return row


def _letter(row: NotificationRow) -> Letter:
    return Letter(row.subject, row.body or "", row.severity, row.recipient, row.kind, row.details or {})
