"""What triage found, stored as the case's assessment, and its hand-over to the nurse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from bedside.care.assessment_tables import Assessment, AssessmentEvent
from bedside.care.repository import assessments, conversations
from bedside.care.schemas import AssessmentOut, Event, Status
from bedside.care.service.conversations import require_assistant
from bedside.care.settings import CareSettings
from bedside.care.states import next_status
from bedside.care.tables import Conversation
from bedside.care.views import assessment_out, level_of
from bedside.kit.ids import new_id
from bedside.notify.schemas import Notification, Severity
from bedside.notify.service import send
from bedside.platform.access.context import Context
from bedside.platform.errors import NotFound
from bedside.triage.schemas import Level, Subject, TriageResult
from bedside.triage.service import stated_age

UNTIL_DECIDED = datetime(9000, 1, 1, tzinfo=UTC)
"""``in_care_until`` of a patient whose case awaits a decision: no case ever drops out of the worklist by time."""


async def store_assessment(
    ctx: Context,
    conversation_id: UUID,
    result: TriageResult,
    answers: dict[str, str],
    hand_over: bool,
    *,
    model_output: dict[str, Any] | None = None,
    raised_by_model: bool = False,
) -> AssessmentOut:
    """Store a triage result as the conversation's assessment, as ``ASSISTANT``; hand it over when asked.

    An emergency is handed over whatever is still to be asked. At hand-over a case without a level is urgent:
    what nobody understood does not wait. After hand-over the machine can raise the level, never lower it; a
    lower result only adds its answers and findings, and the evidence stays that of the level in force.
    A conversation whose case was decided gets a new assessment. Raises NotFound.
    """
    require_assistant(ctx)
    ctx.purpose("conversation.turn")
    conversation = await conversations.conversation(ctx, conversation_id, lock=True)
    if conversation is None:
        raise NotFound("No such conversation.")
    _describe_subject(conversation, result)
    hand_over = hand_over or result.level is Level.EMERGENCY
    found = await assessments.undecided(ctx, conversation_id)
    assessment = found or _begin(ctx, conversation)
    before, reached = assessment.level, Status(assessment.status)
    plain = result.model_dump(mode="json")
    _write(assessment, result, plain, answers)
    if _counts(before, reached, result.level):
        _write_evidence(assessment, result, plain, model_output, raised_by_model=raised_by_model)
    if found is None:
        ctx.session.add(assessment)
        await ctx.session.flush()
        record_transition(ctx, assessment, None, Event.UPDATE)
    if hand_over and reached is Status.OPEN:
        await _hand_over(ctx, assessment)
    elif reached is not Status.OPEN:
        await _renew_target(ctx, assessment, before)
    ctx.notify("conversation", conversation_id=conversation.id, account_id=conversation.account_id)
    await ctx.session.flush()  # counts the version up, which is told
    return assessment_out(assessment, ctx.settings)


def _counts(before: str | None, status: Status, level: Level | None) -> bool:
    """Tell whether a result's evidence replaces what is there: always while open, else if no less urgent."""
    if status is Status.OPEN or before is None:
        return True
    return level is not None and level.at_least(Level(before))


def _describe_subject(conversation: Conversation, result: TriageResult) -> None:
    """Keep what the text says about whom it is about, for the worklist's filters."""
    if result.record.subject is not Subject.SELF:
        conversation.about = result.record.subject
    if conversation.subject_age_years is None:
        conversation.subject_age_years = stated_age(result.record)


def _begin(ctx: Context, conversation: Conversation) -> Assessment:
    return Assessment(
        id=new_id(),
        created_at=ctx.now(),
        conversation_id=conversation.id,
        patient_id=conversation.patient_id,
        status=Status.OPEN,
        for_physician=False,
    )


def _write(assessment: Assessment, result: TriageResult, plain: dict[str, Any], answers: dict[str, str]) -> None:
    assessment.answers = answers
    assessment.findings = plain["findings"]
    assessment.questions = plain["questions"]
    assessment.nurse_review = result.nurse_review or bool(assessment.nurse_review)


