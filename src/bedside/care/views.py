"""Rows as those who ask may read them. What a patient must not see is never put into a patient's view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bedside.care.assessment_tables import Assessment, AssessmentEvent, Note
from bedside.care.drafts import drafts
from bedside.care.marks import marks_of
from bedside.care.questions import asked_questions, deciding_first, labels_in, messages_of_case
from bedside.care.schemas import (
    AssessmentDetail,
    AssessmentOut,
    Author,
    Citation,
    ConversationItem,
    ConversationOut,
    Draft,
    Event,
    Looking,
    MessageOut,
    NoteOut,
    PatientOut,
    Status,
    Transition,
)
from bedside.care.settings import CareSettings
from bedside.care.states import HANDED_OVER
from bedside.care.tables import Conversation, Message, Patient
from bedside.care.targets import Promise, is_breached, promise
from bedside.kit.text import beginning
from bedside.platform.access.actor import CLINICIANS, Role
from bedside.platform.config.load import Settings
from bedside.triage.schemas import Finding, Level, Measurement, ProtocolRef, Question, Reason, State, Subject

UNDO_WITHIN = timedelta(seconds=60)
"""How long after a decision its author can take it back."""
_DAYS_IN_YEAR = 365.2425
_COMPLAINT_LONGEST = 80
"""How much of its first message tells a conversation from others in a list, in characters."""


@dataclass(frozen=True)
class Reader:
    """Who reads a case, and when."""

    account_id: UUID | None
    role: Role
    now: datetime


def patient_out(row: Patient) -> PatientOut:
    return PatientOut.model_validate(row, from_attributes=True)


def message_out(row: Message) -> MessageOut:
    retracted = row.retracted_at is not None
    return MessageOut(
        id=row.id,
        conversation_id=row.conversation_id,
        ordinal=row.ordinal,
        author=Author(row.author),
        author_name=row.author_name,
        text="" if retracted else row.text,
        citations=[Citation.model_validate(item) for item in row.citations],
        question=Question.model_validate(row.question) if row.question else None,
        in_reply_to=row.in_reply_to,
        retracted=retracted,
        created_at=row.created_at,
    )


def conversation_out(row: Conversation) -> ConversationOut:
    return ConversationOut.model_validate(
        {
            "id": row.id,
            "patient_id": row.patient_id,
            "about": row.about,
            "age_years": row.subject_age_years,
            "status": row.status,
            "created_at": row.created_at,
            "last_message_at": row.last_message_at,
        }
    )


def conversation_item(row: Conversation, first: Message | None, latest: Assessment | None) -> ConversationItem:
    return ConversationItem(
        **conversation_out(row).model_dump(),
        complaint=beginning(first.text, _COMPLAINT_LONGEST) if first else None,
        assessment_id=latest.id if latest else None,
        level=level_of(latest) if latest else None,
        assessment_status=Status(latest.status) if latest else None,
    )


def level_of(row: Assessment) -> Level | None:
    """Return the level in force: the clinician's once it is decided, else the machine's."""
    level = row.decided_level or row.level
    return Level(level) if level else None


def promise_of(row: Assessment, settings: Settings) -> Promise | None:
    """Return what the patient is told about when somebody answers; None unless the case awaits a decision."""
    level = level_of(row)
    if Status(row.status) not in HANDED_OVER or level is None or row.handed_over_at is None or row.due_at is None:
        return None
    care = settings.get(CareSettings)
    return promise(care.hours, row.handed_over_at, row.due_at, level, settings.core.emergency_number)


def assessment_out(row: Assessment, settings: Settings) -> AssessmentOut:
    """Return what the patient may read of an assessment."""
    told = promise_of(row, settings)
    return AssessmentOut(
        id=row.id,
        conversation_id=row.conversation_id,
        level=level_of(row),
        status=Status(row.status),
        reasons=deciding_first(Reason.model_validate(reason) for reason in row.reasons),
        protocol=ProtocolRef(id=row.protocol_id, version=row.protocol_version, hash=row.protocol_hash),
        advice=row.advice,
        safety_net=row.safety_net,
        within_hours=row.within_hours,
        created_at=row.created_at,
        handed_over_at=row.handed_over_at,
        decided_at=row.decided_at,
        reply_by=told.reply_by if told else None,
        staffed=told.staffed if told else None,
        until_then=told.until_then if told else None,
        version=row.version,
    )


def assessment_detail(
    row: Assessment,
    settings: Settings,
    reader: Reader,
    *,
    patient: Patient,
    conversation: Conversation,
    messages: Sequence[Message],
    notes: Sequence[Note],
    history: Sequence[AssessmentEvent],
    also_looking: Sequence[Looking],
) -> AssessmentDetail:
    """Return the whole case, for clinicians alone."""
    undecided, now = Status(row.status) in HANDED_OVER, reader.now
    findings = [Finding.model_validate(finding) for finding in row.findings]
    measurements = [Measurement.model_validate(measured) for measured in row.record.get("measurements", ())]
    reasons = [Reason.model_validate(reason) for reason in row.reasons]
    of_case = messages_of_case(messages, row.id)
    return AssessmentDetail(
        **assessment_out(row, settings).model_dump(),
        patient=patient_out(patient),
        age_years=age_of(conversation, patient, now),
        about=Subject(conversation.about),
        machine_level=Level(row.level) if row.level else None,
        raised_by_model=row.raised_by_model,
        nurse_review=row.nurse_review,
        findings=findings,
        asked=asked_questions(of_case, row.answers),
        denied=labels_in(findings, State.ABSENT),
        unknown=labels_in(findings, State.UNKNOWN),
        questions=[Question.model_validate(question) for question in row.questions],
        answers=row.answers,
        protocols=[ProtocolRef.model_validate(ref) for ref in row.protocols],
        engine_version=row.engine_version,
        model_output=row.model_output,
        for_physician=row.for_physician,
        due_at=row.due_at,
        breached=undecided and row.due_at is not None and is_breached(row.due_at, now),
        claimed_by=row.claimed_by,
        claimed_by_name=row.claimed_by_name,
        claimed_at=row.claimed_at,
        decided_by=row.decided_by,
        decided_by_name=row.decided_by_name,
        decision_reason=row.decision_reason,
        undo_until=_undo_until(row, reader),
        marks=marks_of(reasons, findings, measurements, of_case),
        drafts=_drafts(row, settings, reader, Subject(conversation.about)) if undecided else [],
        also_looking=list(also_looking),
        messages=[message_out(message) for message in messages],
        notes=[note_out(note) for note in notes],
        history=[_transition(event) for event in history],
    )


def _undo_until(row: Assessment, reader: Reader) -> datetime | None:
    if row.decided_at is None or row.decided_by != reader.account_id or reader.now > row.decided_at + UNDO_WITHIN:
        return None
    return row.decided_at + UNDO_WITHIN


def _drafts(row: Assessment, settings: Settings, reader: Reader, about: Subject) -> list[Draft]:
    if not row.level or reader.role not in CLINICIANS:
        return []
    return drafts(
        Level(row.level),
        within_hours=row.within_hours,
        advice=row.advice,
        safety_net=row.safety_net,
        about=about,
        role=reader.role.value,
        number=settings.core.emergency_number,
    )


def note_out(row: Note) -> NoteOut:
    return NoteOut.model_validate(row, from_attributes=True)


def age_of(conversation: Conversation, patient: Patient, now: datetime) -> float | None:
    """Return the age in years of the person whom the conversation is about, as far as it is known."""
    if conversation.subject_age_years is not None or conversation.about != Subject.SELF or patient.birth_date is None:
        return conversation.subject_age_years
    return round((now.date() - patient.birth_date).days / _DAYS_IN_YEAR, 1)


def _transition(row: AssessmentEvent) -> Transition:
    return Transition(
        event=Event(row.event),
        from_status=Status(row.from_status) if row.from_status else None,
        to_status=Status(row.to_status),
        actor_name=row.actor_name,
        actor_role=row.actor_role,
        level=Level(row.level) if row.level else None,
        reason=row.reason,
        at=row.created_at,
    )
