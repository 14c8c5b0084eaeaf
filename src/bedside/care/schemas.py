"""What crosses the border of care: who is cared for and what was said. Times are UTC, ages in years."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from bedside.triage.schemas import Finding, Level, ProtocolRef, Question, Reason, Subject

MESSAGE_MAXIMUM = 4000
"""Longest message, in characters."""
MESSAGES_MAXIMUM = 500
"""Most messages that a patient can write in one conversation; triage reads no more than 1,000."""
REASON_MAXIMUM = 1000
"""Longest reason or note title, in characters."""
STEEP_REASON_MINIMUM = 10
"""Shortest reason for a steep lowering, in characters: one letter explains nothing."""

Sex = Literal["female", "male", "other", "unknown"]
"""FHIR R4 value set administrative-gender."""


def is_steep(before: Level | None, after: Level) -> bool:
    """Tell whether a decision lowers an emergency by two levels or more: it needs a second look."""
    return before is Level.EMERGENCY and after.rank - before.rank >= 2


class Status(StrEnum):
    """Where an assessment stands; ``care.states`` has the moves."""

    OPEN = "open"
    WAITING = "waiting"
    CLAIMED = "claimed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What can happen to an assessment."""

    UPDATE = "update"
    HAND_OVER = "hand-over"
    CLAIM = "claim"
    RELEASE = "release"
    LAPSE = "lapse"
    REFER = "refer"
    CHANGE_TARGET = "change-target"
    DECIDE = "decide"
    UNDO = "undo"
    WITHDRAW = "withdraw"


class Author(StrEnum):
    """Whose words a message holds."""

    PATIENT = "patient"
    ASSISTANT = "assistant"
    NURSE = "nurse"
    PHYSICIAN = "physician"


class Turn(StrEnum):
    """Whether a patient's message has been replied to. ``received`` for long means a turn broken in its middle."""

    RECEIVED = "received"
    REPLIED = "replied"


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StartConversation(_Request):
    """Begins a conversation. ``about`` is whom it is about, as far as is known."""

    about: Subject = Subject.SELF
    age_years: float | None = Field(
        default=None, ge=0, le=130, strict=True, description="Age of the person it is about, in years."
    )


class Citation(BaseModel):
    """A numbered source of a reply's sentence."""

    number: int
    passage_id: str
    title: str
    url: str | None = None
    quote: str

    model_config = ConfigDict(extra="allow")


class PatientOut(BaseModel):
    id: UUID
    account_id: UUID
    display_name: str
    birth_date: date | None
    sex: Sex | None


class MessageOut(BaseModel):
    """One message. ``retracted`` replies have no text: their author took them back within a minute."""

    id: UUID
    conversation_id: UUID
    ordinal: int = Field(description="Its place in the conversation, from 1.")
    author: Author
    author_name: str | None = Field(description="The clinician's name; null for the patient and the assistant.")
    text: str
    citations: list[Citation] = Field(default_factory=list)
    question: Question | None = None
    in_reply_to: UUID | None = None
    retracted: bool = False
    created_at: datetime


class AssessmentOut(BaseModel):
    """An assessment as its patient reads it; clinicians get ``AssessmentDetail``.

    ``level`` is null only while nothing is known. After a decision it is the clinician's level.
    """

    id: UUID
    conversation_id: UUID
    level: Level | None
    status: Status
    reasons: list[Reason]
    protocol: ProtocolRef
    advice: list[str]
    safety_net: list[str]
    within_hours: float | None
    created_at: datetime
    handed_over_at: datetime | None
    decided_at: datetime | None
    reply_by: datetime | None = Field(description="By when somebody answers; null before hand-over and after decision.")
    staffed: bool | None = Field(description="Whether anybody was on duty at hand-over.")
    until_then: str | None = Field(description="What to do until the answer comes. Say `reply_by` beside it.")
    version: int


class ConversationOut(BaseModel):
    id: UUID
    patient_id: UUID
    about: Subject
    age_years: float | None
    status: Literal["open", "closed"]
    created_at: datetime
    last_message_at: datetime | None


class ConversationItem(ConversationOut):
    """A conversation in a list, with where its latest assessment stands."""

    complaint: str | None = Field(default=None, description="How the patient's first message begins; null before it.")
    assessment_id: UUID | None = None
    level: Level | None = None
    assessment_status: Status | None = None


class ConversationDetail(ConversationOut):
    """A conversation with all its messages, oldest first, and its latest assessment."""

    messages: list[MessageOut]
    assessment: AssessmentOut | None