def _write_evidence(
    assessment: Assessment,
    result: TriageResult,
    plain: dict[str, Any],
    model_output: dict[str, Any] | None,
    *,
    raised_by_model: bool,
) -> None:
    same_level = assessment.level == result.level
    assessment.within_hours = _sooner(assessment.within_hours if same_level else None, result.within_hours)
    assessment.level = result.level
    assessment.reasons = plain["reasons"]
    assessment.advice = result.advice
    assessment.safety_net = result.safety_net
    assessment.protocol_id = result.protocol.id
    assessment.protocol_version = result.protocol.version
    assessment.protocol_hash = result.protocol.hash
    assessment.protocols = plain["protocols"]
    assessment.engine_version = result.record.engine
    assessment.record = plain["record"]
    assessment.model_output = model_output
    assessment.raised_by_model = raised_by_model


def _sooner(one: float | None, other: float | None) -> float | None:
    known = [hours for hours in (one, other) if hours is not None]
    return min(known, default=None)


async def hand_over_abandoned(ctx: Context, limit: int) -> int:
    """Give cases to the nurse whose patients fell silent before all was asked; return how many.

    Somebody who stops answering may be somebody who can't answer.
    """
    minutes = ctx.settings.get(CareSettings).abandoned_minutes
    left = await assessments.abandoned(ctx, ctx.now() - timedelta(minutes=minutes), limit)
    for assessment in left:
        assessment.nurse_review = True
        await _hand_over(ctx, assessment, reason=f"silent for {minutes} minutes with questions open")
    return len(left)


async def _hand_over(ctx: Context, assessment: Assessment, *, reason: str | None = None) -> None:
    level = Level(assessment.level) if assessment.level else Level.URGENT
    if assessment.level is None:
        assessment.level, assessment.nurse_review = level, True
    before = Status(assessment.status)
    assessment.status = next_status(before, Event.HAND_OVER)
    assessment.handed_over_at = now = ctx.now()
    assessment.due_at = ctx.settings.get(CareSettings).targets.due_at(now, level, assessment.within_hours)
    record_transition(ctx, assessment, before, Event.HAND_OVER, reason=reason)
    await keep_in_care(ctx, assessment.patient_id, UNTIL_DECIDED)
    await _announce(ctx, assessment, level)


async def _announce(ctx: Context, assessment: Assessment, level: Level) -> None:
    ctx.notify("worklist", assessment_id=assessment.id)
    if level is Level.EMERGENCY:
        await send(
            ctx,
            Notification(
                kind="care.emergency",
                subject="An emergency waits in the worklist",
                body=f"Assessment {assessment.id} is an emergency. Open the worklist and claim it now.",
                severity=Severity.CRITICAL,
            ),
        )


async def _renew_target(ctx: Context, assessment: Assessment, before: str | None) -> None:
    """A handed-over case may have become more urgent: then its target counts from now. It never moves back."""
    is_raised = assessment.level != before
    start = ctx.now() if is_raised else assessment.handed_over_at or ctx.now()
    level = Level(assessment.level) if assessment.level else Level.URGENT
    due = ctx.settings.get(CareSettings).targets.due_at(start, level, assessment.within_hours)
    if assessment.due_at is None or due < assessment.due_at:
        assessment.due_at = due
    if is_raised:
        status = Status(assessment.status)
        assessment.status = next_status(status, Event.UPDATE)
        record_transition(ctx, assessment, status, Event.UPDATE, reason=f"raised from {before} to {level}")
        await _announce(ctx, assessment, level)


async def keep_in_care(ctx: Context, patient_id: UUID, until: datetime) -> None:
    """Make a patient visible to clinicians until ``until``; two cases of one patient wait for each other here."""
    patient = await conversations.patient(ctx, patient_id, lock=True)
    if patient is not None and patient.in_care_until != until:
        patient.in_care_until = until


def tell_clinicians(ctx: Context, assessment: Assessment) -> None:
    """Tell clinicians that a case has changed; of those not handed over they know nothing, not even the id."""
    if assessment.handed_over_at is not None:
        ctx.notify("worklist", assessment_id=assessment.id)


def record_transition(
    ctx: Context, assessment: Assessment, before: Status | None, event: Event, *, reason: str | None = None
) -> None:
    """Add a transition to the assessment's history; its status is already the new one."""
    ctx.session.add(
        AssessmentEvent(
            created_at=ctx.now(),
            assessment_id=assessment.id,
            patient_id=assessment.patient_id,
            from_status=before,
            event=event,
            to_status=assessment.status,
            actor_id=ctx.actor.id,
            actor_role=ctx.actor.role,
            actor_name=ctx.actor.name,
            reason=reason,
            level=level_of(assessment),
        )
    )
