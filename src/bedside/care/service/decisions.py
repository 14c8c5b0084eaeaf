"""What clinicians do with a case: claim, release, decide, undo, refer; and the patient's withdrawal."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from bedside.care.assessment_tables import Assessment, Note
from bedside.care.repository import assessments, conversations
from bedside.care.schemas import (
    STEEP_REASON_MINIMUM,
    AssessmentDetail,
    AssessmentOut,
    Author,
    Event,
    NoteOut,
    Status,
    is_steep,
)
from bedside.care.service.assessments import UNTIL_DECIDED, keep_in_care, record_transition, tell_clinicians
from bedside.care.service.conversations import add_message, tell_patient
from bedside.care.service.presence import others_on
from bedside.care.settings import CareSettings
from bedside.care.states import next_status
from bedside.care.tables import Conversation
from bedside.care.views import UNDO_WITHIN, Reader, assessment_detail, assessment_out, note_out
from bedside.care.worklist_schemas import DecideRequest
from bedside.kit.ids import new_id
from bedside.platform.access.actor import STAFF, Permission, Role
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, Conflict, Fault, NotFound
from bedside.triage.schemas import Level

LONGEST_TARGET = timedelta(days=28)


async def get_assessment(ctx: Context, assessment_id: UUID) -> AssessmentDetail | AssessmentOut:
    """Return an assessment: the whole case to staff, to its patient what is theirs to read. Raises NotFound."""
    ctx.require(Permission.VIEW_PATIENT_DATA)
    ctx.purpose("assessment.read")
    found = await _assessment(ctx, assessment_id)
    if ctx.actor.role in STAFF:
        return await _detail(ctx, found)
    return assessment_out(found, ctx.settings)


async def claim(ctx: Context, assessment_id: UUID) -> AssessmentDetail:
    """Take a waiting case; of many who try at once, one gets it. Claiming one's own case again changes nothing.

    Raises Conflict that names who holds it, NotFound.
    """
    ctx.require(Permission.DECIDE_ASSESSMENT)
    ctx.purpose("assessment.read")
    patient_id = await assessments.claim(ctx, assessment_id, _name(ctx))
    claimed = [patient_id] if patient_id else []
    ctx.record(
        "assessment.claim",
        "assessment",
        ids=[assessment_id],
        patients=claimed,
        fields=["status", "claimed_by", "claimed_by_name", "claimed_at"],
        outcome="success" if claimed else "failed",
    )
    found = await _assessment(ctx, assessment_id)
    if not claimed and found.claimed_by != ctx.actor.id:
        raise _not_claimable(found)
    if claimed:
        record_transition(ctx, found, Status.WAITING, Event.CLAIM)
        await _moved(ctx, found)
    return await _detail(ctx, found)


def _not_claimable(found: Assessment) -> Conflict:
    if found.status == Status.CLAIMED:
        return Conflict(f"{found.claimed_by_name} has claimed this case.", claimed_by_name=found.claimed_by_name)
    if found.status == Status.WAITING:
        return Conflict("This case was referred to a physician; only a physician can claim it.")
    try:
        next_status(Status(found.status), Event.CLAIM)
    except Conflict as error:
        return error
    raise Fault("A claim that the state permits was refused.")


async def release(ctx: Context, assessment_id: UUID, reason: str | None = None) -> AssessmentDetail:
    """Give a claimed case back. A physician can release anybody's. Raises Conflict, NotFound."""
    found = await _locked(ctx, assessment_id)
    before = _advance(found, Event.RELEASE)
    if ctx.actor.role is not Role.PHYSICIAN:
        _require_holder(ctx, found)
    _let_go(found)
    record_transition(ctx, found, before, Event.RELEASE, reason=reason)
    await _moved(ctx, found)
    return await _detail(ctx, found)


async def hand_to_physician(ctx: Context, assessment_id: UUID, reason: str) -> AssessmentDetail:
    """Give one's claimed case to the physicians; its target stays. Raises Conflict, NotFound."""
    found = await _locked(ctx, assessment_id)
    before = _advance(found, Event.REFER)
    _require_holder(ctx, found)
    _let_go(found)
    found.for_physician = True
    record_transition(ctx, found, before, Event.REFER, reason=reason)
    await _moved(ctx, found)
    return await _detail(ctx, found)


