"""Accounts to sign in with, and a mailbox that keeps what would have been sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from bedside.identity.passwords import hash_password
from bedside.identity.schemas import Tokens
from bedside.identity.service.accounts import add_account
from bedside.identity.service.links import Messenger
from bedside.identity.service.sign_in import Attempt, sign_in
from bedside.platform.access.actor import Actor, Role
from bedside.platform.runtime import Runtime

PASSWORD = "seven quiet herons wade"


@dataclass(frozen=True)
class Person:
    """An account and how to sign in with it."""

    id: object
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
SignIn = Callable[..., Awaitable[Tokens]]


@pytest.fixture
def add_person(runtime: Runtime) -> AddPerson:
    """Add an account: ``await add_person("a@example.org", Role.NURSE)``."""

    async def add(login: str, role: Role = Role.PATIENT, password: str = PASSWORD) -> Person:
        hashed = await hash_password(password)
        async with runtime.unit_of_work(Actor.system()) as ctx:
            account = await add_account(ctx, login=login, name="Somebody", role=role, password_hash=hashed)
            return Person(account.id, login, role, password)

    return add


@pytest.fixture
def enter(runtime: Runtime) -> SignIn:
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
