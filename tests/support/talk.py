"""Conversations for tests of the assistant: at its service, and over HTTP with a signed-in patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from bedside.assistant import service
from bedside.assistant.schemas import SendMessage, TurnOut
from bedside.care import service as care
from bedside.care.schemas import ConversationDetail, StartConversation
from bedside.identity.service.accounts import add_account
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Role
from bedside.platform.runtime import Runtime
from tests.support.passwords import hashed_once

PASSWORD = "seven quiet herons wade"


@dataclass
class Talk:
    """One patient's conversation, at the service."""

    runtime: Runtime
    patient: Actor
    id: UUID

    @classmethod
    async def start(cls, runtime: Runtime, **about: Any) -> Talk:
        patient = Actor(Role.PATIENT, new_id(), name="Paula Patient")
        async with runtime.unit_of_work(patient) as ctx:
            started = await care.start_conversation(ctx, StartConversation(**about))
        return cls(runtime, patient, started.id)

    async def say(self, text: str = "", *, key: str | None = None, **answer: str) -> TurnOut:
        return await service.take_turn(self.runtime, self.patient, self.id, SendMessage(text=text, **answer), key)

    async def begin(self, text: str, *, key: str | None = None) -> service.Started:
        """Receive the message and go no further, as a process does that is killed then."""
        return await service.begin_turn(self.runtime, self.patient, self.id, SendMessage(text=text), key)

    async def answer_all(self, turn: TurnOut, value: str, most: int = 30) -> TurnOut:
        """Choose ``value`` for each question, or the last choice where a question has none such."""
        for _ in range(most):
            if turn.question is None:
                return turn
            values = [choice.value for choice in turn.question.choices]
            turn = await self.say(question_id=turn.question.id, choice=value if value in values else values[-1])
        raise AssertionError("the questions never end")

    async def read(self) -> ConversationDetail:
        async with self.runtime.unit_of_work(self.patient) as ctx:
            return await care.conversation(ctx, self.id)

    async def worklist(self) -> list[Any]:
        async with self.runtime.unit_of_work(Actor(Role.NURSE, new_id(), name="Nora Nurse")) as ctx:
            return list((await care.worklist(ctx)).items)


async def add_login(runtime: Runtime, login: str, role: Role) -> None:
    """Add an account with ``PASSWORD``."""
    hashed = await hashed_once(PASSWORD)
    async with runtime.unit_of_work(Actor.system()) as ctx:
        await add_account(ctx, login=login, name="Somebody", role=role, password_hash=hashed)


def sign_in(http: httpx.Client, login: str) -> dict[str, str]:
    """Sign in over HTTP; return the header that says so."""
    answer = http.post("/api/auth/token", data={"username": login, "password": PASSWORD})
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