async def change_target(ctx: Context, assessment_id: UUID, due_at: datetime, reason: str) -> AssessmentDetail:
    """Set by when a case must be decided. Raises BadInput for the past or over 28 days, Conflict, NotFound."""
    if due_at.tzinfo is None or not ctx.now() < due_at <= ctx.now() + LONGEST_TARGET:
        raise BadInput(f"Give a time with its time zone, later than now and within {LONGEST_TARGET.days} days.")
    found = await _locked(ctx, assessment_id)
    before = _advance(found, Event.CHANGE_TARGET)
    if before is Status.CLAIMED:
        _require_holder(ctx, found)
    found.due_at = due_at
    found.breach_notified_at = None
    record_transition(ctx, found, before, Event.CHANGE_TARGET, reason=reason)
    await _moved(ctx, found)
    return await _detail(ctx, found)


async def decide(ctx: Context, assessment_id: UUID, request: DecideRequest) -> AssessmentDetail:
    """Decide one's claimed case: accept its level, or change it with a reason; the reply goes to the patient.

    Raises BadInput without a reason for another level (one in words for a steep lowering), Conflict when the
    case is not held by the actor or has changed since ``request.version`` was read, NotFound.
    """
    conversation, found = await _locked_case(ctx, assessment_id)
    if request.version is not None and request.version != found.version:
        raise Conflict("This case has changed since you read it; look at it again.", version=found.version)
    before = _advance(found, Event.DECIDE)
    _require_holder(ctx, found)
    _require_reason(found, request)
    _let_go(found)
    found.decided_by, found.decided_by_name, found.decided_at = ctx.actor.id, _name(ctx), ctx.now()
    found.decided_level, found.decision_reason = request.level, request.reason
    author = Author.PHYSICIAN if ctx.actor.role is Role.PHYSICIAN else Author.NURSE
    add_message(ctx, conversation, author, request.reply, assessment_id=found.id)
    record_transition(ctx, found, before, Event.DECIDE, reason=request.reason)
    ctx.record(
        "assessment.decide",
        "assessment",
        ids=[found.id],
        patients=[found.patient_id],
        content={"level": request.level, "machine_level": found.level, "reason": request.reason},
    )
    await _end_care(ctx, found)
    await _moved(ctx, found)
    return await _detail(ctx, found)


def _require_reason(found: Assessment, request: DecideRequest) -> None:
    if request.level == found.level:
        return
    if request.reason is None:
        raise BadInput(f"The assessment says {found.level}; give the reason for {request.level}.")
    is_short = len(request.reason) < STEEP_REASON_MINIMUM
    if is_short and is_steep(Level(found.level) if found.level else None, request.level):
        raise BadInput(
            f"The assessment says {found.level}; a reason for {request.level} has at least "
            f"{STEEP_REASON_MINIMUM} characters: say what was found."
        )


async def undo_decision(ctx: Context, assessment_id: UUID) -> AssessmentDetail:
    """Take one's own decision back within a minute: the case is claimed again, the reply is retracted.

    Raises Conflict when it is too late, another's, or the patient has begun a new case meanwhile; NotFound.
    """
    conversation, found = await _locked_case(ctx, assessment_id)
    next_status(Status(found.status), Event.UNDO)
    if found.decided_by != ctx.actor.id or found.decided_at is None:
        raise Conflict(f"Only {found.decided_by_name} can undo this decision.")
    if ctx.now() - found.decided_at > UNDO_WITHIN:
        raise Conflict("A decision can be undone within a minute; write to the patient instead.")
    if await assessments.undecided(ctx, conversation.id) is not None:
        raise Conflict("The patient has written again and has a new assessment; decide that one.")
    reply = await assessments.decision_message(ctx, found.id)
    if reply is not None:
        reply.retracted_at = ctx.now()
    before = _advance(found, Event.UNDO)
    found.decided_by = found.decided_by_name = found.decided_at = None
    found.decided_level = found.decision_reason = None
    found.claimed_by, found.claimed_by_name, found.claimed_at = ctx.actor.id, _name(ctx), ctx.now()
    record_transition(ctx, found, before, Event.UNDO)
    await keep_in_care(ctx, found.patient_id, UNTIL_DECIDED)
    await _moved(ctx, found)
    return await _detail(ctx, found)


