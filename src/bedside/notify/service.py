"""Sending: recorded in the caller's transaction, delivered by a job, tried again when it fails."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog

from bedside.kit.ids import new_id
from bedside.notify import outbox, repository
from bedside.notify.letter import Letter
from bedside.notify.loader import send_by_channels
from bedside.notify.mail import send_by_mail
from bedside.notify.schemas import Notification, Severity
from bedside.notify.settings import NotifySettings
from bedside.notify.tables import NotificationRow
from bedside.platform.access.actor import Actor
from bedside.platform.access.context import Context
from bedside.platform.errors import Unavailable
from bedside.platform.jobs import Job
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

ATTEMPTS = 5
_DEFAULT_SENDER = "bedside@localhost"


async def send(ctx: Context, notification: Notification) -> UUID:
    """Send a notification once the caller's transaction has committed; return its id."""
    row = _row(ctx, notification.kind, notification.severity, notification.subject)
    row.body, row.recipient = notification.body, notification.recipient
    await ctx.session.flush()
    await ctx.defer(DELIVER, notification_id=row.id)
    return row.id


async def deliver(runtime: Runtime, notification_id: str) -> None:
    """Deliver one notification that waits. Raises Unavailable when it was not taken: the job tries again."""
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        row = await repository.locked(ctx.session, UUID(notification_id))
        if row is None or row.status != "queued" or row.body is None:
            return
        letter = Letter(row.subject, row.body, row.severity, row.recipient)
    await _deliver(runtime, UUID(notification_id), letter, last=False)


DELIVER = Job("notify.deliver", deliver, attempts=ATTEMPTS)


async def send_privately(runtime: Runtime, recipient: str, subject: str, body: str) -> None:
    """Send a message whose body is a secret, at once: neither body nor recipient is stored or logged.

    Raises Unavailable when it was not taken; the caller tries again, with a fresh secret.
    """
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        row = _row(ctx, "account.message", Severity.INFO, subject)
    await _deliver(runtime, row.id, Letter(subject, body, recipient=recipient), last=True)


async def _deliver(runtime: Runtime, notification_id: UUID, letter: Letter, *, last: bool) -> None:
    channel, error = await _hand_over(runtime, notification_id, letter)
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        row = await repository.locked(ctx.session, notification_id)
        if row is not None:
            row.attempts, row.channel, row.error = row.attempts + 1, channel, error
            if error is None:
                row.status, row.finished_at = "sent", ctx.now()
            elif last or row.attempts >= ATTEMPTS:
                row.status, row.finished_at = "failed", ctx.now()
    if error is not None:
        _log.warning("a notification was not delivered", id=str(notification_id), channel=channel, error=error)
        raise Unavailable(f"The channel {channel} did not take the message; it will be tried again.")


async def _hand_over(runtime: Runtime, notification_id: UUID, letter: Letter) -> tuple[str, str | None]:
    """Return the channel used, and what went wrong with it (a class of error, never its text)."""
    settings = runtime.settings.get(NotifySettings)
    channel, taken = _channel(settings, letter), True
    try:
        match channel:
            case "mail":
                await asyncio.to_thread(send_by_mail, settings, letter, runtime.clock.now())
            case "apprise":
                taken = await asyncio.to_thread(send_by_channels, settings, letter)
            case "outbox":
                await asyncio.to_thread(_keep, runtime, settings, notification_id, letter)
            case _:
                _write_to_log(notification_id, letter)
    except Exception as error:  # noqa: BLE001 - a channel's library may raise anything; the job tries again
        return channel, type(error).__name__
    return channel, None if taken else "refused"


def _channel(settings: NotifySettings, letter: Letter) -> str:
    if letter.recipient is not None:
        return "mail" if settings.smtp_host else "outbox"
    return "apprise" if settings.addresses else "log"


def _keep(runtime: Runtime, settings: NotifySettings, notification_id: UUID, letter: Letter) -> None:
    sender, now = settings.mail_from or _DEFAULT_SENDER, runtime.clock.now()
    path = outbox.keep(runtime.settings.home, notification_id, letter, sender=sender, now=now)
    _log.info("no mail server is set; a message to a person waits in the outbox", file=path.name)


def _write_to_log(notification_id: UUID, letter: Letter) -> None:
    write = {"info": _log.info, "warning": _log.warning, "critical": _log.warning}[letter.severity]
    write("notification", id=str(notification_id), subject=letter.subject, body=letter.body)


def _row(ctx: Context, kind: str, severity: Severity, subject: str) -> NotificationRow:
    row = NotificationRow(
        id=new_id(), created_at=ctx.now(), kind=kind, severity=severity.value, subject=subject, status="queued"
    )
    ctx.session.add(row)
    return row
