"""Mail to the people of a channel, over a real mail server."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bedside.notify.channels.base import NotTaken
from bedside.notify.mail_security import MailSecurity
from bedside.notify.settings import NotifySettings
from tests.integration.notify.channels.conftest import channel, errand
from tests.integration.notify.test_notify import free_port


class Mailroom:
    def __init__(self) -> None:
        self.taken: list[tuple[list[str], Message]] = []

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("gone"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.taken.append((list(envelope.rcpt_tos), email.message_from_bytes(envelope.content)))
        return "250 OK"


@pytest.fixture
def mailroom() -> Iterator[tuple[Mailroom, NotifySettings]]:
    room = Mailroom()
    controller = Controller(room, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield (
        room,
        NotifySettings(
            smtp_host="127.0.0.1",
            smtp_port=controller.port,
            smtp_security=MailSecurity.NONE,
            mail_from="Mercy <bedside@mercy.example>",
        ),
    )
    controller.stop()


def test_everybody_of_a_channel_gets_the_same_message(mailroom: tuple[Mailroom, NotifySettings]) -> None:
    room, settings = mailroom
    people = channel("{kind: email, to: [o'brien@mercy.example, duty@mercy.example]}")
    people.send(errand(settings=settings))
    ((recipients, message),) = room.taken
    assert recipients == ["o'brien@mercy.example", "duty@mercy.example"]
    assert message["Subject"] == "Critical: The disk is full"
    assert message["To"] == "o'brien@mercy.example, duty@mercy.example"
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert "Räume auf." in payload.decode()


def test_an_address_that_is_refused_is_told_by_its_number_alone(mailroom: tuple[Mailroom, NotifySettings]) -> None:
    _, settings = mailroom
    with pytest.raises(NotTaken) as error:
        channel("{kind: email, to: [gone@mercy.example, duty@mercy.example]}").send(errand(settings=settings))
    assert error.value.reason == "1 of 2 addresses refused"


def test_mail_needs_a_server() -> None:
    assert "SMTP_HOST" in str(channel("{kind: email, to: [a@b.example]}").problem(NotifySettings()))
