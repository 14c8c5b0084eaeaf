"""Signing in against a real database."""

from __future__ import annotations

import asyncio

import pytest

from bedside.identity.errors import LockedOut, SignInFailed
from bedside.identity.schemas import Tokens
from bedside.platform.access.actor import Actor, Role
from bedside.platform.runtime import Runtime
from tests.integration.identity.conftest import PASSWORD, AddPerson, SignIn


async def authenticated(runtime: Runtime, token: str) -> Actor:
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        return await runtime.authenticate(ctx, token)


async def test_a_sign_in_gives_tokens_of_the_account(runtime: Runtime, add_person: AddPerson, enter: SignIn) -> None:
    nurse = await add_person("nurse@example.org", Role.NURSE)
    tokens = await enter("  NURSE@Example.org ")
    actor = await authenticated(runtime, tokens.access_token)
    assert (actor.id, actor.role, actor.via) == (nurse.id, Role.NURSE, "api")
    assert actor.session_id is not None
    assert tokens.expires_in == 900
