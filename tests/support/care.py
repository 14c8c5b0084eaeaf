"""People and cases for tests of care, written through its own service."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from bedside.care import service
from bedside.care.schemas import AssessmentOut, ConversationOut, MessageOut, StartConversation
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.runtime import Runtime
from bedside.triage.schemas import (
    Choice,
    Finding,
    Level,
    Measurement,
    ProtocolRef,
    Question,
    Reason,
    State,
    Subject,
    TriageRecord,
    TriageResult,
)

PROTOCOL = ProtocolRef(id="chest-pain", version="1", hash="a" * 64)
QUESTION = Question(
    id="chest.breathless",
    text="Are you short of breath?",
    choices=[Choice(value="yes", label="Yes"), Choice(value="no", label="No")],
    why="Breathlessness with chest pain is an emergency.",
    red_flag=True,
)


def person(role: Role, name: str | None = None) -> Actor:
    """Return somebody new."""
    return Actor(role, new_id(), name=name or f"{role.value.title()} Example")


def result(
    level: Level | None = Level.URGENT,
    *,
    within: float | None = None,
    questions: tuple[Question, ...] = (),
    subject: Subject = Subject.SELF,
    age: float | None = None,
    quote: str = "chest hurts",
) -> TriageResult:
    """Return what triage would, as far as care is concerned."""
    finding = Finding(
        id="chest_pain", label="Chest pain", state=State.PRESENT, counts=True, quote=quote, utterance=0, start=3, end=14
    )
    ages = [] if age is None else [Measurement(name="age_years", value=age, quote=str(age))]
    reason = Reason(rule="R1", level=level or Level.URGENT, text="Chest pain", quote=quote, source="NICE CG95")
    return TriageResult(
        level=level,
        status="open" if questions else "complete",
        within_hours=within,
        reasons=[] if level is None else [reason],
        findings=[finding],
        questions=list(questions),
        protocol=PROTOCOL,
        protocols=[PROTOCOL],
        advice=["Rest."],
        safety_net=["Write again if it gets worse."],
        nurse_review=False,
        record=TriageRecord(
            engine="1.0",
            protocol_set="b" * 64,
            findings=[finding],
            measurements=ages,
            answered={},
            subject=subject,
            said_something=True,
        ),
    )


@dataclass
class Case:
    """A patient's conversation with one message and its assessment."""

    patient: Actor
    patient_id: UUID
    conversation: ConversationOut
    message: MessageOut
    assessment: AssessmentOut


@dataclass
class Ward:
    """Makes cases and reads the audit."""

    runtime: Runtime
    nurse: Actor = field(default_factory=lambda: person(Role.NURSE, "Nora Nurse"))
    other_nurse: Actor = field(default_factory=lambda: person(Role.NURSE, "Nils Nurse"))
    physician: Actor = field(default_factory=lambda: person(Role.PHYSICIAN, "Pia Physician"))
    admin: Actor = field(default_factory=lambda: person(Role.ADMIN, "Ari Admin"))

    async def case(
        self,
        found: TriageResult | None = None,
        *,
        patient: Actor | None = None,
        text: str = "My chest hurts",
        hand_over: bool = True,
        about: Subject = Subject.SELF,
    ) -> Case:
        patient = patient or person(Role.PATIENT, "Paul Patient")
        async with self.runtime.unit_of_work(patient) as ctx:
            conversation = await service.start_conversation(ctx, StartConversation(about=about))
            received = await service.receive_message(ctx, conversation.id, text)
        assessment = await self.assess(conversation.id, found or result(), hand_over=hand_over)
        return Case(patient, conversation.patient_id, conversation, received.message, assessment)

    async def assess(self, conversation_id: UUID, found: TriageResult, *, hand_over: bool = True) -> AssessmentOut:
        async with self.runtime.unit_of_work(service.ASSISTANT) as ctx:
            return await service.store_assessment(ctx, conversation_id, found, {}, hand_over)

    async def say(self, case: Case, text: str, key: str | None = None) -> MessageOut:
        async with self.runtime.unit_of_work(case.patient) as ctx:
            return (await service.receive_message(ctx, case.conversation.id, text, key)).message

    async def claim(self, case: Case, by: Actor | None = None) -> None:
        async with self.runtime.unit_of_work(by or self.nurse) as ctx:
            await service.claim(ctx, case.assessment.id)

    async def events(self, action: str | None = None) -> list[AuditEvent]:
        async with self.runtime.unit_of_work(Actor.system()) as ctx:
            query = select(AuditEvent).order_by(AuditEvent.id)
            found = (await ctx.session.execute(query)).scalars().all()
        return [event for event in found if action is None or event.action == action]
