"""A message on its way out, and its form as mail (RFC 5322)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

_LONGEST_LINE = 998  # RFC 5322, section 2.1.1


@dataclass(frozen=True)
class Letter:
    """What is to be said, and to whom; without a recipient, to the operators."""

    subject: str
    body: str = field(repr=False)
    severity: str = "info"
    recipient: str | None = field(default=None, repr=False)
    kind: str = "message"
    details: dict[str, Any] = field(default_factory=dict)
    """What it is about, for receivers that are programs: ids, names and numbers (``Notification.details``)."""


def compose(letter: Letter, *, sender: str, now: datetime, to: Sequence[str] = ()) -> EmailMessage:
    """Return the letter as a mail message. Raises ValueError when an address or the subject can't be a header."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(to) or letter.recipient or sender
    message["Subject"] = letter.subject
    message["Date"] = now
    message["Message-ID"] = make_msgid(domain="bedside.invalid")
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5: no out-of-office replies
    # A link must survive being copied from the message's own text: quoted-printable would fold it.
    plain = letter.body.isascii() and all(len(line) <= _LONGEST_LINE for line in letter.body.splitlines())
    message.set_content(letter.body, cte="7bit" if plain else None)
    return message
