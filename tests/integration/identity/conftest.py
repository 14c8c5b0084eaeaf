"""Accounts to sign in with, and a mailbox that keeps what would have been sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bedside.identity.schemas import Tokens
from bedside.identity.service.accounts import add_account
from bedside.identity.service.links import Messenger
from bedside.identity.service.sign_in import Attempt, sign_in
from bedside.identity.settings import IdentitySettings
from bedside.kit.clock import FixedClock
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.runtime import Runtime
from tests.support.passwords import hashed_once

PASSWORD = "seven quiet herons wade"


@dataclass(frozen=True)
class Person:
    """An account and how to sign in with it."""

    id: UUID
    login: str
    role: Role
    password: str = PASSWORD


@dataclass
class Mailbox:
    """Keeps messages instead of sending them."""

    messages: list[tuple[str, str, str]] = field(default_factory=list)

    async def send(self, _runtime: Runtime, recipient: str, subject: str, body: str) -> None:
        self.messages.append((recipient, subject, body))


AddPerson = Callable[..., Awaitable[Person]]
Enter = Callable[..., Awaitable[Tokens]]


@pytest.fixture
def add_person(runtime: Runtime) -> AddPerson:
    """Add an account: ``await add_person("a@example.org", Role.NURSE)``."""

    async def add(login: str, role: Role = Role.PATIENT, password: str = PASSWORD) -> Person:
        hashed = await hashed_once(password)
        async with runtime.unit_of_work(Actor.system()) as ctx:
            account = await add_account(ctx, login=login, name="Somebody", role=role, password_hash=hashed)
            return Person(account.id, login, role, password)

    return add


@pytest.fixture
def enter(runtime: Runtime) -> Enter:
    """Sign in: ``await enter(login, password, code=None, address="198.51.100.7")``."""

    async def signed_in(
        login: str, password: str = PASSWORD, code: str | None = None, address: str = "198.51.100.7"
    ) -> Tokens:
        return await sign_in(runtime, Attempt(login, password, code, address))

    return signed_in


@pytest.fixture
def mailbox(runtime: Runtime) -> Mailbox:
    """What the messenger was given."""
    kept = Mailbox()
    runtime.parts[Messenger] = Messenger(kept.send)
    return kept


@dataclass(frozen=True)
class Event:
    """An audit event, in short."""

    action: str
    outcome: str
    flags: tuple[str, ...]
    ids: tuple[UUID, ...]
    actor_id: UUID | None


async def events(runtime: Runtime, action: str | None = None) -> list[Event]:
    """Return the recorded events, oldest first."""
    async with runtime.unit_of_work(Actor.system()) as ctx:
        rows = (await ctx.session.execute(select(AuditEvent).order_by(AuditEvent.id))).scalars()
        found = [Event(r.action, r.outcome, tuple(r.flags), tuple(r.entity_ids), r.actor_id) for r in rows]
    return [event for event in found if action in (None, event.action)]


async def authenticated(runtime: Runtime, token: str) -> Actor:
    """Return whose access token this is, as a request's dependency does."""
    return await runtime.authenticate(runtime, token)


@dataclass
class Time:
    """The runtime's clock, moved by hand."""

    clock: FixedClock

    def later(self, **by: float) -> None:
        self.clock.moment += timedelta(**by)

    @property
    def now(self) -> datetime:
        return self.clock.moment


@pytest.fixture
def time(runtime: Runtime) -> Time:
    """A clock that stands still until the test moves it."""
    clock = FixedClock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    runtime.clock = runtime.units.clock = clock
    return Time(clock)


def with_settings(runtime: Runtime, **changes: object) -> None:
    """Change identity's settings for the test's runtime."""
    section = runtime.settings.get(IdentitySettings).model_copy(update=changes)
    runtime.settings = runtime.units.settings = runtime.settings.replace(section)