class ReceivedMessage(BaseModel):
    """A patient's message as it was stored. ``finished_reply`` is there when it had been answered before."""

    message: MessageOut
    is_new: bool
    finished_reply: MessageOut | None = None
    assessment: AssessmentOut | None = Field(
        default=None, description="The conversation's latest assessment; filled where finished_reply is."
    )


class Transcript(BaseModel):
    """What the assistant rebuilds its state from.

    ``utterances`` are the patient's messages of the present case in order, as triage counts them; a case ends
    with a clinician's decision, and what was said before is in ``earlier_utterances``. ``questions_asked`` are in
    order; ``open_question`` is the last one when no message has come since. ``answers`` maps questions' ids
    to answers, as the latest undecided assessment has them; ``answered_by`` maps a message's id to the question
    that stood open when it came.
    """

    conversation: ConversationOut
    messages: list[MessageOut]
    utterances: list[str]
    earlier_utterances: list[str]
    questions_asked: list[Question]
    open_question: Question | None
    answers: dict[str, str]
    answered_by: dict[UUID, Question]
    assessment: AssessmentOut | None


class UnfinishedTurn(BaseModel):
    """A message that was received and never replied to."""

    conversation_id: UUID
    message_id: UUID
    account_id: UUID
    received_at: datetime


class Transition(BaseModel):
    """One entry of an assessment's history."""

    event: Event
    from_status: Status | None
    to_status: Status
    actor_name: str | None
    actor_role: str
    level: Level | None = Field(description="The level in force after it; null where that was not kept.")
    reason: str | None
    at: datetime


class NoteOut(BaseModel):
    """A clinician's note; never shown to patients."""

    id: UUID
    assessment_id: UUID
    author_name: str | None
    text: str
    created_at: datetime


class AskedQuestion(BaseModel):
    """A question that the patient was asked in this case, with what became of it."""

    id: str
    text: str
    why: str = Field(description="Why it is asked, as the patient is told.")
    answer: str | None = Field(description="The choice that triage counts; null while it is unanswered or taken back.")
    words: str | None = Field(description="What the patient wrote right after it.")
    message_id: UUID | None = Field(description="The message that holds these words.")
    red_flag: bool


class Mark(BaseModel):
    """The words of a message that made a rule fire: Unicode code points ``start`` to before ``end`` of its text."""

    message_id: UUID
    start: int
    end: int
    rule: str
    level: Level


class Draft(BaseModel):
    """A reply to begin from where a clinician decides on ``level``. It is sent only as part of a decision."""

    level: Level
    text: str


class Looking(BaseModel):
    """A clinician who has the case open just now."""

    account_id: UUID
    name: str
    role: str
    since: datetime


class OthersLooking(BaseModel):
    """Who else has the case open, and for how long one's own sign of life counts."""

    also_looking: list[Looking]
    expires_in_seconds: int


class AssessmentDetail(AssessmentOut):
    """An assessment as clinicians see it: the machine's level beside the decision, why, and its history."""

    patient: PatientOut
    age_years: float | None
    about: Subject
    machine_level: Level | None
    raised_by_model: bool
    nurse_review: bool
    findings: list[Finding]
    asked: list[AskedQuestion] = Field(description="What the patient was asked, in order, with the answers.")
    denied: list[str] = Field(description="What the patient says is not so.")
    unknown: list[str] = Field(description="What the patient does not know.")
    questions: list[Question] = Field(description="What is still to be asked.")
    answers: dict[str, str]
    protocols: list[ProtocolRef]
    engine_version: str
    model_output: dict[str, Any] | None
    for_physician: bool
    due_at: datetime | None
    breached: bool
    claimed_by: UUID | None
    claimed_by_name: str | None
    claimed_at: datetime | None
    decided_by: UUID | None
    decided_by_name: str | None
    decision_reason: str | None
    undo_until: datetime | None = Field(description="Until when the reader can undo their own decision.")
    marks: list[Mark] = Field(description="Where the reasons' quotes stand in the patient's messages.")
    drafts: list[Draft] = Field(description="Replies to begin from, one for each level; none once it is decided.")
    also_looking: list[Looking] = Field(description="Who else has the case open just now.")
    messages: list[MessageOut]
    notes: list[NoteOut]
    history: list[Transition]


class PatientRecord(PatientOut):
    """A patient with their past cases, latest first."""

    cases: list[AssessmentOut]


class BreakGlassOut(BaseModel):
    id: UUID
    patient_id: UUID
    expires_at: datetime


class Export(BaseModel):
    """Everything kept about one patient that is theirs to read."""

    exported_at: datetime
    patient: PatientOut | None
    conversations: list[ConversationOut]
    messages: list[MessageOut]
    assessments: list[AssessmentOut]
