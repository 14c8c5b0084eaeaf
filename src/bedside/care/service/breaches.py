"""The watch over targets and claims, for the schedule: who is late is told once, what was left waits again."""

from __future__ import annotations

from datetime import timedelta

from bedside.care.repository import assessments, conversations
from bedside.care.repository import worklist as queries
from bedside.care.schemas import Event, Status
from bedside.care.service.assessments import UNTIL_DECIDED, hand_over_abandoned, record_transition, tell_clinicians
from bedside.care.service.conversations import tell_patient
from bedside.care.service.presence import forget_absent
from bedside.care.settings import CareSettings
from bedside.care.states import next_status
from bedside.notify.schemas import Notification, Severity
from bedside.notify.service import send
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.access.context import Context
from bedside.platform.metrics import WORKLIST
from bedside.platform.runtime import Runtime
from bedside.triage.schemas import Level

BATCH = 500


async def watch_breaches(ctx: Context) -> int:
    """Tell the worklist's readers of each new breach once, and let abandoned claims lapse; return the breaches.

    Also hands over cases whose patients fell silent with questions open, and ends the care of patients who withdrew
    their case, which their own transaction has no right to do.

    Safe to run again and by several workers: each locks the rows that it takes and skips the others'.
    """
    ctx.require(Permission.VIEW_WORKLIST)
    ctx.purpose("worklist.watch")
    await hand_over_abandoned(ctx, BATCH)
    breached = await assessments.newly_breached(ctx, ctx.now(), BATCH)
    if breached:
        await assessments.mark_breached(ctx, breached)
        await send(ctx, _late(len(breached)))
    minutes = ctx.settings.get(CareSettings).claim_minutes
    left = await assessments.lapsed(ctx, ctx.now() - timedelta(minutes=minutes), BATCH)
    for assessment in left:
        before = Status(assessment.status)
        assessment.status = next_status(before, Event.LAPSE)
        assessment.claimed_by = assessment.claimed_by_name = assessment.claimed_at = None
        record_transition(ctx, assessment, before, Event.LAPSE, reason=f"no decision within {minutes} minutes")
    await forget_absent(ctx)
    in_care_days = ctx.settings.get(CareSettings).in_care_days
    for patient in await conversations.patients_without_case(ctx, UNTIL_DECIDED, BATCH):
        patient.in_care_until = ctx.now() + timedelta(days=in_care_days)
    for assessment in (*breached, *left):
        tell_clinicians(ctx, assessment)
    for assessment in left:
        await tell_patient(ctx, assessment.conversation_id)
    return len(breached)


def _late(count: int) -> Notification:
    are = "case is now over its" if count == 1 else "cases are now over their"
    return Notification(
        kind="care.breach",
        subject="A case is over its target" if count == 1 else "Cases are over their target",
        body=f"{count} {are} target time. Open the worklist.",
        severity=Severity.WARNING,
    )


async def worklist_levels(ctx: Context) -> dict[str, int]:
    """Return how many cases await a decision, by level; every level is there. For metrics."""
    ctx.require(Permission.VIEW_WORKLIST)
    found = dict.fromkeys((level.value for level in Level), 0)
    for row in await queries.levels(ctx):
        found[row.level] += row.total
    return found


async def measure_worklist(runtime: Runtime) -> None:
    """Set the gauge ``worklist_assessments``. Called when metrics are asked for."""
    async with runtime.unit_of_work(Actor.system()) as ctx:
        levels = await worklist_levels(ctx)
    for level, waiting in levels.items():
        WORKLIST.labels(level).set(waiting)