async def withdraw(ctx: Context, assessment_id: UUID) -> AssessmentOut:
    """Let the patient take their case back. An emergency stays: somebody looks at it all the same.

    Raises Conflict for an emergency and for a case already in somebody's hands, NotFound.
    """
    ctx.require(Permission.CONVERSE)
    # Checked before the lock: row-level security opens a claimed case to no change by its patient.
    next_status(Status((await _assessment(ctx, assessment_id)).status), Event.WITHDRAW)
    conversation, found = await _locked_case(ctx, assessment_id, permission=Permission.CONVERSE)
    if found.level == Level.EMERGENCY:
        raise Conflict("This may be an emergency, so a nurse looks at it all the same.")
    before = _advance(found, Event.WITHDRAW)
    conversation.status = "closed"
    record_transition(ctx, found, before, Event.WITHDRAW)
    await _moved(ctx, found)
    return assessment_out(found, ctx.settings)


async def add_note(ctx: Context, assessment_id: UUID, text: str) -> NoteOut:
    """Add a clinician's note to a case; patients never see it. Raises NotFound."""
    ctx.require(Permission.DECIDE_ASSESSMENT)
    found = await _assessment(ctx, assessment_id)
    note = Note(
        id=new_id(),
        created_at=ctx.now(),
        assessment_id=found.id,
        patient_id=found.patient_id,
        author_id=ctx.actor.id,
        author_name=ctx.actor.name,
        text=text,
    )
    ctx.session.add(note)
    tell_clinicians(ctx, found)
    return note_out(note)


async def _end_care(ctx: Context, found: Assessment) -> None:
    # The patient's lock comes first: a case that is handed over meanwhile is then seen here, or undoes this.
    await conversations.patient(ctx, found.patient_id, lock=True)
    if not await assessments.has_undecided(ctx, found.patient_id, besides=found.id):
        days = ctx.settings.get(CareSettings).in_care_days
        await keep_in_care(ctx, found.patient_id, ctx.now() + timedelta(days=days))


def _advance(found: Assessment, event: Event) -> Status:
    """Move the assessment along the table and return where it was. Raises Conflict."""
    before = Status(found.status)
    found.status = next_status(before, event)
    return before


def _let_go(found: Assessment) -> None:
    found.claimed_by = found.claimed_by_name = found.claimed_at = None


def _require_holder(ctx: Context, found: Assessment) -> None:
    if found.claimed_by != ctx.actor.id:
        raise Conflict(f"{found.claimed_by_name} has claimed this case.", claimed_by_name=found.claimed_by_name)


async def _moved(ctx: Context, found: Assessment) -> None:
    """Tell clinicians, and the patient whose page says where the case stands."""
    tell_clinicians(ctx, found)
    await tell_patient(ctx, found.conversation_id)


def _name(ctx: Context) -> str:
    return ctx.actor.name or ctx.actor.role.value.title()


async def _assessment(ctx: Context, assessment_id: UUID, *, lock: bool = False) -> Assessment:
    found = await assessments.assessment(ctx, assessment_id, lock=lock)
    if found is None:
        raise NotFound("No such assessment.")
    return found


async def _locked(ctx: Context, assessment_id: UUID) -> Assessment:
    ctx.require(Permission.DECIDE_ASSESSMENT)
    ctx.purpose("assessment.read")
    return await _assessment(ctx, assessment_id, lock=True)


async def _locked_case(
    ctx: Context, assessment_id: UUID, *, permission: Permission = Permission.DECIDE_ASSESSMENT
) -> tuple[Conversation, Assessment]:
    """Lock the conversation, then its assessment: the order in which every turn locks them."""
    ctx.require(permission)
    ctx.purpose("assessment.read")
    seen = await _assessment(ctx, assessment_id)
    conversation = await conversations.conversation(ctx, seen.conversation_id, lock=True)
    found = await assessments.assessment(ctx, assessment_id, lock=True) if conversation else None
    if conversation is None or found is None:
        raise Conflict("This case has changed meanwhile; load it again.")
    return conversation, found


async def _detail(ctx: Context, found: Assessment) -> AssessmentDetail:
    await ctx.session.flush()
    conversation = await conversations.conversation(ctx, found.conversation_id)
    patient = await conversations.patient(ctx, found.patient_id)
    if conversation is None or patient is None:
        raise NotFound("No such assessment.")
    return assessment_detail(
        found,
        ctx.settings,
        Reader(ctx.actor.id, ctx.actor.role, ctx.now()),
        patient=patient,
        conversation=conversation,
        messages=await conversations.messages_of(ctx, conversation.id),
        notes=await assessments.notes(ctx, found.id),
        history=await assessments.history(ctx, found.id),
        also_looking=await others_on(ctx, found.id),
    )
