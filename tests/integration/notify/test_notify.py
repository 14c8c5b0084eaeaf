"""Messages over a real mail server, a real web hook, the outbox and the log."""

from __future__ import annotations

import contextlib
import email
import json
import logging
import re
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from bedside.identity.passwords import hash_password
from bedside.identity.service import links
from bedside.identity.service.accounts import add_account
from bedside.kit.ids import new_id
from bedside.notify import service
from bedside.notify.mail_security import MailSecurity
from bedside.notify.retention import RETENTION
from bedside.notify.schemas import Notification, Severity
from bedside.notify.settings import NotifySettings
from bedside.notify.tables import NotificationRow
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import Unavailable
from bedside.platform.runtime import Runtime

# Apprise looks for PGPy's needs as it loads its mail plugin.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

NOTE = Notification(kind="care.waiting", subject="3 cases wait", body="Three cases wait for a nurse.")


def with_settings(runtime: Runtime, **changes: object) -> None:
    section = runtime.settings.get(NotifySettings).model_copy(update=changes)
    runtime.settings = runtime.units.settings = runtime.settings.replace(section)


async def rows(runtime: Runtime) -> list[NotificationRow]:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        found = await ctx.session.execute(select(NotificationRow).order_by(NotificationRow.id))
        return list(found.scalars())


async def send(runtime: Runtime, note: Notification) -> str:
    async with runtime.unit_of_work(Actor(Role.NURSE, new_id())) as ctx:
        return str(await service.send(ctx, note))


