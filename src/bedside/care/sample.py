"""Sample cases for the nurse's worklist in development: invented messages, assessed by the real protocols."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid5

from bedside.care import service
from bedside.care.repository import samples
from bedside.care.schemas import StartConversation
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.context import Context
from bedside.platform.errors import SettingsError
from bedside.platform.runtime import Runtime
from bedside.triage.schemas import Numbers, Question, Subject, TriageInput, TriageResult
from bedside.triage.service import assess, numbers, with_numbers

_SPACE = UUID("018f3b1c-7d00-7000-8000-5a3d1e5a3d1e")
"""Namespace from which sample patients without a sign-in get their ids (RFC 9562, version 5)."""
_MOST_QUESTIONS = 40
_REPLY = "Thank you. A nurse has your message and answers here."


@dataclass(frozen=True)
class SampleCase:
    """What an invented person wrote. ``own`` cases belong to the sample sign-in, the others to people without one."""

    name: str
    text: str
    age_years: float
    about: Subject = Subject.SELF
    own: bool = False


CASES: tuple[SampleCase, ...] = (
    SampleCase("Ruth Sample", "I have crushing chest pain that spreads into my left arm and I feel sick", 61),
    SampleCase("Omar Sample", "My son has had a fever of 39.2 since yesterday and drinks less", 3, Subject.CHILD),
    SampleCase("Lena Sample", "It burns when I pee and my side has been aching since yesterday", 34),
    SampleCase("Tomás Sample", "I have had an itchy rash on my arm for two weeks, it comes and goes", 27),
    SampleCase("", "My eye has been red and sticky since this morning, I can see well", 42, own=True),
)


async def create_sample_cases(runtime: Runtime, account_id: UUID, name: str) -> int:
    """Make the sample cases that are missing, ``own`` ones for the account; return how many. Safe to run again.

    Does nothing unless SAMPLE_DATA is on.
    """
    if not runtime.settings.core.sample_data:
        return 0
    made = 0
    for number, case in enumerate(CASES, start=1):
        owner = account_id if case.own else uuid5(_SPACE, case.name)
        patient = Actor(Role.PATIENT, owner, via="cli", name=name if case.own else case.name)
        made += await _create(runtime, patient, case, f"sample-{number}")
    return made


async def delete_sample_records(ctx: Context) -> dict[str, int]:
    """Delete the records of sample patients, whoever made them while SAMPLE_DATA was on; return rows by kind.

    Row-level security lets no other record be deleted. Raises SettingsError unless SAMPLE_DATA is on.
    """
    if not ctx.settings.core.sample_data:
        raise SettingsError("Sample records need SAMPLE_DATA=true, in development, on a loopback address.")
    patients = await samples.patients(ctx)
    deleted = await samples.delete_records(ctx, patients) if patients else {}
    ctx.record(samples.ACCESS, "patient", ids=patients, patients=patients)
    ctx.notify("worklist")
    return {"patients": len(patients), **deleted}


async def count_sample_records(ctx: Context) -> dict[str, int]:
    """Return what ``delete_sample_records`` would delete."""
    return await samples.count_records(ctx)


async def _create(runtime: Runtime, patient: Actor, case: SampleCase, key: str) -> bool:
    async with runtime.unit_of_work(patient) as ctx:
        begun = StartConversation(about=case.about, age_years=case.age_years)
        conversation = await service.start_conversation(ctx, begun, key)
        received = await service.receive_message(ctx, conversation.id, case.text, key)
    if received.finished_reply is not None:
        return False
    found, answers = await asyncio.to_thread(_assess, case, numbers(runtime.settings.core))
    async with runtime.unit_of_work(service.ASSISTANT) as ctx:
        await service.store_assessment(ctx, conversation.id, found, answers, hand_over=True)
        await service.store_reply(ctx, conversation.id, received.message.id, _REPLY)
    return True


def _assess(case: SampleCase, to_call: Numbers) -> tuple[TriageResult, dict[str, str]]:
    """Assess a message, answering each question with no, or where that is no choice, with the last one."""
    answers: dict[str, str] = {}
    while True:
        request = TriageInput(utterances=[case.text], answers=answers, subject=case.about, age_years=case.age_years)
        found = assess(request)
        if not found.questions or len(answers) >= _MOST_QUESTIONS:
            return with_numbers(found, to_call), answers
        answers[found.questions[0].id] = _no(found.questions[0])


def _no(question: Question) -> str:
    values = [choice.value for choice in question.choices]
    return "no" if "no" in values else values[-1]