class Mailroom:
    """Takes mail as a server does."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], Message]] = []
        self.refusing = False

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refusing:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.taken.append((list(envelope.rcpt_tos), email.message_from_bytes(envelope.content)))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailroom(runtime: Runtime) -> Iterator[Mailroom]:
    room = Mailroom()
    controller = Controller(room, hostname="127.0.0.1", port=free_port())
    controller.start()
    with_settings(
        runtime,
        smtp_host="127.0.0.1",
        smtp_port=controller.port,
        smtp_security=MailSecurity.NONE,
        mail_from="Mercy Hospital <bedside@mercy.example>",
    )
    yield room
    controller.stop()


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, object]]]]:
    taken: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", taken
    server.shutdown()
    thread.join()
    server.server_close()


async def test_mail_to_a_person_is_sent_by_the_job(runtime: Runtime, mailroom: Mailroom) -> None:
    note = NOTE.model_copy(update={"recipient": "nurse@example.org", "body": "Fünf Fälle.\n\nZweite Zeile <b>\n"})
    await send(runtime, note)
    assert [row.status for row in await rows(runtime)] == ["queued"]
    await runtime.jobs.work(runtime, until_empty=True)
    ((recipients, message),) = mailroom.taken
    assert recipients == ["nurse@example.org"]
    assert str(message["From"]) == "Mercy Hospital <bedside@mercy.example>"
    assert str(message["Subject"]) == "3 cases wait"
    assert message.get_content_type() == "text/plain"
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n").strip() == "Fünf Fälle.\n\nZweite Zeile <b>"
    (row,) = await rows(runtime)
    assert (row.status, row.channel, row.attempts, row.error) == ("sent", "mail", 1, None)


async def test_a_delivery_done_twice_is_done_once(runtime: Runtime, mailroom: Mailroom) -> None:
    note_id = await send(runtime, NOTE.model_copy(update={"recipient": "nurse@example.org"}))
    await service.deliver(runtime, note_id)
    await service.deliver(runtime, note_id)
    await service.deliver(runtime, str(new_id()))
    assert len(mailroom.taken) == 1


async def test_what_is_rolled_back_is_not_sent(runtime: Runtime, mailroom: Mailroom) -> None:
    with pytest.raises(RuntimeError):
        async with runtime.unit_of_work(Actor.system()) as ctx:
            await service.send(ctx, NOTE.model_copy(update={"recipient": "nurse@example.org"}))
            raise RuntimeError
    await runtime.jobs.work(runtime, until_empty=True)
    assert mailroom.taken == []
    assert await rows(runtime) == []


async def test_a_refused_message_is_tried_again_and_at_last_failed(
    runtime: Runtime, mailroom: Mailroom, capfd: pytest.CaptureFixture[str]
) -> None:
    mailroom.refusing = True
    note_id = await send(runtime, NOTE.model_copy(update={"recipient": "planted@example.org"}))
    for attempt in range(1, service.ATTEMPTS + 1):
        with pytest.raises(Unavailable) as error:
            await service.deliver(runtime, note_id)
        assert "planted" not in str(error.value)
        (row,) = await rows(runtime)
        assert (row.attempts, row.error) == (attempt, "SMTPRecipientsRefused")
    assert row.status == "failed"
    mailroom.refusing = False
    await service.deliver(runtime, note_id)
    assert mailroom.taken == []
    captured = capfd.readouterr()
    assert "planted" not in captured.out + captured.err


async def test_a_mail_server_that_is_not_there_is_an_error_that_says_nothing_secret(
    runtime: Runtime, capfd: pytest.CaptureFixture[str]
) -> None:
    with_settings(
        runtime,
        smtp_host="127.0.0.1",
        smtp_port=free_port(),
        smtp_security=MailSecurity.NONE,
        smtp_user="planted-user",
        smtp_password=SecretStr("planted-password"),
        mail_from="bedside@mercy.example",
    )
    with pytest.raises(Unavailable):
        await service.send_privately(runtime, "planted@example.org", "Subject", "planted secret")
    (row,) = await rows(runtime)
    assert (row.status, row.body, row.recipient) == ("failed", None, None)
    captured = capfd.readouterr()
    assert "planted" not in captured.out + captured.err


async def test_operators_are_told_through_their_channels(
    runtime: Runtime, hook: tuple[str, list[dict[str, object]]]
) -> None:
    address, taken = hook
    with_settings(runtime, urls=SecretStr(f"{address}/one {address}/two"))
    await send(runtime, NOTE.model_copy(update={"severity": Severity.CRITICAL}))
    await runtime.jobs.work(runtime, until_empty=True)
    assert [(note["title"], note["message"], note["type"]) for note in taken] == [
        ("3 cases wait", "Three cases wait for a nurse.", "failure")
    ] * 2
    assert [(row.status, row.channel) for row in await rows(runtime)] == [("sent", "apprise")]


@pytest.mark.parametrize("address", ["nonsense://x", "://", "json://127.0.0.1:1/"])
async def test_a_channel_that_does_not_work_is_a_failed_attempt(runtime: Runtime, address: str) -> None:
    with_settings(runtime, urls=SecretStr(address))
    note_id = await send(runtime, NOTE)
    with pytest.raises(Unavailable):
        await service.deliver(runtime, note_id)
    assert [(row.status, row.attempts) for row in await rows(runtime)] == [("queued", 1)]


async def test_without_a_channel_operators_read_the_log(runtime: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    note_id = await send(runtime, NOTE.model_copy(update={"severity": Severity.WARNING}))
    await service.deliver(runtime, note_id)
    assert [(row.status, row.channel) for row in await rows(runtime)] == [("sent", "log")]


async def test_without_a_mail_server_a_link_waits_in_the_outbox_for_the_owner_alone(
    runtime: Runtime, capfd: pytest.CaptureFixture[str]
) -> None:
    hashed = await hash_password("seven quiet herons wade")
    async with runtime.unit_of_work(Actor.system()) as ctx:
        account = await add_account(
            ctx, login="planted@example.org", name="Nurse", role=Role.NURSE, password_hash=hashed
        )
    await links.request_link(runtime, account.login, "203.0.113.9")
    await runtime.jobs.work(runtime, until_empty=True)
    folder = runtime.settings.home / "outbox"
    (file,) = folder.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600
    message = email.message_from_bytes(file.read_bytes())
    assert message["To"] == "planted@example.org"
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    token = re.search(r"#token=(\S+)", payload.decode())
    assert token is not None
    captured = capfd.readouterr()
    for text in (captured.out, captured.err):
        assert token[1] not in text
        assert "planted" not in text
    (row,) = await rows(runtime)
    assert (row.status, row.channel, row.body, row.recipient) == ("sent", "outbox", None, None)
    await links.set_by_link(runtime, token[1], "four grey otters swim")


@pytest.mark.parametrize(
    "login",
    ["nurse@example.org", "o'brien@example.org", "a.b+c=d@example.org", "ärztin@klinik.example", "用户@例子.example"],
)
async def test_a_reset_link_reaches_exactly_its_person(runtime: Runtime, mailroom: Mailroom, login: str) -> None:
    async with runtime.unit_of_work(Actor.system()) as ctx:
        account = await add_account(ctx, login=login, name="B", role=Role.NURSE, password_hash="")
    await links.send_link(runtime, str(account.id), invitation=False)
    ((recipients, message),) = mailroom.taken
    assert recipients == [login]
    assert "#token=" in str(message.get_payload(decode=True))


@pytest.mark.parametrize("recipient", ["a@example.org\r\nBcc: evil@example.org", "a@example.org, evil@example.org"])
async def test_one_recipient_never_becomes_two(runtime: Runtime, mailroom: Mailroom, recipient: str) -> None:
    with contextlib.suppress(Unavailable):
        await service.send_privately(runtime, recipient, "Subject", "secret")
    assert all(len(recipients) <= 1 and recipients != ["evil@example.org"] for recipients, _ in mailroom.taken)
    assert not any(message["Bcc"] for _, message in mailroom.taken)


async def test_old_notifications_and_kept_messages_are_forgotten(runtime: Runtime) -> None:
    await service.send_privately(runtime, "a@example.org", "Subject", "body")
    await send(runtime, NOTE)
    soon = runtime.clock.now() + timedelta(minutes=1)
    for kind in RETENTION:
        assert await kind.forget(runtime, soon - timedelta(hours=1), 10) == 0
    assert len(await rows(runtime)) == 2
    for kind in RETENTION:
        assert await kind.count(runtime, soon) == await kind.forget(runtime, soon, 10) > 0
    assert await rows(runtime) == []
    assert list((runtime.settings.home / "outbox").iterdir()) == []


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE, Role.PHYSICIAN])
async def test_only_administrators_see_what_was_sent(runtime: Runtime, role: Role) -> None:
    await send(runtime, NOTE)
    async with runtime.unit_of_work(Actor(role, new_id())) as ctx:
        assert list((await ctx.session.execute(select(NotificationRow))).scalars()) == []
    async with runtime.unit_of_work(Actor(Role.ADMIN)) as ctx:
        assert len(list((await ctx.session.execute(select(NotificationRow))).scalars())) == 1


@pytest.mark.parametrize(
    "changes",
    [{"kind": "Care Waiting"}, {"subject": ""}, {"subject": "x" * 201}, {"body": "x" * 4001}, {"severity": "loud"}],
)
def test_a_malformed_notification_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Notification.model_validate({**NOTE.model_dump(), **changes})


def test_apprise_logs_nothing() -> None:
    assert not logging.getLogger("apprise").isEnabledFor(logging.CRITICAL)
